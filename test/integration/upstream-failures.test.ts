import { Agent } from 'node:http';
import { describe, expect, test } from 'vitest';
import { defaultLimits, Forwarder } from '../../src/http/upstream/forwarder.ts';
import { credentials, type Running, readCassette, run, startService } from '../support/restage.ts';
import { type RawAnswer, sendSigned } from '../support/stand-in/signed-request.ts';
import { type FailureKind, type FailureOptions, sample, startStandIn } from '../support/stand-in.ts';
import { deadUpstream, startRawUpstream, startUpstream } from '../support/upstream.ts';

const target = `/restapis/${sample.rich}/stages`;
const HUGE = 50 * 1024 * 1024;

function ask(restage: Running, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return sendSigned(restage.url, {
    target,
    credentials,
    headers: { accept: 'application/json', ...headers },
  });
}

const UNREACHABLE = {
  status: 502,
  headers: {
    'content-type': 'application/json',
    'x-amzn-errortype': 'UpstreamUnreachableException',
    'x-restage-outcome': 'forwarded',
  },
};

describe.each(['record', 'auto', 'passthrough'] as const)('%s', (mode) => {
  test.each(['000', '001', '099', '600', '999'])(
    'answers 502 when the upstream answers with status %s, which is none',
    async (status) => {
      const upstream = await startRawUpstream(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\n{}`);
      const restage = await run(mode, { upstream });
      const answer = await ask(restage);

      expect(answer).toMatchObject(UNREACHABLE);
      expect(JSON.parse(answer.text).message).not.toContain('Report this');
      expect(await readCassette(restage.dir)).toEqual({});
    },
  );

  test('answers 502 with the reason when the upstream is down', async () => {
    const upstream = await deadUpstream();
    const restage = await run(mode, { upstream });
    const answer = await ask(restage);

    expect(answer).toMatchObject(UNREACHABLE);
    expect(JSON.parse(answer.text).message).toMatch(
      new RegExp(`^Cannot forward the call to ${upstream}: .*ECONNREFUSED.*\\. Check `),
    );
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test.each<[string, FailureKind, FailureOptions, object]>([
    ['resets', 'reset', {}, UNREACHABLE],
    [
      'answers HTML with 200',
      'html',
      { status: 200 },
      { status: 200, headers: { 'content-type': 'text/html' } },
    ],
    [
      'answers HTML with 503',
      'html',
      { status: 503 },
      { status: 503, headers: { 'content-type': 'text/html' } },
    ],
    [
      'answers HTML with 404',
      'html',
      { status: 404 },
      { status: 404, headers: { 'content-type': 'text/html' } },
    ],
    ['answers broken gzip', 'broken-gzip', {}, { status: 200, headers: { 'content-encoding': 'gzip' } }],
    ['answers 50 MB', 'huge', { bytes: HUGE }, { status: 200, headers: { 'content-length': String(HUGE) } }],
    [
      'throttles',
      'error',
      { status: 429 },
      { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } },
    ],
    ['fails', 'error', { status: 500 }, { status: 500, headers: { 'x-amzn-errortype': 'InternalFailure' } }],
    ['denies', 'error', { status: 403, type: 'AccessDeniedException' }, { status: 403 }],
    ['answers 400 with another type', 'error', { status: 400, type: 'ValidationException' }, { status: 400 }],
    ['answers 404 with another type', 'error', { status: 404, type: 'BadRequestException' }, { status: 404 }],
  ])(
    'passes on what comes of an upstream that %s, stores nothing, and lives',
    async (_, kind, options, expected) => {
      const service = await startService();
      const restage = await run(mode, { upstream: service.url });
      service.fail(kind, options);
      const answer = await ask(restage);

      expect(answer).toMatchObject(expected);
      expect(answer.headers['x-restage-outcome']).toBe('forwarded');
      expect(service.calls).toHaveLength(1);
      expect(await readCassette(restage.dir)).toEqual({});
      if (kind === 'huge') expect(answer.body).toHaveLength(HUGE);
      // The next call has nothing to suffer from it.
      expect((await ask(restage)).headers['x-restage-outcome']).toBe(
        mode === 'passthrough' ? 'forwarded' : 'recorded',
      );
      expect(restage.errors).toEqual([]);
    },
  );

  test('never gives half an answer for a whole one', async () => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url });
    service.fail('half-body');
    const answer = await ask(restage).catch((error: Error) => error);

    // Where the answer is looked at there is time to say so; where it streams through, the connection breaks.
    if (mode === 'passthrough') expect(answer).toMatchObject({ code: 'ECONNRESET' });
    else expect(answer).toMatchObject(UNREACHABLE);
    expect(await readCassette(restage.dir)).toEqual({});
    expect((await ask(restage)).status).toBe(200);
  });
});

test('a read on a kept-alive socket that had died is tried once more', async () => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  await ask(restage);
  service.fail('reset');
  const answer = await ask(restage);

  expect(answer.status).toBe(200);
  expect(service.calls.map(({ connection, signed }) => [connection, signed])).toEqual([
    [1, true],
    [1, true],
    [2, true],
  ]);
});

test('a write on a kept-alive socket that had died is not tried again', async () => {
  const service = await startService();
  const restage = await run('passthrough', { upstream: service.url });
  await ask(restage);
  service.fail('reset');
  const write = { method: 'PATCH', target: `${target}/prod`, body: '{}', credentials };

  expect(await sendSigned(restage.url, write)).toMatchObject(UNREACHABLE);
  expect(service.calls).toHaveLength(2);
});

test('a read is tried on a new socket when all those that are kept have died', async () => {
  const sockets = new Set<object>();
  const isReused: boolean[] = [];
  let held: (() => void)[] = [];
  const upstream = await startUpstream((request, response) => {
    isReused.push(sockets.has(request.socket));
    if (sockets.has(request.socket)) {
      request.socket.resetAndDestroy();
      return;
    }
    sockets.add(request.socket);
    held.push(() => response.end('{"item":[]}\n'));
    // Held until there are three connections.
    if (sockets.size === 3) for (const release of held.splice(0)) release();
    else if (sockets.size > 3) response.end('{"item":[]}\n');
  });
  const restage = await run('passthrough', { upstream });
  await Promise.all([ask(restage), ask(restage), ask(restage)]);
  held = [];
  const answer = await ask(restage);

  expect(answer.status).toBe(200);
  expect(isReused).toEqual([false, false, false, true, false]);
});

test('a slow upstream holds up nobody but who asked', async () => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  const slow = service.fail('slow');
  const waiting = ask(restage);
  await service.called(1);

  expect((await ask(restage)).headers['x-restage-outcome']).toBe('recorded');
  slow.release();
  expect((await waiting).headers['x-restage-outcome']).toBe('recorded');
});

test('a client that goes away while it waits leaves no error behind', async () => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  const slow = service.fail('slow');
  const agent = new Agent();
  const gone = sendSigned(restage.url, { target, credentials }, agent).catch((error: Error) => error);
  await service.called(1);
  agent.destroy();
  expect(await gone).toMatchObject({ code: 'ECONNRESET' });
  slow.release();

  expect((await ask(restage)).headers['x-restage-outcome']).toBe('recorded');
  expect(restage.errors).toEqual([]);
});

describe('the limits of time', () => {
  const request = {
    method: 'GET',
    target: '/',
    headers: [],
    body: new Uint8Array(),
  };

  test('an upstream that does not answer is given up', async () => {
    const standIn = await startStandIn();
    const slow = standIn.fail('slow');
    const forwarder = await Forwarder.open(undefined, { ...defaultLimits, firstByteMs: 50 });

    await expect(forwarder.forward({ ...request, origin: new URL(standIn.url) }, true)).rejects.toMatchObject(
      {
        type: 'UpstreamUnreachableException',
        message: expect.stringContaining('did not answer within 0.05 s'),
      },
    );
    slow.release();
    forwarder.close();
    await standIn.close();
  });

  test('an upstream that stops in the middle of its answer is given up', async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"item":');
    });
    const forwarder = await Forwarder.open(undefined, { ...defaultLimits, firstByteMs: 50 });

    await expect(forwarder.forward({ ...request, origin: new URL(upstream) }, true)).rejects.toMatchObject({
      type: 'UpstreamUnreachableException',
    });
    forwarder.close();
  });
});
