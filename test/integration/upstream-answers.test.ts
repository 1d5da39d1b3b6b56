import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { documentBounds } from '../../src/bounds.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { credentials, type Running, readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { startUpstream } from '../support/upstream.ts';

const target = `/restapis/${sample.rich}/stages`;
const PLAIN = { accept: 'application/json' };

function ask(restage: Running, headers: Record<string, string> = {}) {
  return sendSigned(restage.url, { target, credentials, headers: { ...PLAIN, ...headers } });
}

test.each(['record', 'auto', 'passthrough'] as const)(
  "the client gets the service's own bytes, status and headers in %s, and one header besides",
  async (mode) => {
    const body = '{"item" : [ ],  "odd":1.50}';
    const own = [
      ...['Date', 'Thu, 01 Jan 1970 00:00:00 GMT', 'content-TYPE', 'application/json;charset=x'],
      ...[
        'Content-Length',
        String(body.length),
        'x-amzn-RequestId',
        'the-one',
        'X-Twice',
        '1',
        'X-Twice',
        '2',
      ],
      ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Latin', 'caf\xe9', 'x-restage-outcome', 'replayed'],
      ...['Retry-After', '3', 'ETag', '"x"'],
    ];
    const upstream = await startUpstream((_, response) =>
      response.writeHead(203, own).end(Buffer.from(body)),
    );
    const restage = await run(mode, { upstream });
    const { status, text, rawHeaders } = await ask(restage);

    expect({ status, text }).toEqual({ status: 203, text: body });
    const isOurs = (name: string) => /^(?:connection|keep-alive|x-restage-outcome)$/i.test(name);
    const received = pairs(rawHeaders);
    expect(received.filter(([name]) => !isOurs(name))).toEqual(pairs(own).filter(([name]) => !isOurs(name)));
    expect(received.filter(([name]) => name === 'x-restage-outcome')).toEqual([
      ['x-restage-outcome', 'forwarded'],
    ]);
  },
);

test('an answer in chunks is given whole, with its length', async () => {
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{"item"');
    response.end(':[]}\n');
  });
  const restage = await run('record', { upstream });
  const answer = await ask(restage);

  expect(answer).toMatchObject({
    text: '{"item":[]}\n',
    headers: { 'content-length': '12', 'x-restage-outcome': 'recorded' },
  });
  expect(answer.headers).not.toHaveProperty('transfer-encoding');
});

test.each(['gzip', 'br'] as const)(
  'an answer packed with %s reaches the client packed, and is stored unpacked',
  async (encoding) => {
    const service = await startService({ gzip: true, br: true });
    const restage = await run('record', { upstream: service.url });
    const direct = await sendSigned(service.url, {
      target,
      credentials,
      headers: { ...PLAIN, 'accept-encoding': encoding },
    });
    const recorded = await ask(restage, { 'accept-encoding': encoding });
    await restage.close();
    const replaying = await run('replay', { dir: restage.dir });
    const replayed = await send(replaying.url, target, PLAIN);
    const plain = await sendSigned(service.url, { target, credentials, headers: PLAIN });

    expect(recorded.headers).toMatchObject({ 'content-encoding': encoding, 'x-restage-outcome': 'recorded' });
    expect(recorded.body).toEqual(direct.body);
    expect(replayed.headers).not.toHaveProperty('content-encoding');
    expect(replayed.text).toBe(plain.text.replace(sample.secret, 'REDACTED'));
  },
);

test.each([
  ['deflate', deflateSync('{"item":[]}\n'), 'recorded'],
  ['x-gzip', gzipSync('{"item":[]}\n'), 'recorded'],
  ['gzip, br', brotliCompressSync(gzipSync('{"item":[]}\n')), 'recorded'],
  ['identity', Buffer.from('{"item":[]}\n'), 'recorded'],
  ['zstd', Buffer.from('(\xb5/\xfd', 'latin1'), 'forwarded'],
  ['gzip', gzipSync('{"item":[]}\n').subarray(0, 20), 'forwarded'],
  ['gzip', gzipSync(`{"item":[]${' '.repeat(9 * 1024 * 1024)}}`), 'forwarded'],
  ['identity', Buffer.from('{"item":[{"stageName":"\xff"}]}', 'latin1'), 'forwarded'],
  ['identity', Buffer.from('{"item":[]} trailing'), 'forwarded'],
  ['identity', Buffer.from(`{"item":${'['.repeat(100_000)}`), 'forwarded'],
  ['identity', Buffer.from('{"item":"none"}'), 'forwarded'],
  ['identity', Buffer.from(''), 'forwarded'],
])('an answer in %s comes as it was sent (%#)', async (encoding, body, outcome) => {
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Encoding': encoding,
      'Content-Length': body.length,
    });
    response.end(body);
  });
  const restage = await run('record', { upstream });
  const answer = await ask(restage);

  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-encoding': encoding, 'x-restage-outcome': outcome },
  });
  expect(answer.body.equals(body)).toBe(true);
  expect(Object.keys(await readCassette(restage.dir))).toHaveLength(outcome === 'recorded' ? 1 : 0);
});

