import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { credentialVariables, restage } from '../support/cli.ts';
import { credentials, readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { startUpstream } from '../support/upstream.ts';

const env = credentialVariables(credentials);
const target = `/restapis/${sample.oneStage}/stages`;

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends restage cleanly with 0, at the very moment it listens',
  async (signal) => {
    const dir = await temporaryFolder();
    const recorder = restage(['record', '--dir', dir, '-p', '0'], { env });
    await recorder.url;
    recorder.kill(signal);
    const { status, stdout, stderr } = await recorder.ended;

    // Whose keys sign may not be known yet.
    const keys = /^(?:Calls are signed with access key …MPLE of the environment\n)?$/;
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(keys) });
    expect(stdout).toMatch(/^restage record listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(await readdir(dir)).toEqual([]);
  },
);

test('a call in flight is finished, recorded and logged', async () => {
  const service = await startService();
  const dir = await temporaryFolder();
  const recorder = restage(['record', '--dir', dir, '-p', '0', '--upstream', service.url, '--log', 'json'], {
    env,
  });
  const url = await recorder.url;
  const slow = service.fail('slow');
  const asked = sendSigned(url, { target, credentials });
  await service.called(1);
  recorder.kill('SIGTERM');
  await refusesConnections(url);
  slow.release();

  expect((await asked).headers).toMatchObject({ 'x-restage-outcome': 'recorded', connection: 'close' });
  const { status, stderr } = await recorder.ended;
  expect(status).toBe(0);
  expect(stderr).toMatch(/"outcome":"recorded"/);
  expect(Object.keys(await readCassette(dir))).toEqual([`${sample.oneStage}.json`]);
});

test('a second signal ends it at once, with 128+n', async () => {
  const service = await startService();
  const recorder = restage(['passthrough', '-p', '0', '--upstream', service.url], { env });
  const url = await recorder.url;
  const slow = service.fail('slow');
  const asked = sendSigned(url, { target, credentials }).catch((error: Error) => error);
  await service.called(1);
  recorder.kill('SIGTERM');
  await refusesConnections(url);
  recorder.kill('SIGINT');

  expect((await recorder.ended).status).toBe(128 + 2);
  expect(await asked).toBeInstanceOf(Error);
  slow.release();
});

test('a connection that nothing was asked on does not hold up the end', async () => {
  const restaged = await run('replay');
  const socket = connect(restaged.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // A whole call on another connection, so that the first one was accepted as well.
  await send(restaged.url, target, {});
  const startedAt = performance.now();
  await Promise.all([restaged.close(), closed]);

  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test('a connection whose answer ends after the signal does not hold up the end', async () => {
  let finish = () => {};
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'Content-Length': 4 });
    response.write('ab');
    finish = () => response.end('cd');
  });
  const restaged = await run('passthrough', { upstream, 'trust-clients': true });
  const answer = await fetch(`${restaged.url}/x`, {
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=A/20200101/us-east-1/apigateway/aws4_request' },
  });
  const startedAt = performance.now();
  const closed = restaged.close();
  finish();

  expect(await answer.text()).toBe('abcd');
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test('whoever stops reading its log does not stop restage', async () => {
  const running = restage(['replay', '-p', '0', '--log', 'json']);
  const url = await running.url;
  running.child.stderr?.destroy();
  for (let i = 0; i < 3; i += 1) expect((await send(url, target, {})).status).toBe(400);
  running.kill('SIGTERM');

  expect((await running.ended).status).toBe(0);
});

/** Waits until nobody listens any more. */
async function refusesConnections(url: string): Promise<void> {
  const { port } = new URL(url);
  for (;;) {
    const isRefused = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(false);
      });
      socket.once('error', () => resolve(true));
    });
    if (isRefused) return;
  }
}
