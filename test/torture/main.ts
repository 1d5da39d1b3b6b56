import { fuzzAnswers } from './answers.ts';
import { fuzzCassettes } from './cassettes.ts';
import { fuzzFaults } from './faults.ts';
import { killRecorders } from './kills.ts';
import { Random } from './random.ts';
import { fuzzRequests } from './requests.ts';
import { soak, wholeSoak } from './soak.ts';
import type { Outcome } from './victim.ts';

/**
 * Torments the build that is there, and ends with figures. `TORTURE_SEED`: another attack (the default is 1).
 * `TORTURE_SHARE`: so much of it, from 0 to 1. `TORTURE_PARTS`: some parts alone, by name.
 */
const seed = Number(process.env.TORTURE_SEED ?? 1);
const share = Number(process.env.TORTURE_SHARE ?? 1);
const LONGEST_WAIT_MS = 2_000;

const parts: Readonly<Record<string, () => Promise<Outcome>>> = {
  requests: () => fuzzRequests(new Random(seed), scaled(40_000)),
  answers: () => fuzzAnswers(new Random(seed), scaled(8_000)),
  cassettes: () => fuzzCassettes(new Random(seed), scaled(8_000)),
  faults: () => fuzzFaults(new Random(seed), scaled(8_000)),
  kills: () => killRecorders(new Random(seed), scaled(200)),
  soak: () => soak({ ...wholeSoak, calls: scaled(wholeSoak.calls) }),
};

const names = process.env.TORTURE_PARTS?.split(',') ?? Object.keys(parts);
// So that what was started is ended.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
console.log(`Seed ${seed}. A good call may wait ${LONGEST_WAIT_MS / 1_000} s.`);
console.log('part        calls tried   crashes   largest memory   longest wait');
let failed = 0;
const outcomes: Outcome[] = [];
for (const name of names) {
  const part = parts[name];
  if (part === undefined)
    throw new Error(`There is no part '${name}'. Known are ${Object.keys(parts).join(', ')}.`);
  const outcome = await part();
  outcomes.push(outcome);
  const failures = [
    ...outcome.failures,
    ...((outcome.longestWaitMs ?? 0) > LONGEST_WAIT_MS ? ['a good call waited too long'] : []),
  ];
  tell(name, outcome);
  for (const remark of outcome.remarks ?? []) console.log(`            ${remark}`);
  for (const failure of failures) console.log(`  FAILED    ${failure}`);
  failed += failures.length;
}
tell('all', {
  tried: outcomes.reduce((sum, { tried }) => sum + tried, 0),
  crashes: outcomes.reduce((sum, { crashes }) => sum + crashes, 0),
  largestMb: Math.max(...outcomes.map(({ largestMb }) => largestMb)),
  longestWaitMs: Math.max(...outcomes.map(({ longestWaitMs }) => longestWaitMs ?? 0)),
});
process.exitCode = failed === 0 ? 0 : 1;

function scaled(count: number): number {
  return Math.max(1, Math.round(count * share));
}

function tell(name: string, { tried, crashes, largestMb, longestWaitMs }: Omit<Outcome, 'failures'>): void {
  const [calls, memory, wait] = [
    tried.toLocaleString('en-US'),
    `${largestMb.toFixed(0)} MB`,
    longestWaitMs === undefined ? '-' : `${longestWaitMs.toFixed(0)} ms`,
  ];
  console.log(
    `${name.padEnd(10)}${calls.padStart(13)}${String(crashes).padStart(10)}${memory.padStart(17)}${wait.padStart(15)}`,
  );
}