test('what is said between neighbours is not passed on, and what is ours is not either', async () => {
  const received: string[] = [];
  const upstream = await startUpstream((request, response) => {
    received.push(...request.rawHeaders);
    response
      .writeHead(200, { 'Content-Length': 0, 'Keep-Alive': 'timeout=1', 'Proxy-Connection': 'x' })
      .end();
  });
  const restage = await run('passthrough', { upstream });
  const answer = await ask(restage, {
    connection: 'keep-alive, x-hop',
    'x-hop': 'drop',
    'proxy-authorization': 'drop',
    'x-restage-anything': 'drop',
    te: 'drop',
    'x-kept': 'keep',
  });

  expect(answer.status).toBe(200);
  expect(answer.headers).not.toHaveProperty('proxy-connection');
  expect(received).not.toContain('drop');
  expect(pairs(received).filter(([, value]) => value === 'keep')).toEqual([['x-kept', 'keep']]);
});

test.each([
  ['begins with a byte order mark, which the service sends none of', '\ufeff{"item":[]}'],
  ['has more stages than any API', `{"item":[${'{},'.repeat(documentBounds.stages)}{}]}`],
  ['has more values than any answer', `{"item":[{"a":[${'[],'.repeat(documentBounds.takeValues)}[]]}]}`],
])('an answer that %s is given as it came, and not recorded', async (_, body) => {
  const upstream = await startUpstream((__, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json', 'x-amzn-requestid': 'x' }).end(body),
  );
  const restage = await run('record', { upstream });
  const answer = await ask(restage);

  expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'forwarded' } });
  expect(answer.text).toBe(body);
  const note = 'not recorded: 200 is no answer to keep';
  expect(JSON.parse((await send(restage.url, '/__restage/calls', {})).text).calls).toMatchObject([{ note }]);
});

test('a header called constructor is forwarded as it came', async () => {
  const received: string[] = [];
  const upstream = await startUpstream((request, response) => {
    received.push(...request.rawHeaders);
    response.end();
  });
  const restage = await run('passthrough', { upstream });
  await ask(restage, { constructor: 'keep' });

  expect(pairs(received)).toContainEqual(['constructor', 'keep']);
});

test("a kept call's header that was sent in two spellings arrives with both values", async () => {
  const received: string[] = [];
  const upstream = await startUpstream((request, response) => {
    received.push(...request.rawHeaders);
    response.end();
  });
  const restage = await run('passthrough', { upstream });
  const host = 'apigateway.us-east-1.amazonaws.com';
  const signed = signedHeaders(`http://${host}`, { target, credentials, headers: { 'x-a': ['1', '2'] } });
  const { 'x-a': _, ...headers } = signed as Record<string, string>;
  const text = requestHead(`GET http://${host}${target}`, { ...headers, 'X-A': '1', 'x-a': '2' });

  expect(await sendRaw(restage.port, text)).toMatch(/^HTTP\/1\.1 200 /);
  expect(pairs(received).filter(([name]) => name.toLowerCase() === 'x-a')).toEqual([
    ['X-A', '1'],
    ['X-A', '2'],
  ]);
});

test('a call that comes back to restage itself is refused', async () => {
  let next = '';
  const upstream = await startUpstream(async (request, response) => {
    const headers = { host: new URL(next).host, via: request.headers.via ?? '' };
    const answer = await send(next, request.url ?? '/', headers);
    response
      .writeHead(answer.status, { 'x-amzn-ErrorType': answer.headers['x-amzn-errortype'] })
      .end(answer.text);
  });
  const restage = await run('passthrough', { upstream, 'trust-clients': true });
  next = restage.url;
  const answer = await ask(restage);

  expect(answer).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'LoopDetectedException' } });
});

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    found.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return found;
}
