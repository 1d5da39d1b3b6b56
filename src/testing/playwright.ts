import {
  test as base,
  expect as baseExpect,
  type Expect,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestInfo,
  type TestType,
} from '@playwright/test';
import type { RestageSession } from '../assembly/restage.ts';
import { describeVerdict, type RestageTestOptions, recordCommand, TestServers } from './testing.ts';

export type { RestageSession } from '../assembly/restage.ts';
export type { RestageTestOptions } from './test-options.ts';

/** What a test can ask for. */
export interface RestageFixtures {
  /** Settings of the test's own, for `test.use`. */
  restageOptions: RestageTestOptions;
  /** A session of the test's own, named after it. */
  restage: RestageSession;
}

interface WorkerFixtures {
  restageServers: TestServers;
}

/** Playwright's `test`, with a session of restage for each test that asks for it. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & RestageFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
> = base.extend<RestageFixtures, WorkerFixtures>({
  restageOptions: [{}, { option: true }],
  restageServers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it that nothing is needed.
    async ({}, use) => {
      const servers = new TestServers((text) => console.error(text));
      await use(servers);
      await servers.close();
    },
    { scope: 'worker' },
  ],
  restage: async ({ restageOptions, restageServers }, use, info) => {
    const opened = await restageServers.open(placeOf(info), restageOptions);
    await use(opened.session);
    if (info.status === 'skipped') await opened.end('skipped');
    // By now the test has thrown, or not; `test.fail` is content if it has.
    else await opened.end(info.status === info.expectedStatus ? 'passed' : 'failed');
  },
});

/** Playwright's `expect`, which knows what calls are to meet, such as `attempts<=3` or `all succeed`. */
export const expect: Expect<{
  toMeet: (
    session: Pick<RestageSession, 'calls' | 'check'>,
    expectation: string,
  ) => { pass: boolean; message: () => string };
}> = baseExpect.extend({
  toMeet(session: Pick<RestageSession, 'calls' | 'check'>, expectation: string) {
    const { passed, message } = describeVerdict(session, expectation);
    return { pass: passed, message: () => message };
  },
});

/** Playwright allows no two tests of one name in a file; the same test of two projects runs at the same time. */
function placeOf({ file, titlePath, project }: TestInfo) {
  const [, ...names] = titlePath;
  const full = names.join(' > ');
  const runner = ['npx playwright test', ...(project.name === '' ? [] : [`--project=${project.name}`]), '-g'];
  return {
    file,
    name: project.name === '' ? full : `${full} (${project.name})`,
    record: recordCommand(runner.join(' '), names.join(' '), file),
  };
}
