import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { restage, runRestage } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LINE =
  /^Cannot run in mode '(?:record|auto)' here: CI is set, and it would record\. Use replay, or say that it is to record with '--ci-record' or RESTAGE_CI_RECORD=1\.\n$/;

test.each([
  ['record', 'true'],
  ['auto', '1'],
  ['record', 'woodpecker'],
])(
  '%s is refused where CI is %s, in one line that names the way out, and makes nothing',
  async (mode, CI) => {
    const ended = await runRestage([mode, '--upstream', 'http://127.0.0.1:9', '--', 'true'], { env: { CI } });
    expect(ended.stderr).toMatch(LINE);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
  },
);

const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'us-east-1' };

test.each<[string, string[], Record<string, string>]>([
  ['with --ci-record', ['record', '--ci-record'], { CI: 'true' }],
  ['with RESTAGE_CI_RECORD=1', ['auto'], { CI: 'true', RESTAGE_CI_RECORD: '1' }],
  ['where CI is false', ['record'], { CI: 'false' }],
  ['where CI is 0', ['record'], { CI: '0' }],
  ['where CI is empty', ['record'], { CI: '' }],
  ['where it forwards alone', ['passthrough'], { CI: 'true' }],
  ['where it replays', ['replay'], { CI: 'true' }],
])('nothing is refused %s', async (_, args, env) => {
  const dir = args[0] === 'passthrough' ? [] : ['--dir', temporaryFolder()];
  const upstream = args[0] === 'replay' ? [] : ['--upstream', 'http://127.0.0.1:9'];
  const program = restage([...args, ...dir, ...upstream, '--', 'true'], { env: { ...keys, ...env } });
  expect((await program.ended).status).toBe(0);
});

test('a config file of a checkout cannot let it record in CI', async () => {
  const cwd = temporaryFolder();
  writeFileSync(`${cwd}/restage.config.json`, '{ "ci-record": true }');
  const { status, stderr } = await runRestage(['replay', '--', 'true'], { cwd });
  expect([status, stderr]).toEqual([
    2,
    "Cannot take 'ci-record' from 'restage.config.json': a file of a checkout must not decide on it. Use --ci-record or RESTAGE_CI_RECORD.\n",
  ]);
});

test('a command is told the mode and where restage is, and another restage in it takes neither for a slip', async () => {
  const script =
    'console.log(process.env.RESTAGE_MODE, process.env.RESTAGE_URL === process.env.AWS_ENDPOINT_URL_API_GATEWAY)';
  const inner = [
    process.execPath,
    new URL('../../dist/cli/main.js', import.meta.url).pathname,
    'passthrough',
  ];
  const { stdout, stderr } = await restage(['replay', '--', ...inner, '--', process.execPath, '-e', script], {
    env: { ...keys, RESTAGE_MODE: 'record', RESTAGE_URL: 'http://127.0.0.1:1' },
  }).ended;
  expect(stdout).toBe('passthrough true\n');
  expect(stderr).not.toContain('is no setting');
});
