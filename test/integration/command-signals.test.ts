import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { credentialVariables, restage } from '../support/cli.ts';
import { credentials, temporaryFolder } from '../support/restage.ts';
import { deadUpstream } from '../support/upstream.ts';

/** Says each signal that it gets, and ends with 9 a while after the first. */
const SAYS_SIGNALS = `
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => { console.log(signal); setTimeout(() => process.exit(9), 200); });
  setInterval(() => {}, 1000);
  console.log('ready', process.pid);`;

async function startRecording(script: string) {
  const dir = await temporaryFolder();
  const running = restage(
    ['record', '--dir', dir, '--upstream', await deadUpstream(), '--', process.execPath, '-e', script],
    { env: credentialVariables(credentials), leadsGroup: true },
  );
  const [, pid] = await running.said(/ready (\d+)/);
  return { dir, running, pid: Number(pid), group: -Number(running.child.pid) };
}

test.each([
  ['SIGINT', 'the group'],
  ['SIGTERM', 'the group'],
  ['SIGHUP', 'the group'],
  ['SIGQUIT', 'the group'],
  ['SIGHUP', 'restage alone'],
  ['SIGQUIT', 'restage alone'],
] as const)('%s to %s reaches the command once, and leaves no lock', async (signal, target) => {
  const { dir, running, pid, group } = await startRecording(SAYS_SIGNALS);
  process.kill(target === 'the group' ? group : -group, signal);
  const { status, stdout } = await running.ended;

  expect({ status, stdout }).toEqual({ status: 9, stdout: `ready ${pid}\n${signal}\n` });
  expect(await readdir(dir)).toEqual([]);
});

test('a command that does not stop ends with restage when that is killed after it was asked to stop', async () => {
  const { running, pid, group } = await startRecording(
    `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('ready', process.pid);`,
  );
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  process.kill(group, 'SIGTERM');
  await running.said(/^no$/m);
  process.kill(group, 'SIGKILL');

  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5_000, interval: 20 });
});

test('a signal before the command runs ends restage with 128+n: the command is not run, no lock is left', async () => {
  const dir = await temporaryFolder();
  // Whoever is asked for credentials takes all the time.
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close().closeAllConnections());
  const asked = new Promise((resolve) => silent.once('request', resolve));
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const running = restage(['record', '--dir', dir, '--', 'echo', 'ran'], {
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/`, AWS_REGION: 'us-east-1' },
  });
  await asked;
  running.kill('SIGTERM');

  expect(await running.ended).toMatchObject({ status: 143, stdout: '', stderr: '' });
  expect(await readdir(dir)).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // There is no such process.
    return false;
  }
}
