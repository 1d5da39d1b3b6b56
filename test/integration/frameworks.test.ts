import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { recordingVariables } from '../support/cli.ts';
import { cases, elsewhere, type FrameworkCase, twin } from '../support/frameworks/cases.ts';
import { ownCases } from '../support/frameworks/own-cases.ts';
import {
  cassettesBeside,
  type FrameworkRun,
  frameworks,
  layOutProject,
  packPackage,
  runFramework,
} from '../support/frameworks/project.ts';
import { startStandIn } from '../support/stand-in.ts';

let packed: string;
beforeAll(() => {
  packed = packPackage();
});
afterAll(() => rmSync(dirname(packed), { recursive: true }));

/** Tests that run beside one another each have a folder of their own, by their own context. */
function projectFor(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  files: Readonly<Record<string, string>>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'restage-project-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  layOutProject(folder, packed, files);
  return folder;
}

/** Each case that did not go as its row says, with what it said. */
function strayed(
  { failed, passed, stderr, stdout }: FrameworkRun,
  among: readonly FrameworkCase[],
  when: 'recorded' | 'replayed',
): unknown[] {
  const of = ({ name, [when]: says }: FrameworkCase) => {
    const failure = failed[name];
    if (says === undefined) return passed.includes(name) ? [] : [[name, failure ?? 'did not run']];
    return failure !== undefined && says.test(failure) ? [] : [[name, failure, `${stdout}${stderr}`]];
  };
  return among.flatMap(of);
}

/** The tests that only one framework has. */
function ownOf({ failed, passed }: FrameworkRun): Pick<FrameworkRun, 'failed' | 'passed'> {
  const shared = new Set([...cases, ...elsewhere, twin].map(({ name }) => name));
  return {
    failed: Object.fromEntries(Object.entries(failed).filter(([title]) => !shared.has(title))),
    passed: passed.filter((title) => !shared.has(title)).sort(),
  };
}

/** Each of them runs whole programs, beside one another: 30 s where the machine is slow and has nothing else to do. */
const TIMEOUT_MS = 180_000;

describe.concurrent.each(frameworks)('restage for $name', { timeout: TIMEOUT_MS }, (framework) => {
  const { fileOf, extension, name } = framework;
  const [first, second, third] = ['first', 'second', 'own'].map((each) => `tests/${each}${extension}`) as [
    string,
    string,
    string,
  ];
  const own = ownCases[name];
  const all = framework.isSlowToFail
    ? cases.filter(({ recorded, replayed }) => recorded === undefined || recorded !== replayed)
    : cases;

  test('records a cassette for each test once, and replays them without the service', async (context) => {
    const service = await startStandIn();
    context.onTestFinished(() => service.close());
    const folder = projectFor(context, {
      [first]: fileOf([...all, ...elsewhere.slice(0, 1)]),
      [second]: fileOf([twin, ...elsewhere.slice(1)]),
      [third]: own.text,
    });
    const recording = recordingVariables(service);
    const recorded = await runFramework(framework, folder, { RESTAGE_MODE: 'record', ...recording });
    expect(strayed(recorded, all, 'recorded')).toEqual([]);
    const failures = Object.entries(own.failed).map(([title, says]) => [title, expect.stringMatching(says)]);
    expect(ownOf(recorded).failed).toEqual(Object.fromEntries(failures));
    expect(ownOf(recorded).passed).toHaveLength(own.passed);
    const ownCassettes = cassettesBeside(folder, third);
    expect(Object.keys(ownCassettes)).toEqual(own.cassettes.map((each) => expect.stringMatching(each)));
    const told = `${recorded.stdout}${recorded.stderr}`;
    expect(told).toMatch(/restage: '.*fails after it has recorded' made 1 call in mode record/);
    expect(told).toMatch(/^.*200 recorded {2}GetStages a1b2c3d4e5 {2}attempt 1/m);

    const cassettes = cassettesBeside(folder, first);
    const held = all.flatMap(({ cassette }) => (cassette === undefined ? [] : [cassette]));
    // One for each, none for what failed, no lock.
    expect(Object.values(cassettes).map(String).sort()).toEqual(held.map(String).sort());
    for (const each of Object.keys(cassettes)) expect(each).toMatch(/^[a-z0-9_-]{1,48}(?:\.[0-9a-f]{12})?$/);
    expect(Object.values(cassettesBeside(folder, second))).toEqual([twin.cassette]);
    expect(recorded.passed.filter((title) => title === 'lists elsewhere')).toHaveLength(2);
    const shared = readdirSync(join(folder, 'elsewhere'), { recursive: true, encoding: 'utf8' }).sort();
    expect(shared.filter((path) => path.endsWith('.json'))).toEqual([
      expect.stringMatching(/^tests-first-test-.*\/a-case-lists-elsewhere.*\/a1b2c3d4e5\.json$/),
      expect.stringMatching(/^tests-second-test-.*\/a-case-lists-elsewhere.*\/onestage01\.json$/),
    ]);

    await service.close();
    const replayed = await runFramework(framework, folder, { ...recording, CI: 'true' }, framework.replaying);
    expect(strayed(replayed, all, 'replayed')).toEqual([]);
    // Of those that failed nothing is recorded: they fail again.
    expect(Object.keys(ownOf(replayed).failed).sort()).toEqual(Object.keys(own.failed).sort());
    expect(ownOf(replayed).passed).toEqual(ownOf(recorded).passed);
    expect(cassettesBeside(folder, third)).toEqual(ownCassettes);
    expect(replayed.passed.filter((title) => title === 'lists elsewhere')).toHaveLength(2);
    const block = `${replayed.stdout}${replayed.stderr}`;
    expect(block).toMatch(/400 missed {4}GetStages a1b2c3d4e5 {2}attempt 1 {2}it is not in cassette/);
    expect(block).toMatch(
      /Record what is missing: RESTAGE_MODE=record (?:npx vitest run -t|npx jest -t|npx playwright test -g|node --test --test-name-pattern) '(?:a case )?fails after it has recorded' tests\/first\.test\.m?js/,
    );
    expect(cassettesBeside(folder, first)).toEqual(cassettes);
  });

  test('is started in no mode that there is not', async (context) => {
    const folder = projectFor(context, { [first]: fileOf(cases.slice(0, 1)) });
    const run = await runFramework(framework, folder, { RESTAGE_MODE: 'recrod' });
    const line =
      'Cannot use RESTAGE_MODE "recrod": there is no such mode. Did you mean \'record\'? Known are record, replay, auto, passthrough.';
    expect([name, run.passed, Object.values(run.failed).map((said) => said.includes(line))]).toEqual([
      name,
      [],
      [true],
    ]);
    expect(cassettesBeside(folder, first)).toEqual({});
  });
});
