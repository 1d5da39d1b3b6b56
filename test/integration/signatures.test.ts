import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentials, getStages, readCassette, run, startService } from '../support/restage.ts';
import { type RequestToSign, send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { type Credentials, sample } from '../support/stand-in.ts';

const target = `/restapis/${sample.oneStage}/stages`;
const MINUTE = 60_000;
const TYPES = {
  missing: 'MissingAuthenticationTokenException',
  unknown: 'UnrecognizedClientException',
  invalid: 'InvalidSignatureException',
};

/** What is wrong with a call, and what AWS would answer. */
const flaws: ReadonlyArray<[string, keyof typeof TYPES, Partial<RequestToSign>]> = [
  ['a wrong secret', 'invalid', { credentials: { ...credentials, secretAccessKey: 'wrong' } }],
  ['an unknown key', 'unknown', { credentials: { ...credentials, accessKeyId: 'AKIAUNKNOWN' } }],
  ['a token that is not ours', 'unknown', { credentials: { ...credentials, sessionToken: 'stray' } }],
  ['a date of ten minutes ago', 'invalid', { date: Date.now() - 10 * MINUTE }],
  ['a date in ten minutes', 'invalid', { date: Date.now() + 10 * MINUTE }],
  ['a scope of another day', 'invalid', { scopeDate: '20200101' }],
  ['a scope of another service', 'invalid', { service: 's3' }],
  ['a scope region that is a host', 'invalid', { region: 'evil.com#' }],
  ['a scope region with a port', 'invalid', { region: 'us-east-1:80' }],
  ['a scope region in capitals', 'invalid', { region: 'US-EAST-1' }],
  ["a hash that is not the body's", 'invalid', { headers: { 'x-amz-content-sha256': '0'.repeat(64) } }],
  [
    'a hash that says UNSIGNED-PAYLOAD',
    'invalid',
    { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
  ],
  ['a Host that is not signed', 'invalid', { unsigned: ['host'] }],
  ['a date that is not signed', 'invalid', { unsigned: ['x-amz-date'] }],
  [
    'an x-amz header that is not signed',
    'invalid',
    { headers: { 'x-amz-meta': '1' }, unsigned: ['x-amz-meta'] },
  ],
];

describe.each(['record', 'auto', 'passthrough'] as const)('%s', (mode) => {
  test.each(flaws)('refuses %s as AWS would, and forwards nothing', async (_, type, flaw) => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url, fault: ['throttle,first=1'] });
    const answer = await sendSigned(restage.url, { target, credentials, ...flaw });

    expect(answer).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': TYPES[type], 'x-restage-outcome': 'refused' },
    });
    expect(answer.text).not.toContain('example-secret');
    expect(restage.calls()).toMatchObject([{ outcome: 'refused', note: expect.any(String) }]);
    expect(service.calls).toEqual([]);
    expect(await readCassette(restage.dir)).toEqual({});
    // The fault was not used up.
    expect((await sendSigned(restage.url, { target, credentials })).status).toBe(429);
  });

  test.each([
    ['no Authorization', {}, TYPES.missing],
    ['a Bearer token', { authorization: 'Bearer eyJ' }, TYPES.invalid],
    ['an empty Authorization', { authorization: '' }, TYPES.invalid],
    [
      'a presigned address',
      {},
      TYPES.missing,
      `${target}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0`,
    ],
  ])('refuses %s', async (_, headers, type, asked = target) => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url });

    expect(await send(restage.url, asked, headers)).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': type },
    });
    expect(service.calls).toEqual([]);
  });

  test('refuses two Authorization headers, one of them right', async () => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url });
    const { authorization, ...headers } = signedHeaders(restage.url, { target, credentials });
    for (const authorizations of [
      [authorization, authorization],
      [authorization, 'Bearer x'],
      ['Bearer x', authorization],
    ]) {
      const answer = await send(restage.url, target, { ...headers, authorization: authorizations });
      expect(answer).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': TYPES.invalid } });
    }
    expect(service.calls).toEqual([]);
  });

  test('refuses a call whose target, body or signed header is not the one that was signed', async () => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url });
    const headers = signedHeaders(restage.url, {
      target,
      credentials,
      headers: { accept: 'application/json' },
    });
    const altered = await Promise.all([
      send(restage.url, `/restapis/${sample.rich}/stages`, headers),
      send(restage.url, `${target}?deploymentId=only01`, headers),
      send(restage.url, target, { ...headers, accept: 'application/hal+json' }),
      send(restage.url, target, headers, { method: 'DELETE' }),
      send(restage.url, target, headers, { method: 'GET', body: 'not signed' }),
    ]);

    expect(altered.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(service.calls).toEqual([]);
  });

  test('says why in the log, and not to the client', async () => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url });
    const stranger = { ...credentials, accessKeyId: 'AKIAUNKNOWN' };
    const answer = await sendSigned(restage.url, { target, credentials: stranger });

    expect(JSON.parse(answer.text)).toEqual({
      message: 'The security token included in the request is invalid.',
    });
    expect(restage.calls()[0]?.note).toMatch(/--client-key.*--trust-clients/);
  });
});

