import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import type { RestageOptions } from '../../src/index.ts';
import { credentials, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import {
  agentThrough,
  callInTunnel,
  HOST,
  intercept,
  interceptRecorded,
  openTunnel,
  SERVICE,
} from '../support/tunnel.ts';

const target = `/restapis/${sample.twoStages}/stages`;
const replaying = (options: RestageOptions = {}) => interceptRecorded([target], options);

describe('calls in a tunnel', () => {
  test('reach the service as they were signed, many by one tunnel', async () => {
    const service = await startService();
    const restage = await intercept('record', { upstream: service.url });
    const agent = agentThrough(restage);
    const tunnels = vi.spyOn(agent, 'connect');
    for (let i = 0; i < 20; i += 1) {
      const answer = await sendSigned(
        SERVICE,
        { target: `${target}?deploymentId=d${i}`, credentials },
        agent,
      );
      expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    }

    expect(tunnels).toHaveBeenCalledTimes(1);
    expect(service.calls.map(({ refusal }) => refusal)).toEqual(Array(20).fill(undefined));
    expect(restage.calls()).toHaveLength(20);
    expect(restage.calls()[0]).toMatchObject({ region: 'us-east-1', outcome: 'recorded' });
  });

  test.each(['apigateway.us-west-2.amazonaws.com', 'localhost', '127.0.0.1', 'example.com'])(
    'for %s are refused',
    async (host) => {
      const restage = await replaying();
      const answer = await send(SERVICE, target, { host }, { agent: agentThrough(restage) });

      expect(answer).toMatchObject({ status: 403, headers: { 'x-restage-outcome': 'refused' } });
      expect(answer.text).toContain('the host it is sent to and its Host differ');
    },
  );

  test('do not reach control', async () => {
    const restage = await replaying();
    const answer = await send(SERVICE, '/__restage/status', { host: HOST }, { agent: agentThrough(restage) });

    expect(answer).toMatchObject({ status: 400, headers: { 'x-restage-outcome': 'missed' } });
  });

  test.each([
    [undefined, 'application/hal+json', '_embedded'],
    ['*/*', 'application/hal+json', '_embedded'],
    ['application/json', 'application/json', 'item'],
  ])('that accept %s get %s', async (accept, type, member) => {
    const agent = agentThrough(await replaying());
    const headers = { host: HOST, ...(accept !== undefined && { accept }) };
    const answer = await send(SERVICE, target, headers, { agent });

    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': type } });
    expect(JSON.parse(answer.text)).toHaveProperty(member);
  });
});

describe('a fault in a tunnel', () => {
  test('answers as the service does', async () => {
    const restage = await replaying({ fault: ['throttle,first=1'] });
    const agent = agentThrough(restage);
    const throttled = await sendSigned(SERVICE, { target, credentials }, agent);
    const answered = await sendSigned(SERVICE, { target, credentials }, agent);

    expect(throttled).toMatchObject({
      status: 429,
      headers: { 'x-amzn-errortype': 'TooManyRequestsException', 'x-restage-outcome': 'faulted' },
    });
    expect(answered.status).toBe(200);
  });

  test.each([
    ['reset', ''],
    ['reset,at=headers', 'HTTP/1.1 200 OK'],
  ])('%s resets the connection', async (fault, received) => {
    const restage = await replaying({ fault: [fault] });
    const wire = await openTunnel(restage);
    // A connection that is closed in order ends without an error.
    const failed = once(wire.socket, 'error');
    wire.socket.once('close', () => wire.socket.emit('error', new Error('closed in order')));
    wire.send(callInTunnel(target, credentials));

    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect((await wire.rest()).slice(0, 15)).toBe(received);
    expect(restage.calls()).toMatchObject([{ outcome: 'faulted', fault, damaged: true }]);
  });

  test('truncate closes the connection in the middle of the body', async () => {
    const restage = await replaying({ fault: ['truncate,bytes=20'] });
    const wire = await openTunnel(restage);
    wire.send(callInTunnel(target, credentials));
    const [head = '', body = ''] = (await wire.rest()).split('\r\n\r\n');

    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBeGreaterThan(100);
    expect(body).toHaveLength(20);
  });

  test('drip brings the whole answer', async () => {
    const restage = await replaying({ fault: ['drip,bytes-per-second=20000'] });
    const answer = await sendSigned(
      SERVICE,
      { target, credentials, headers: { accept: 'application/json' } },
      agentThrough(restage),
    );

    expect(JSON.parse(answer.text).item).toHaveLength(2);
    expect(restage.calls()).toMatchObject([{ outcome: 'faulted', damaged: false }]);
  });

  test('hang leaves the client waiting, and does not hold up the end', async () => {
    const restage = await replaying({ fault: ['hang'] });
    const wire = await openTunnel(restage);
    wire.send(callInTunnel(target, credentials));
    await expect.poll(() => restage.calls()).toMatchObject([{ outcome: 'faulted', status: 0 }]);
    const before = performance.now();
    await restage.close();

    expect(await wire.rest()).toBe('');
    // Calls under way have 5 s.
    expect(performance.now() - before).toBeLessThan(3_000);
  });
});
