import type { Framework } from './project.ts';

/** What only one framework has: a file of tests, and what is expected of it. */
export interface OwnCases {
  readonly text: string;
  /** What the tests say that fail, by their names, while recording. In replay they fail as well: nothing of theirs is recorded. */
  readonly failed: Readonly<Record<string, RegExp>>;
  /** How many other tests there are. */
  readonly passed: number;
  /** The cassettes that there are then. */
  readonly cassettes: readonly RegExp[];
}

/** Facts of each framework that restage has to know. */
export const ownCases: Readonly<Record<Framework['name'], OwnCases>> = {
  vitest: {
    text: `import { describe } from 'vitest';
import { expect, it, test } from 'restage/vitest';
import { failure, list } from '../helpers.cjs';
let tries = 0;
test('is tried again', { retry: 1 }, async ({ restage }) => {
  tries += 1;
  await list(restage, tries === 1 ? 'onestage01' : undefined);
  expect(tries).toBe(2);
});
test('is repeated', { repeats: 1 }, async ({ restage }) => { expect(await list(restage)).toHaveLength(2); });
test('has a twin', async ({ restage }) => { expect(await list(restage)).toHaveLength(2); });
test('has a twin', async ({ restage }) => { expect(await list(restage, 'onestage01')).toHaveLength(1); });
test.for([1, 2])('takes %i', async (_, { restage }) => { await list(restage); });
for (let n = 10; n < 50; n += 1)
  test.concurrent('beside others ' + n, async ({ restage, expect }) => {
    if (n % 2 === 1) restage.faults.add('throttle,first=1');
    await list(restage);
    expect(restage).toMeet(n % 2 === 1 ? 'attempts=2' : 'attempts=1');
  });
test.fails('fails as it is to', async ({ restage }) => { await list(restage); throw new Error('no good'); });
test('is skipped in its middle', async ({ restage, skip }) => { await list(restage).catch(() => {}); skip('no need'); });
it('does not meet', async ({ restage }) => { await list(restage); expect(restage).toMeet('attempts>=2'); });
it('meets what it is not to', async ({ restage }) => { await list(restage); expect(restage).not.toMeet('attempts<=2'); });
test('asks for nothing', () => {});
test('times out', { timeout: 50 }, async ({ restage }) => { await list(restage); await new Promise(() => {}); });
const strict = test.extend({ restageOptions: { strict: true, cassette: 'shared' } });
strict('shares', async ({ restage }) => { await list(restage); });
describe('of options for a block', () => {
  test.override({ restageOptions: { strict: true, cassette: 'shared' } });
  for (const which of ['too', 'at once'])
    test.concurrent('shares, ' + which, async ({ restage }) => { await list(restage); });
});
`,
    failed: {
      'does not meet':
        /Expected the calls to meet 'attempts>=2': GetStages a1b2c3d4e5 .* made 1 attempt\n {2}200 re\w+ +GetStages a1b2c3d4e5 {2}attempt 1/,
      'meets what it is not to': /Expected the calls not to meet 'attempts<=2'/,
      'times out': /at .*own\.test\.mjs:\d+/,
    },
    passed: 51,
    cassettes: [
      ...Array.from({ length: 40 }, (_, n) => new RegExp(`^beside-others-${n + 10}\\.`)),
      /^fails-as-it-is-to\./,
      /^has-a-twin-2\./,
      /^has-a-twin\./,
      /^is-repeated\./,
      /^is-tried-again\./,
      /^shared$/,
      /^takes-1\./,
      /^takes-2\./,
    ],
  },
  'node:test': {
    text: `import { test } from 'node:test';
import { restageFor } from 'restage/node-test';
import { failure, list } from '../helpers.cjs';
const all = restageFor(import.meta, { strict: true });
let earlier;
test('has two', async (t) => {
  earlier = await all.session(t);
  const other = await all.session(t, { cassette: 'other' });
  await list(earlier);
  await list(other);
});
test('uses one that has ended', async () => { earlier.faults.add('throttle'); });
test('asks twice', async (t) => { await all.session(t); await all.session(t); });
test('has a twin', async (t) => { await list(await all.session(t)); });
test('has a twin ', async (t) => { await list(await all.session(t)); });
test('has a double', async (t) => { await list(await all.session(t, { cassette: 'double' })); });
test('times out', { timeout: 150 }, async (t) => { await list(await all.session(t)); await new Promise((end) => setTimeout(end, 2000)); });
test('lists what has its name in another file', async (t) => { await list(await all.session(t)); });
test('lists what has its name in another file', async (t) => { await all.session(t, {}); });
`,
    failed: {
      'uses one that has ended': /Cannot use session 'has-two\.\w+': it has ended/,
      'asks twice':
        /Cannot open a second session for 'asks twice': it has one\. Give each a cassette of its own/,
      'lists what has its name in another file': /another test of this file has that name/,
      'times out': /timed out after 150ms/,
    },
    passed: 5,
    cassettes: [
      /^double$/,
      /^has-a-twin\./,
      /^has-a-twin\./,
      /^has-two\./,
      /^lists-what-has-its-name-in-another-file\./,
      /^other$/,
    ],
  },
  jest: {
    text: `const { useRestage } = require('restage/jest');
const { failure, list } = require('../helpers.cjs');
const restage = useRestage();
jest.retryTimes(1);
let tries = 0;
test('is tried again', async () => {
  tries += 1;
  await list(restage, tries === 1 ? 'onestage01' : undefined);
  expect(tries).toBe(2);
});
test('has a twin', async () => { expect(await list(restage)).toHaveLength(2); });
test('has a twin', async () => { await list(restage); });
test.each([1, 2])('takes %i', async () => { await list(restage); });
test('does not meet', async () => { await list(restage); expect(restage).toMeet('attempts>=2'); });
test('is under a fake clock', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
  await list(restage);
  jest.useRealTimers();
});
test('times out', async () => { await list(restage); await new Promise(() => {}); }, 50);
test('starts restage by itself', async () => {
  const { startRestageFromEnvironment, UsageError } = require('restage');
  const other = await startRestageFromEnvironment({ dir: 'other' });
  expect(() => other.faults.add('throtle')).toThrow(UsageError);
  expect(await list(await other.session('s', { dir: 'another' }))).toHaveLength(2);
  await other.close();
});
describe('outside of tests', () => {
  let said;
  try { restage.calls(); } catch (error) { said = error.message; }
  test('is refused', () => { expect(said).toMatch(/^Cannot use restage.calls here: no test is running/); });
});
`,
    failed: {
      'has a twin': /Cannot open a session for 'has a twin': another test of this file has that name/,
      'does not meet': /Expected the calls to meet 'attempts>=2': GetStages a1b2c3d4e5 .* made 1 attempt/,
      'times out': /Exceeded timeout of 50 ms/,
    },
    passed: 7,
    cassettes: [/^has-a-twin\./, /^is-tried-again\./, /^is-under-a-fake-clock\./, /^takes-1\./, /^takes-2\./],
  },
  playwright: {
    text: `import { expect, test } from 'restage/playwright';
import { failure, list } from '../helpers.cjs';
test.describe('tried again', () => {
  test.describe.configure({ retries: 1 });
  test('is tried again', async ({ restage }, { retry }) => {
    await list(restage, retry === 0 ? 'onestage01' : undefined);
    expect(retry).toBe(1);
  });
});
test.describe('in parallel', () => {
  test.describe.configure({ mode: 'parallel' });
  for (const n of [1, 2]) test('takes ' + n, async ({ restage }) => { await list(restage); });
});
test('fails as it is to', async ({ restage }) => { test.fail(); await list(restage); throw new Error('no good'); });
test('is skipped in its middle', async ({ restage }) => { await list(restage).catch(() => {}); test.skip(true, 'no need'); });
test('does not meet', async ({ restage }) => {
  await list(restage);
  expect(() => expect(restage).toMeet('attempts>=2')).toThrow(
    /Expected the calls to meet 'attempts>=2': GetStages a1b2c3d4e5 .* made 1 attempt/,
  );
});
test('asks for nothing', () => {});
test('times out', async ({ restage }) => { test.setTimeout(300); await list(restage); await new Promise(() => {}); });
test.describe('of options', () => {
  test.use({ restageOptions: { strict: true, cassette: 'shared' } });
  test('shares', async ({ restage }) => { await list(restage); });
  test('shares, too', async ({ restage }) => { await list(restage); });
});
`,
    failed: {
      'times out': /Test timeout of 300ms exceeded/,
    },
    passed: 8,
    cassettes: [
      /^does-not-meet\./,
      /^fails-as-it-is-to\./,
      /^in-parallel-takes-1\./,
      /^in-parallel-takes-2\./,
      /^shared$/,
      /^tried-again-is-tried-again\./,
    ],
  },
};
