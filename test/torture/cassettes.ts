import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  'null',
  'true',
  '1e400',
  '-0',
  '{}',
  '[]',
  '"verbatim"',
  '"__proto__"',
  '"times": 1e9',
  '"status": 99',
  '\ufeff',
  '\0',
  '\\ud800',
  '['.repeat(500),
  '{},'.repeat(20_000),
  '"x":{},'.repeat(5_000),
  'x'.repeat(50_000),
] as const;

/** Cassettes as restage writes them, each with something wrong, for a restage that replays them. */
export async function fuzzCassettes(random: Random, times: number): Promise<Outcome> {
  const example = join('cassettes', 'example');
  const files = readdirSync(example).filter((name) => name.endsWith('.json'));
  const seeds = files.map((name) => ({
    id: name.replace(/\.json$/, ''),
    text: readFileSync(join(example, name), 'utf8'),
  }));
  const [first, ...others] = seeds;
  if (first === undefined) throw new Error('there is no example');
  const target = join(folder, 'cassettes', 'fuzzed');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `${first.id}.json`), first.text);
  const victim = await Victim.start(['replay', '-c', 'fuzzed', '--fault', 'drop-stage,p=0.2']);
  const witness = new Witness(victim.port, '/__restage/status');
  await repeat(times, 8, async (n) => {
    const { id, text } = random.pick([first, ...others]);
    const mutant = random.mutate(text.replaceAll(id, `fuzz${n}`), ODD);
    writeFileSync(join(target, `fuzz${n}.json`), mutant);
    const accept = n % 2 === 0 ? 'application/json' : 'application/hal+json';
    const head = `Host: 127.0.0.1\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`;
    await exchange(victim.port, `GET /restapis/fuzz${n}/stages HTTP/1.1\r\n${head}`, 10_000);
  });
  return outcomeOf(victim, witness, times);
}