describe('what is asked of clients with other keys', () => {
  const client: Credentials = { accessKeyId: 'MADEUP', secretAccessKey: 'of-my-own' };
  const write: Partial<RequestToSign> = {
    method: 'PATCH',
    target: `${target}/live`,
    body: '{"patchOperations":[]}',
    headers: { 'content-type': 'application/json' },
  };

  test('a client key is accepted for reads, and the real keys for both', async () => {
    const service = await startService();
    const restage = await run('record', {
      upstream: service.url,
      'client-key': ['MADEUP:of-my-own', 'OTHER:key'],
    });
    const wrong = { ...client, secretAccessKey: 'wrong' };

    expect(
      await getStages(restage.url, { restApiId: sample.oneStage }, { credentials: client }),
    ).toMatchObject({
      item: [{ stageName: 'live' }],
    });
    await expect(
      getStages(restage.url, { restApiId: sample.oneStage }, { credentials: wrong }),
    ).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(await sendSigned(restage.url, { target, credentials: client, ...write })).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'WriteNotAllowedException' },
    });
    expect((await sendSigned(restage.url, { target, credentials, ...write })).status).toBe(200);
    expect(service.calls.map(({ method, signed }) => [method, signed])).toEqual([
      ['GET', true],
      ['PATCH', true],
    ]);
  });

  test('a write is signed again with its body where writes are allowed', async () => {
    const service = await startService();
    const options = { upstream: service.url, 'client-key': ['MADEUP:of-my-own'], 'allow-writes': true };
    const restage = await run('passthrough', options);
    const answer = await sendSigned(restage.url, { target, credentials: client, ...write });

    expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'forwarded' } });
    expect(service.calls).toMatchObject([{ method: 'PATCH', signed: true, target: `${target}/live` }]);
    expect(service.calls[0]?.body.toString()).toBe(write.body);
  });

  test('trusted clients are signed for whatever they sign with, reads alone', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url, 'trust-clients': true });
    const unsigned = await send(restage.url, target, {});
    const signedByAnyone = await sendSigned(restage.url, { target, credentials: client });
    const written = await sendSigned(restage.url, { target, credentials: client, ...write });

    expect(signedByAnyone).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    expect(unsigned).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'MalformedRequestException' },
    });
    expect(written).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'WriteNotAllowedException' },
    });
    expect(service.calls).toMatchObject([{ signed: true }]);
  });

  test('trusting clients is refused where others can reach the port', async () => {
    await expect(run('record', { host: '0.0.0.0', 'trust-clients': true })).rejects.toThrow(
      /Cannot use '--trust-clients' on 0\.0\.0\.0/,
    );
  });
});

describe('without credentials of its own', () => {
  beforeAll(() => {
    process.env.AWS_ACCESS_KEY_ID = '';
    process.env.AWS_SECRET_ACCESS_KEY = '';
  });
  afterAll(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example-secret' });
  });

  test.each([
    ['its own', {}],
    ['a client key', { 'client-key': ['AKIDEXAMPLE:example-secret'] }],
    ['trust', { 'trust-clients': true }],
  ])('a call that is verified by %s is refused, and never forwarded unsigned', async (_, options) => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url, fault: ['throttle,first=0'], ...options });
    const answer = await sendSigned(restage.url, { target, credentials });

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'CredentialsUnavailableException', 'x-restage-outcome': 'refused' },
    });
    expect((await send(restage.url, target, {})).status).toBeGreaterThanOrEqual(400);
    expect(service.calls).toEqual([]);
  });
});
