import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';
import { exchange, folder, type Outcome, outcomeOf, repeat, Victim, Witness } from './victim.ts';

const ODD = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '-',
  '\n',
  '\n  ',
  '&a',
  '*a',
  '<<: *a',
  '!!js/function x',
  '? ',
  '| ',
  '\ufeff',
  '\0',
  'first: 1e9',
  'repeat: true',
  '"__proto__"',
  '[*a,*a,*a,*a,*a,*a,*a,*a]',
  'throttle,'.repeat(200),
  '- throttle\n'.repeat(2_000),
  'x'.repeat(50_000),
  '['.repeat(2_000),
] as const;
const FILES = [
  'faults:\n  - throttle,first=2\n  - kind: latency\n    ms: 5\n    p: 0.5\n',
  'phases:\n  - name: calm\n    calls: 10\n    faults: []\n  - name: storm\n    faults: [ "throttle,rate=10,burst=40" ]\nrepeat: true\n',
  'a: &a [1, 2]\nfaults: [ { kind: status, status: 503, body: "x", name: "n" } ]\n',
] as const;
const SPECS = [
  '{"kind":"throttle","first":2}',
  '{"kind":"latency","ms":5,"p":0.5,"api":"a*","header":{"x":"y"}}',
  '"throttle,cycle=2/3,per=key,for=10"',
] as const;

/** Files of faults that change while restage runs, and rules that are posted, each with something wrong. */
export async function fuzzFaults(random: Random, times: number): Promise<Outcome> {
  const file = join(folder, 'faults.yaml');
  writeFileSync(file, FILES[0]);
  const victim = await Victim.start(['replay', '-c', 'example', '--faults', file]);
  const witness = new Witness(victim.port, '/__restage/status');
  await repeat(times, 4, async (n) => {
    if (n % 10 === 0) writeFileSync(file, random.mutate(random.pick(FILES), ODD));
    const body = Buffer.from(random.mutate(random.pick(SPECS), ODD)).toString('latin1');
    const head = `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
    await exchange(victim.port, `POST /__restage/faults HTTP/1.1\r\n${head}\r\n\r\n${body}`, 10_000);
  });
  return outcomeOf(victim, witness, times);
}
