import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { credentialVariables, jsClient, restage } from '../support/cli.ts';
import { CASSETTE, credentials, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

// Also what Node is only about to deprecate.
// shows those of Node's own that --trace-warnings would come to show.
const nodeArgs = ['--trace-warnings', '--trace-deprecation', '--pending-deprecation'];

test.each(['record', 'auto', 'passthrough', 'replay'])('%s prints no warning of any kind', async (mode) => {
  const service = await startService();
  const dir = await temporaryFolder();
  const upstream = mode === 'replay' ? [] : ['--upstream', service.url];
  const args = [mode, '--dir', dir, '-p', '0', '--log', 'silent', ...upstream];
  const running = restage(args, { nodeArgs, env: credentialVariables(credentials) });
  const url = await running.url;
  for (const target of [`/restapis/${sample.rich}/stages`, '/restapis/none/stages', '/restapis']) {
    await sendSigned(url, { target, credentials });
  }
  const write = { method: 'PATCH', target: `/restapis/${sample.rich}/stages/prod`, body: '{}', credentials };
  await sendSigned(url, write);
  service.fail('reset', { times: 2 });
  await sendSigned(url, { target: '/restapis/none/stages', credentials });
  running.kill('SIGTERM');

  expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
  if (mode === 'record') expect(await readdir(join(dir, CASSETTE))).toContain(`${sample.rich}.json`);
});

test('neither does a command under it', async () => {
  const service = await startService();
  const args = [
    'record',
    '--dir',
    await temporaryFolder(),
    '--upstream',
    service.url,
    '--log',
    'silent',
    '--',
  ];
  const env = credentialVariables(credentials);
  const { stderr, stdout } = await restage([...args, process.execPath, jsClient, sample.oneStage], {
    nodeArgs,
    env,
  }).ended;

  expect(stdout).toContain('the only stage');
  expect(stderr).toMatch(/^restage record listening on \S+\n$/);
});
