import { describe, expect, test } from 'vitest';
import { requestHead, sendRaw } from '../support/raw.ts';
import { readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const target = `/restapis/${sample.oneStage}/stages`;
const HOST = 'apigateway.eu-west-1.amazonaws.com';

/** A request signed for the service's own host, as a client sends it to its HTTP_PROXY. */
function signedForService(host: string, headers: Record<string, string> = {}) {
  return signedHeaders(`http://${host}`, {
    target,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' },
    region: 'eu-west-1',
    headers: { accept: 'application/json', 'X-Client': 'as it came', ...headers },
  });
}

describe("a call signed for the service's own host", () => {
  test.each([
    HOST,
    'apigateway-fips.us-gov-west-1.amazonaws.com',
    'apigateway.cn-north-1.amazonaws.com.cn',
    'apigateway.eu-west-1.api.aws',
    `${HOST}.`,
  ])("at %s is kept: the upstream gets it with the client's own signature", async (host) => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const headers = signedForService(host);
    const answer = await send(restage.url, `http://${host}${target}`, headers);

    expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    const [call] = service.calls;
    expect(call).toMatchObject({ signed: true, target });
    const received = new Map(pairs(call?.rawHeaders ?? []));
    expect(received.get('host')).toBe(host);
    expect(received.get('authorization')).toBe(headers.authorization);
    expect(received.get('x-client')).toBe('as it came');
    expect(Object.keys(await readCassette(restage.dir))).toEqual([`${sample.oneStage}.json`]);
  });

  test('needs no credentials of restage', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url, profile: 'there-is-no-such-profile' });
    const kept = await send(restage.url, `http://${HOST}${target}`, signedForService(HOST));
    const own = await sendSigned(restage.url, { target, credentials: service.credentials });

    expect(kept.headers['x-restage-outcome']).toBe('recorded');
    expect(own).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'CredentialsUnavailableException' },
    });
  });

  test('is answered with what the service says to a wrong secret, and that is not stored', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const headers = signedHeaders(`http://${HOST}`, {
      target,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wrong' },
    });
    const answer = await send(restage.url, `http://${HOST}${target}`, headers);

    expect(answer).toMatchObject({
      status: 403,
      headers: { 'x-restage-outcome': 'forwarded', 'x-amzn-errortype': 'InvalidSignatureException' },
    });
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test('goes nowhere without a signature', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const answer = await send(restage.url, `http://${HOST}${target}`, { host: HOST });

    expect(answer).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' },
    });
    expect(service.calls).toEqual([]);
  });

  test('is replayed like any other', async () => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    const recorded = await sendSigned(recording.url, {
      target,
      credentials: service.credentials,
      headers: { accept: 'application/json' },
    });
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });
    const replayed = await send(replaying.url, `http://${HOST}${target}`, signedForService(HOST));

    expect(replayed).toMatchObject({ status: 200, text: recorded.text });
  });
});

test('absolute-form with our own address is an ordinary call', async () => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  const headers = signedHeaders(restage.url, { target, credentials: service.credentials });
  const answer = await send(restage.url, `${restage.url}${target}`, headers);

  expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
  expect(service.calls).toMatchObject([{ signed: true, target }]);
  expect((await send(restage.url, `${restage.url}/__restage/status`, { host: 'localhost' })).status).toBe(
    403,
  );
  expect((await send(restage.url, `http://localhost/__restage/status`, { host: 'localhost' })).status).toBe(
    200,
  );
});

test.each([
  ['another host', 'http://evil.example', 'evil.example'],
  ['another service', 'http://sts.us-east-1.amazonaws.com', 'sts.us-east-1.amazonaws.com'],
  ['a host that begins like the service', `http://${HOST}.evil.example`, `${HOST}.evil.example`],
  ['a host that ends like the service', `http://evil.${HOST}`, `evil.${HOST}`],
  ['a user in front of another host', `http://${HOST}@evil.example`, HOST],
  ['a Host that is not that of the target', `http://${HOST}`, 'evil.example'],
  ['a target that is not that of the Host', 'http://evil.example', '127.0.0.1'],
  ['no host at all', 'http://', HOST],
  ['a fragment in place of a path', `http://${HOST}#`, HOST],
])('absolute-form to %s is refused', async (_, origin, host) => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  const { host: _host, ...headers } = signedForService(host) as Record<string, string>;
  const answer = await sendRaw(restage.port, requestHead(`GET ${origin}${target}`, { host, ...headers }));

  expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
  expect(answer).not.toContain('forwarded');
  expect(service.calls).toEqual([]);
});

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    found.push([rawHeaders[i]?.toLowerCase() ?? '', rawHeaders[i + 1] ?? '']);
  return found;
}
