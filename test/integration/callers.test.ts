import { describe, expect, test } from 'vitest';
import { requestHead, sendRaw } from '../support/raw.ts';
import { readCassette, run, startService } from '../support/restage.ts';
import { type HeaderFields, send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const target = `/restapis/${sample.oneStage}/stages`;
const REFUSED = {
  status: 403,
  headers: { 'x-restage-outcome': 'refused', 'x-amzn-errortype': 'CallerNotAllowedException' },
};

/** What a call brings besides, and whether it is then none of restage's. */
const pages: ReadonlyArray<[string, HeaderFields]> = [
  ['a Host that is not ours', { host: 'evil.example' }],
  ['a Host that only begins like ours', { host: '127.0.0.1.evil.example' }],
  ['a Host that only ends like ours', { host: 'evil.localhost' }],
  ['a Host with a user', { host: 'localhost@evil.example' }],
  ["the service's host without being a proxy's request", { host: 'apigateway.us-east-1.amazonaws.com' }],
  ['an Origin', { origin: 'http://evil.example' }],
  ['an Origin of null', { origin: 'null' }],
  ['an Origin that is ours', { origin: 'http://127.0.0.1' }],
  ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site' }],
];

describe.each(['record', 'auto', 'passthrough', 'replay'] as const)('a caller in %s', (mode) => {
  test.each(pages)('with %s is refused, and counts for nothing', async (_, headers) => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    await sendSigned(recording.url, { target, credentials: service.credentials });
    await recording.close();
    const before = await readCassette(recording.dir);
    const restage = await run(mode, {
      dir: recording.dir,
      fault: ['throttle,first=1,name=once'],
      ...(mode === 'replay' ? {} : { upstream: service.url }),
    });
    const signed = signedHeaders(restage.url, { target, credentials: service.credentials, headers });
    const answer = await send(restage.url, target, signed);
    const controlled = await send(
      restage.url,
      '/__restage/reset',
      { host: 'localhost', ...headers },
      { method: 'POST' },
    );
    const rightful = await sendSigned(restage.url, { target, credentials: service.credentials });

    expect(answer).toMatchObject(REFUSED);
    expect(controlled).toMatchObject(REFUSED);
    expect(JSON.parse(answer.text).message).toMatch(/^Cannot answer the call: .+\. .+\.$/);
    // The fault that fires once was still to come: nothing had been used up.
    expect(rightful.headers['x-restage-outcome']).toBe('faulted');
    expect(service.calls).toHaveLength(1);
    expect(await readCassette(recording.dir)).toEqual(before);
  });
});

test('a refused caller uses up no take', async () => {
  const service = await startService();
  const recording = await run('record', { upstream: service.url });
  await sendSigned(recording.url, { target, credentials: service.credentials });
  await recording.close();
  const replaying = await run('replay', { dir: recording.dir, order: 'strict' });
  const host = { host: `127.0.0.1:${replaying.port}` };

  expect((await send(replaying.url, target, { ...host, origin: 'http://evil.example' })).status).toBe(403);
  expect((await send(replaying.url, target, host)).headers['x-restage-outcome']).toBe('replayed');
  expect((await send(replaying.url, target, host)).headers['x-restage-outcome']).toBe('missed');
});

test.each([
  ['two Hosts', { host: ['127.0.0.1', 'evil.example'] }],
  ['two Hosts that are alike', { host: ['127.0.0.1', '127.0.0.1'] }],
  ['no Host', {}],
  ['an empty Host', { host: '' }],
])('%s are refused', async (_, headers) => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  for (const path of [target, '/__restage/status']) {
    const answer = await sendRaw(restage.port, requestHead(`GET ${path}`, headers));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('x-amzn-ErrorType: CallerNotAllowedException');
  }
  expect(service.calls).toEqual([]);
});

test.each([
  'localhost',
  'LOCALHOST:1',
  '127.0.0.1',
  '127.8.9.10:80',
  '[::1]:443',
  'proxy.test',
  'Proxy.Test:99',
])('the Host %s is ours', async (host) => {
  const restage = await run('replay', { 'allow-host': ['Proxy.test'] });
  const answer = await send(restage.url, '/__restage/status', { host, 'sec-fetch-site': 'none' });

  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toMatchObject({ mode: 'replay' });
});

test.each([
  [
    'a CONNECT',
    (port: number) =>
      `CONNECT apigateway.us-east-1.amazonaws.com:443 HTTP/1.1\r\nHost: apigateway.us-east-1.amazonaws.com:443\r\n\r\n${port}`,
  ],
  [
    'a CONNECT for restage itself',
    (port: number) => `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  ],
])('%s is not opened, and the proxy lives', async (_, textOf) => {
  const restage = await run('replay');
  const answer = await sendRaw(restage.port, textOf(restage.port));

  expect(answer).toMatch(/^HTTP\/1\.1 501 /);
  expect(answer).toContain('AWS_ENDPOINT_URL_API_GATEWAY');
  expect((await send(restage.url, '/__restage/status', { host: 'localhost' })).status).toBe(200);
});

test.each(['websocket', 'h2c'])(
  'an upgrade to %s is not made: the call is answered like any other',
  async (protocol) => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const headers = { connection: 'Upgrade', upgrade: protocol };
    const answer = await sendSigned(restage.url, { target, credentials: service.credentials, headers });

    expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    const [call] = service.calls;
    expect(call?.rawHeaders.map((each) => each.toLowerCase())).not.toContain('upgrade');
  },
);

test.each([
  ['garbage', '\x16\x03\x01\x02\r\n\r\n', /^HTTP\/1\.1 400 /],
  [
    'a head of over 16 KB',
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
    /^HTTP\/1\.1 4\d\d /,
  ],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    /^HTTP\/1\.1 400 /,
  ],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  [
    'a body of over 10 MB',
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${10 * 1024 * 1024 + 1}\r\n\r\n`,
    /^HTTP\/1\.1 413 /,
  ],
])('%s is answered with an error, and the proxy lives', async (_, text, status) => {
  const restage = await run('replay');

  expect(await sendRaw(restage.port, text)).toMatch(status);
  expect((await send(restage.url, '/__restage/status', { host: 'localhost' })).status).toBe(200);
});
