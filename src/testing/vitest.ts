import { fileURLToPath } from 'node:url';
import { test as base, expect, type TestAPI, type TestContext } from 'vitest';
import type { RestageSession } from '../assembly/restage.ts';
import { distinctNames } from './distinct-names.ts';
import { extendAnew } from './extend-anew.ts';
import { loadOutside } from './load-outside.ts';
import type * as Testing from './testing.ts';

type RestageTestOptions = Testing.RestageTestOptions;

export type { RestageSession } from '../assembly/restage.ts';
export type { RestageTestOptions } from './test-options.ts';
export { expect };

declare module 'vitest' {
  interface Matchers<T> {
    /** Whether the calls of a session did what is expected, such as `attempts<=3` or `all succeed`. */
    toMeet: (expectation: string) => T;
  }
}

/** What a test can ask for. */
export interface RestageFixtures {
  /** Settings of the test's own, for `test.override` and `test.extend`. */
  restageOptions: RestageTestOptions;
  /** A session of the test's own, named after it. */
  restage: RestageSession;
}

interface OwnFixtures extends RestageFixtures {
  restageServers: Testing.TestServers;
}

const { describeVerdict, recordCommand, TestServers } = loadOutside<typeof Testing>(
  fileURLToPath(new URL('.', import.meta.url)),
  'testing.cjs',
);

expect.extend({
  toMeet(session: RestageSession, expectation: string) {
    const { passed, message } = describeVerdict(session, expectation);
    return { pass: passed, message: () => message };
  },
});

type Use<Value> = (value: Value) => Promise<void>;

/** One a file, also where vitest before 4.1 asks for more: for each `test` that was extended, and each in a `test.scoped`. */
let ofThisFile: Testing.TestServers | undefined;

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from it that nothing is needed.
async function useServers({}: object, use: Use<Testing.TestServers>): Promise<void> {
  const servers = ofThisFile ?? new TestServers((text) => console.error(text));
  ofThisFile = servers;
  await use(servers);
  ofThisFile = undefined;
  await servers.close();
}

async function useSession(
  { restageOptions, restageServers, task }: Omit<OwnFixtures, 'restage'> & TestContext,
  use: Use<RestageSession>,
): Promise<void> {
  const { filepath } = task.file;
  const place = {
    file: filepath,
    name: distinctNameOf(task),
    record: recordCommand('npx vitest run -t', namesOf(task).join(' '), filepath),
  };
  const opened = await restageServers.open(place, restageOptions);
  await use(opened.session);
  const { state } = task.result ?? {};
  if (state === 'skip') await opened.end('skipped');
  // By now the test has thrown, or not; `test.fails` is content if it has.
  else await opened.end((state === 'fail') === (task.fails ?? false) ? 'passed' : 'failed');
}

/** vitest's `test`, with a session of restage for each test that asks for it. */
export const test: TestAPI<RestageFixtures> = Reflect.has(base, 'override')
  ? base.extend<OwnFixtures>({
      restageOptions: {},
      restageServers: [useServers, { scope: 'file' }],
      restage: useSession,
    })
  : (extendAnew(
      base,
      { restageOptions: {} },
      { restageServers: [useServers, { scope: 'file' }], restage: useSession },
    ) as TestAPI<RestageFixtures>);

export const it: typeof test = test;

/** What is read of a task of vitest. */
interface Task {
  readonly name: string;
  readonly type: string;
  readonly suite?: Task | undefined;
  readonly file: Task;
  readonly tasks?: readonly Task[];
}

const places = new WeakMap<Task, ReadonlyMap<Task, string>>();

/** The full name; tests of one name are told apart by their place in the file, whichever of them run. */
function distinctNameOf(task: Task): string {
  const known = places.get(task.file) ?? nameTests(task.file);
  places.set(task.file, known);
  return known.get(task) ?? fullNameOf(task);
}

function nameTests(file: Task): Map<Task, string> {
  const tests = [...testsIn(file)];
  const names = distinctNames(tests.map(fullNameOf));
  return new Map(tests.map((test, at) => [test, names[at] ?? test.name]));
}

function* testsIn(suite: Task): Generator<Task> {
  for (const task of suite.tasks ?? []) {
    if (task.type === 'test') yield task;
    else yield* testsIn(task);
  }
}

function fullNameOf(task: Task): string {
  return namesOf(task).join(' > ');
}

function namesOf(task: Task): string[] {
  const above = task.suite === undefined || task.suite === task.file ? [] : namesOf(task.suite);
  return [...above, task.name];
}
