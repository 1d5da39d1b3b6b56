import { afterAll, afterEach, beforeEach, expect } from '@jest/globals';
import type { RestageSession } from '../assembly/restage.ts';
import { loadOutside } from './load-outside.ts';
import type * as Testing from './testing.ts';

type RestageTestOptions = Testing.RestageTestOptions;

export type { RestageSession } from '../assembly/restage.ts';
export type { RestageTestOptions } from './test-options.ts';

const { describeVerdict, recordCommand, TestServers } = loadOutside<typeof Testing>(__dirname, 'testing.cjs');

expect.extend({
  toMeet(session: unknown, expectation: string) {
    const { passed, message } = describeVerdict(session as RestageSession, expectation);
    return { pass: passed, message: () => message };
  },
});

/**
 * restage for the tests of a file, or of the `describe` block that it is called in: what it gives is the session of the test
 * that is running. Not for `test.concurrent`, whose tests `beforeEach` does not know.
 */
export function useRestage(options: RestageTestOptions = {}): RestageSession {
  const servers = new TestServers((text) => process.stderr.write(`${text}\n`));
  const passed = new Set<string>();
  let current: Testing.TestSession | undefined;
  let name = '';

  beforeEach(async () => {
    const { currentTestName = '', testPath = '' } = expect.getState();
    name = currentTestName;
    // One that failed may be tried again.
    if (passed.has(name) && options.cassette === undefined)
      throw new Error(
        `Cannot open a session for '${name}': another test of this file has that name. Give it another one.`,
      );
    const record = recordCommand('npx jest -t', name, testPath);
    current = await servers.open({ file: testPath, name, record }, options);
  });
  afterEach(async () => {
    const ending = current;
    current = undefined;
    const failed = hasFailed();
    if (!failed) passed.add(name);
    await ending?.end(failed ? 'failed' : 'passed');
  });
  afterAll(() => servers.close());

  return new Proxy({} as RestageSession, {
    get: (_, key) => {
      if (current !== undefined) return Reflect.get(current.session, key);
      // Whoever prints it, or awaits it, asks for these.
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return undefined;
      throw new Error(
        `Cannot use restage.${key} here: no test is running. Use it in a test or in 'beforeEach'.`,
      );
    },
    has: (_, key) => current !== undefined && Reflect.has(current.session, key),
  });
}

/** Whether the running test has failed by now. jest tells nobody but its own runner, whose state is where all can see it. */
function hasFailed(): boolean {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  const state = symbol && (Reflect.get(globalThis, symbol) as CircusState | undefined);
  const errors = state?.currentlyRunningTest?.errors;
  if (errors !== undefined) return errors.length > 0;
  throw new Error(
    "Cannot tell whether the test has failed: jest's runner is not jest-circus, or a newer one. Take jest 29 or 30.",
  );
}

interface CircusState {
  readonly currentlyRunningTest?: { readonly errors?: readonly unknown[] } | null;
}
