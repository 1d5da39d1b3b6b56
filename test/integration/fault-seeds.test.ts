import { Agent } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { virtualClock } from '../support/virtual-clock.ts';

/** Chances, counts of each key, and every distribution that draws. */
const RULES = [
  'latency,ms=5,jitter=20,p=0.5,name=jitter',
  'latency,distribution=uniform,min=1,max=100,p=0.5,name=uniform',
  'latency,distribution=normal,ms=50,deviation=10,name=normal',
  'latency,distribution=log-normal,ms=30,sigma=0.7,name=log-normal',
  'latency,distribution=percentiles,percentiles=50:20/99:1000,name=percentiles',
  'conflict,first=2,every=2,per=key,name=second',
  'throttle,p=0.3,name=chance',
  'unavailable,p=0.5,after=2,times=1,per=key,name=late',
  // A miss would look for recordings, which takes time while others sleep.
  'not-found,name=rest',
];
const KEYS = Array.from({ length: 64 }, (_, index) => `/restapis/api${index}/stages`);
const CALLS_OF_KEY = 4;

/** How the calls are made. */
interface Order {
  /** Keys that are called at the same time; the calls of one key follow one another, each the n-th of its key. */
  readonly concurrency: number;
  readonly keys?: readonly string[];
  readonly seed?: number;
}

/** Makes the calls, and gives what was done to those of each key: the rule that answered, the rules that fired, the wait. */
async function faultsOf({ concurrency, keys = KEYS, seed }: Order) {
  const restage = await run('replay', { fault: RULES, ...(seed !== undefined && { seed }) }, virtualClock());
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const queue = [...keys];
  const work = async () => {
    for (let key = queue.shift(); key !== undefined; key = queue.shift())
      for (let n = 0; n < CALLS_OF_KEY; n += 1) await send(restage.url, key, {}, { agent });
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const status = JSON.parse((await send(restage.url, '/__restage/status', {})).text);
  await restage.close();
  const done: Record<string, string[]> = Object.fromEntries(KEYS.map((key) => [key, []]));
  for (const { restApiId, parameters, fault, hits, durationMs } of restage.calls()) {
    if (parameters?.deploymentId !== undefined) continue;
    done[`/restapis/${restApiId}/stages`]?.push(`${fault} ${hits.join('+')} ${durationMs.toFixed(3)} ms`);
  }
  return { done, seed: status.seed as number };
}

test('one seed does the same to each call at a concurrency of 1 and of 64, waits too', async () => {
  const alone = await faultsOf({ concurrency: 1, seed: 42 });
  const together = await faultsOf({ concurrency: 64, seed: 42 });
  const otherwise = await faultsOf({ concurrency: 64, seed: 42, keys: KEYS.toReversed() });

  expect(together).toEqual(alone);
  expect(otherwise).toEqual(alone);
  const each = Object.values(alone.done).flat();
  expect(each).toHaveLength(KEYS.length * CALLS_OF_KEY);
  // The waits are drawn for each call: no two are alike.
  expect(new Set(each).size).toBeGreaterThan(each.length * 0.9);
  for (const rule of ['second', 'chance', 'late', 'rest'])
    expect(each.filter((line) => line.startsWith(rule)).length).toBeGreaterThan(10);
});

test('calls of other keys in between change nothing', async () => {
  const alone = await faultsOf({ concurrency: 1, seed: 42 });
  const strangers = KEYS.slice(0, 32).map((key) => `${key}?deploymentId=stranger`);
  const among = await faultsOf({ concurrency: 64, seed: 42, keys: [...strangers, ...KEYS] });

  expect(among.done).toEqual(alone.done);
});

test('another seed does something else', async () => {
  const one = await faultsOf({ concurrency: 8, seed: 1 });
  const other = await faultsOf({ concurrency: 8, seed: 2 });

  const same = KEYS.filter((key) => String(one.done[key]) === String(other.done[key]));
  expect(same.length).toBeLessThan(KEYS.length / 4);
});

test('the seed that status tells, given back, repeats a run', async () => {
  const first = await faultsOf({ concurrency: 16 });
  const again = await faultsOf({ concurrency: 16, seed: first.seed });

  expect(again).toEqual(first);
});
