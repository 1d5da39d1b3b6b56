/** A behaviour that a test has in every framework. */
export interface FrameworkCase {
  /** The test's name, no other's of the table. */
  readonly name: string;
  readonly options?: object;
  /** The test's body, after `async (restage, { list, failure }) =>`. */
  readonly body: string;
  /** What its failure says, or what is told of it, when it is recorded; absent where it passes. */
  readonly recorded?: RegExp;
  /** The same, when it is replayed without the service. */
  readonly replayed?: RegExp;
  /** The APIs that its cassette holds then; none if not given. */
  readonly cassette?: readonly string[];
}

const API = 'a1b2c3d4e5';
const OTHER = 'onestage01';
const LISTS = '{ assert.equal((await list(restage)).length, 2); }';
const UNKNOWN_RULE = /Cannot use fault 'throtle'.* Did you mean 'throttle'\? Known kinds are throttle, /;
const UNKNOWN_OPTION = /'casette'/;
/** Nothing is asked of the session any more. */
const NO_MORE_ASKED = /^(?![\s\S]*Cannot use session)[\s\S]*no good/;

const odd = [
  '../up',
  'a/b',
  '..',
  '.',
  'con',
  '😀',
  '\ud83d',
  'x'.repeat(300),
  `${'x'.repeat(299)}y`,
  'x'.repeat(2000),
  'Case',
  'case',
  'CASE',
];

/** What the tests of every framework do, first while recording and then without the service. */
export const cases: readonly FrameworkCase[] = [
  { name: 'lists', body: LISTS, cassette: [API] },
  ...odd.map((name) => ({ name, body: LISTS, cassette: [API] })),
  {
    name: 'survives a throttle',
    options: { faults: ['throttle,first=1'] },
    body: `{
      assert.equal((await list(restage)).length, 2);
      assert.deepEqual([...restage.calls().map(({ status }) => status)], [429, 200]);
      assert.ok(restage.check('attempts<=2').passed);
    }`,
    cassette: [API],
  },
  {
    name: 'fails after it has recorded',
    body: `{ await list(restage); throw new Error('no good'); }`,
    recorded: /no good/,
    replayed:
      /Cannot replay GetStages of API 'a1b2c3d4e5'.*Record it: RESTAGE_MODE=record \w+ .*fails after it has recorded/,
  },
  {
    name: 'cannot have its rule',
    body: `{ restage.faults.add('throtle'); }`,
    recorded: UNKNOWN_RULE,
    replayed: UNKNOWN_RULE,
  },
  {
    name: 'cannot have its option',
    options: { casette: 'x' },
    body: '{}',
    recorded: UNKNOWN_OPTION,
    replayed: UNKNOWN_OPTION,
  },
  { name: 'is strict and content', options: { strict: true }, body: LISTS, cassette: [API] },
  {
    name: 'is strict and swallows a miss',
    options: { strict: true },
    body: `{ await list(restage); if (restage.mode === 'replay') await failure(list(restage, '${OTHER}')); }`,
    replayed: /Cannot pass this test: 1 of its calls are not recorded\. Record them: RESTAGE_MODE=record /,
    cassette: [API],
  },
  {
    name: 'is strict and leaves a recording',
    options: { strict: true },
    body: `{ await list(restage); if (restage.mode === 'record') await list(restage, '${OTHER}'); }`,
    replayed: /Cannot pass this test: it has not asked for GetStages onestage01, which its cassette holds/,
    cassette: [API, OTHER],
  },
  {
    name: 'swallows a miss and is not strict',
    body: `{ await list(restage); if (restage.mode === 'replay') await failure(list(restage, '${OTHER}')); }`,
    cassette: [API],
  },
  {
    name: 'closes its session twice',
    body: `{
      await list(restage);
      await restage.close();
      await restage.close();
      assert.equal(restage.calls().length, 1);
      assert.match((await failure(() => restage.faults.add('throttle'))).message, /^Cannot use session '.*': it has ended/);
      assert.match((await failure(list(restage))).message, /whoever made it has closed it/);
    }`,
    cassette: [API],
  },
  {
    name: 'fails when it has closed its session',
    body: `{ await restage.close(); throw new Error('no good'); }`,
    recorded: NO_MORE_ASKED,
    replayed: NO_MORE_ASKED,
  },
  {
    name: 'records where that is refused',
    options: { mode: 'auto', 'ci-record': false },
    body: LISTS,
    // CI is set in the second run alone.
    replayed: /Cannot run in mode 'auto' here: CI is set.*'--ci-record' or RESTAGE_CI_RECORD=1/,
    cassette: [API],
  },
];

/** The name of a second file's test, which the first has, too. */
export const twin: FrameworkCase = {
  name: 'lists',
  body: `{ assert.equal((await list(restage, '${OTHER}')).length, 1); }`,
  cassette: [OTHER],
};

/** Tests of one name in two files, which record to one folder at the same time. */
export const elsewhere = [API, OTHER].map(
  (api): FrameworkCase => ({
    name: 'lists elsewhere',
    options: { dir: 'elsewhere', strict: true },
    body: `{ await list(restage, '${api}'); }`,
  }),
);
