import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { credentials, run, startService } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';

const target = '/restapis/a1b2c3d4e5/stages';
const request = { target, credentials, headers: { accept: 'application/json' } };

test('a call whose client has gone while it was delayed uses up no take', async () => {
  const service = await startService();
  const recording = await run('record', { upstream: service.url });
  await sendSigned(recording.url, request);
  service.setStages('a1b2c3d4e5', []);
  const latest = await sendSigned(recording.url, request);
  await recording.close();

  const replay = await run('replay', { dir: recording.dir, fault: 'latency,ms=200,first=1' });
  await expect(fetch(replay.url + target, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
  await expect.poll(() => replay.calls().length, { timeout: 10_000 }).toBe(1);
  expect(replay.calls()[0]).toMatchObject({ outcome: 'faulted', note: expect.stringContaining('had gone') });
  const first = await fetch(replay.url + target, { headers: { accept: 'application/json' } });
  expect(await first.text()).not.toBe(latest.text);
});

test('an upstream that switches protocols is a 502', async () => {
  const upstream = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void upstream.close());
  const restage = await run('record', {
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
  });

  const answer = await sendSigned(restage.url, request);
  expect(answer.status).toBe(502);
  expect(answer.headers['x-amzn-errortype']).toBe('UpstreamUnreachableException');
});
