import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { recordingVariables } from '../support/cli.ts';
import { type ClientResult, describeWithClient, runProgram } from '../support/clients.ts';
import { startService } from '../support/restage.ts';
import type { StandIn } from '../support/stand-in.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** As a user has it: the plugin beside conftest.py, restage's command line in node_modules, tests in a folder. */
function project(...tests: string[]): string {
  const folder = temporaryFolder();
  for (const file of ['restage_pytest.py', 'conftest.py'])
    cpSync(join('examples/pytest', file), join(folder, file));
  for (const file of tests) cpSync(file, join(folder, 'tests', file.slice(file.lastIndexOf('/') + 1)));
  const bin = join(folder, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  const program = [process.execPath, resolve('dist/cli/main.js')].map((part) => `'${part}'`).join(' ');
  writeFileSync(join(bin, 'restage'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  return folder;
}

async function runPytest(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<ClientResult> {
  const command = [
    '-m',
    'pytest',
    '-rA',
    '-p',
    'no:cacheprovider',
    '--rootdir',
    folder,
    ...args,
    join(folder, 'tests'),
  ];
  return runProgram(
    'python3',
    command,
    {
      PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      COLUMNS: '700',
      ...env,
    },
    folder,
  );
}

function recordPytest(folder: string, service: StandIn, args: readonly string[] = []): Promise<ClientResult> {
  const env = recordingVariables(service);
  return runPytest(folder, ['--restage-mode=record', ...args], env);
}

/** The tests that did not pass, by their names, and why; and how many did. */
function outcomesOf({ stdout, stderr }: ClientResult) {
  const summary = stdout.split('short test summary info')[1] ?? `${stdout}${stderr}`;
  const lines = [...summary.matchAll(/^(PASSED|FAILED|ERROR) \S+?::(.+?)(?: - (.*))?$/gm)];
  const others = lines.filter(([, outcome]) => outcome !== 'PASSED');
  const because = others.map(([, outcome, name, reason]) => [`${outcome} ${name}`, reason ?? '']);
  return { passed: lines.length - others.length, others: Object.fromEntries(because) };
}

/** What a failed test's report says of it. */
function reportOf({ stdout }: ClientResult, title: string): string {
  return stdout.split(new RegExp(`^_+ ${title} _+$`, 'm'))[1]?.split(/^_{5,} .* _{5,}$/m)[0] ?? stdout;
}

function cassettesOf(folder: string, module: string): Record<string, string[]> {
  const cassettes = join(folder, 'tests/cassettes', module);
  if (!existsSync(cassettes)) return {};
  return Object.fromEntries(
    readdirSync(cassettes).map((name) => [name, readdirSync(join(cassettes, name)).sort()]),
  );
}

const NAME = /^[a-z0-9_][a-z0-9_-]{0,47}(?:\.[0-9a-f]{12})?$/;
const PLAIN = [
  'test_strict_is_content',
  'test_strict_finds_a_swallowed_miss',
  'test_follows_the_mark',
  'shared',
  'test_leaves_its_session',
];
const CASES = 'test/support/pytest/test_cases.py';

describeWithClient('pytest', 'the plugin of examples/pytest', () => {
  test('records a cassette for each test, of failed ones none, and replays them offline', async () => {
    const service = await startService();
    const folder = project(CASES, 'examples/pytest/test_stages.py');
    const recorded = await recordPytest(folder, service);
    await service.close();
    const refused = {
      'ERROR test_misspells_the_mark': expect.stringContaining("Did you mean 'faults'?"),
      'FAILED test_misspells_a_rule': expect.stringContaining("Did you mean 'throttle'?"),
      'FAILED test_fails': expect.stringContaining('passed over'),
      'ERROR test_with_a_broken_end': expect.stringContaining("the fixture's end"),
      'FAILED test_calls_what_is_not_printable': expect.stringContaining('passed over'),
    };
    expect(outcomesOf(recorded), recorded.stdout).toEqual({ passed: 26, others: refused });
    expect(reportOf(recorded, 'test_calls_what_is_not_printable')).toContain('GetStages a?[31m?b');
    expect(reportOf(recorded, 'test_misspells_a_rule')).toContain(
      '>       restage.faults.add("throtle,first=2")',
    );
    expect(reportOf(recorded, 'test_fails')).toContain('200 recorded GetStages onestage01');
    const cassettes = cassettesOf(folder, 'test_cases');
    const names = Object.keys(cassettes);
    expect(names.filter((name) => !NAME.test(name) || name.startsWith('pytest-'))).toEqual([]);
    expect(names.filter((name) => cassettes[name]?.length === 0)).toEqual([]);
    const odd = names.filter((name) => name.startsWith('test_odd'));
    expect([odd.length, names.filter((name) => name.startsWith('testnames-test_one.')).length]).toEqual([
      10, 2,
    ]);
    for (const name of [...odd, ...PLAIN]) expect(cassettes[name], name).toEqual(['a1b2c3d4e5.json']);
    expect(cassettes.test_strict_finds_unused).toEqual(['a1b2c3d4e5.json', 'onestage01.json']);
    for (const name of ['test_fails', 'test_with_a_broken_end', 'test_discards', 'test_comes_late'])
      expect(cassettes[name], name).toBeUndefined();
    expect(Object.keys(cassettesOf(folder, 'test_stages')).sort()).toEqual([
      'test_lists_the_stages',
      'test_survives_a_throttle',
    ]);

    const replayed = await runPytest(folder);
    expect(outcomesOf(replayed), replayed.stdout).toEqual({
      passed: 24,
      others: {
        ...refused,
        'FAILED test_strict_finds_unused': expect.anything(),
        'FAILED test_strict_finds_a_swallowed_miss': expect.anything(),
      },
    });
    expect(reportOf(replayed, 'test_strict_finds_unused')).toMatch(
      /Not asked for:\n {2}GetStages onestage01/,
    );
    expect(reportOf(replayed, 'test_strict_finds_a_swallowed_miss')).toMatch(
      /Not recorded:\n {2}400 missed GetStages onestage01/,
    );
    expect(reportOf(replayed, 'test_fails')).toContain(
      'Record it:\n  pytest --restage-mode=record tests/test_cases.py::test_fails',
    );

    const auto = await recordPytest(folder, service, ['--restage-mode=auto', '-k', 'finds_unused']);
    expect(reportOf(auto, 'test_strict_finds_unused')).toMatch(/Not asked for:\n {2}GetStages onestage01/);
  });

  test('refuses at once, in one line, what nothing can come of', async () => {
    const refusalOf = async (env: Record<string, string>) => {
      const folder = project();
      mkdirSync(join(folder, 'tests'));
      writeFileSync(join(folder, 'tests/test_it.py'), 'def test_it(restage): ...\n');
      const ended = await runPytest(folder, [], env);
      expect(readdirSync(join(folder, 'tests'))).toEqual(['test_it.py']);
      return [ended.status, outcomesOf(ended).others['ERROR test_it'] ?? ended.stderr.trim()];
    };
    const refusals = await Promise.all(
      [
        { RESTAGE_MODE: 'recrod' },
        { RESTAGE_MODE: 'record', CI: 'true' },
        { RESTAGE_COMMAND: '/no/such/restage' },
        { RESTAGE_PORT: 'x', RESTAGE_ORDER: 'backwards' },
      ].map(refusalOf),
    );
    expect(refusals).toEqual([
      [
        4,
        "ERROR: Cannot use RESTAGE_MODE 'recrod': there is no such mode. Did you mean 'record'? Known are record, replay, auto, passthrough.",
      ],
      [
        1,
        "Failed: Cannot run in mode 'record' here: CI is set, and it would record. Use replay, or say that it is to record with '--ci-record' or RESTAGE_CI_RECORD=1.",
      ],
      [1, "Failed: Cannot start restage: [Errno 2] No such file or directory: '/no/such/restage'."],
      [1, expect.stringContaining('RESTAGE_ORDER')],
    ]);
  });

  test('fails where nothing is recorded, with the miss and the command that records it', async () => {
    const folder = project('examples/pytest/test_stages.py');
    const ended = await runPytest(folder, ['-k', 'lists'], { RESTAGE_FAIL_ON_MISS: 'true' });
    expect(outcomesOf(ended)).toEqual({
      passed: 0,
      others: {
        'FAILED test_lists_the_stages': expect.stringMatching(
          /RecordingNotFoundException.*Record it: pytest --restage-mode=record tests\/test_stages\.py::test_lists_the_stages\./,
        ),
        // What the server of the module says in the end.
        'ERROR test_lists_the_stages': expect.stringMatching(
          /^1 call missed the recording: GetStages a1b2c3d4e5/,
        ),
      },
    });
    expect(reportOf(ended, 'test_lists_the_stages')).toContain(
      'Record it:\n  pytest --restage-mode=record tests/test_stages.py::test_lists_the_stages',
    );
    expect(existsSync(join(folder, 'tests/cassettes'))).toBe(false);
  });

  test('runs in several processes, which share modules (where pytest-xdist is installed)', async (context) => {
    const xdist = ['-p', 'xdist.plugin', '-n', '2'];
    const probe = await runProgram('python3', ['-c', 'import xdist'], {});
    context.skip(probe.status !== 0, '"python3 -c \'import xdist\'" fails here');
    const service = await startService();
    const folder = project('examples/pytest/test_stages.py');
    const recorded = await recordPytest(folder, service, xdist);
    await service.close();
    expect(outcomesOf(recorded)).toEqual({ passed: 2, others: {} });
    expect(outcomesOf(await runPytest(folder, xdist))).toEqual({ passed: 2, others: {} });
  });

  test.each(['test_is_interrupted', 'test_is_killed'])(
    'leaves no server and no lock behind: %s',
    async (name) => {
      const service = await startService();
      const folder = project('test/support/pytest/test_ended.py');
      const { status } = await recordPytest(folder, service, ['-k', name]);
      expect(status).toBe(name === 'test_is_killed' ? null : 2);
      const url = readFileSync(join(folder, 'url'), 'utf8');
      await vi.waitFor(() => expect(fetch(`${url}/__restage/health`)).rejects.toThrow(), { timeout: 10_000 });
      // What was killed could not say that it failed.
      const files = name === 'test_is_killed' ? ['onestage01.json'] : undefined;
      // The server saves, and gives the lock back, after it has stopped listening.
      await vi.waitFor(() => expect(cassettesOf(folder, 'test_ended')[name]).toEqual(files), {
        timeout: 10_000,
      });
    },
  );
});
