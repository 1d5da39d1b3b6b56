import { expect, test } from 'vitest';
import {
  test as base,
  startTests,
  type TestAPI,
  type TestContext,
  type VitestRunner,
  type VitestRunnerConfig,
} from 'vitest-runner-4.0';
import { extendAnew } from '../../../src/testing/extend-anew.ts';

interface Fixtures {
  options: string;
  session: string;
  user: string;
}
type Use<Value> = (value: Value) => Promise<void>;

/** What was made for the test that runs, in order. */
let made: string[];

const extended = extendAnew(
  base,
  { options: 'none' },
  {
    session: async ({ options }: Fixtures, use: Use<string>) => {
      made.push(options);
      await use(`session with ${options}`);
    },
  },
) as TestAPI<Fixtures>;
const named = async ({ task }: TestContext, use: Use<string>) => use(task.name);
const user = async ({ session }: Fixtures, use: Use<string>) => use(`user of ${session}`);

test.each<[string, (test: typeof extended) => TestAPI<Fixtures>, string, readonly string[]]>([
  ['as it is', (test) => test, 'session with none', ['none']],
  ['with options', (test) => test.extend({ options: 'more' }), 'session with more', ['more']],
  ['with options from a function', (test) => test.extend({ options: named }), 'session with a', ['a']],
  [
    'with options, twice',
    (test) => test.extend({ options: 'more' }).extend({ options: 'most' }),
    'session with most',
    ['most'],
  ],
  [
    'with a fixture, then options',
    (test) => test.extend({ user }).extend({ options: 'more' }),
    'user of session with more',
    ['more'],
  ],
  [
    'with options and a fixture at once',
    (test) => test.extend({ options: 'more', user }),
    'user of session with more',
    ['more'],
  ],
  [
    'as it is, after another was made of it',
    (test) => {
      test.extend({ options: 'more', session: 'none' });
      return test;
    },
    'session with none',
    ['none'],
  ],
])('a test of vitest 4.0 %s has what it was extended with', async (_, extend, expected, sessions) => {
  made = [];
  let seen: string | undefined;
  const runner: VitestRunner = {
    config: { root: '/', sequence: { hooks: 'stack' } } as VitestRunnerConfig,
    importFile: () => {
      extend(extended)('a', ({ session, user }) => {
        seen = user ?? session;
      });
    },
  };
  const [file] = await startTests(['/old.test.js'], runner);
  expect(file?.tasks.map(({ result }) => result)).toMatchObject([{ state: 'pass' }]);
  expect(seen).toBe(expected);
  expect(made).toEqual(sessions);
});
