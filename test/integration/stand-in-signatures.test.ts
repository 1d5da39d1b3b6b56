import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type RawAnswer,
  type RequestToSign,
  send,
  sendSigned,
  signedHeaders,
} from '../support/stand-in/signed-request.ts';
import { type Credentials, type StandIn, startStandIn } from '../support/stand-in.ts';

const NOW = Date.UTC(2026, 1, 3, 4, 5, 6);
const MINUTES = 60_000;
const TARGET = '/restapis/a1b2c3d4e5/stages';
const permanent: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
const session: Credentials = {
  accessKeyId: 'ASIASESSION',
  secretAccessKey: 'other',
  sessionToken: 'tok/en+1=',
};

const messages = {
  MissingAuthenticationTokenException: 'Missing Authentication Token',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
  InvalidSignatureException:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
};

function expectRefusal(answer: RawAnswer, type: keyof typeof messages): void {
  expect(answer.headers['x-amzn-errortype']).toBe(type);
  expect(answer.text).toBe(`{"message":"${messages[type]}"}\n`);
  expect(answer.status).toBe(403);
}

describe('the signature check of the stand-in', () => {
  let standIn: StandIn;
  beforeEach(async () => {
    standIn = await startStandIn({ credentials: [permanent, session], now: () => NOW });
  });
  afterEach(() => standIn.close());

  const signed = (request: Partial<RequestToSign> = {}): RequestToSign => ({
    target: TARGET,
    credentials: permanent,
    date: NOW,
    ...request,
  });

  test.each<[string, Partial<RequestToSign>]>([
    ['host and date alone', {}],
    ['five minutes ago', { date: NOW - 5 * MINUTES }],
    ['five minutes ahead', { date: NOW + 5 * MINUTES }],
    ['session credentials', { credentials: session }],
    ['white space within a header', { headers: { accept: ' application/json,   text/plain ' } }],
    [
      'headers that proxies like to change',
      { headers: { 'user-agent': 'x', range: 'y', 'x-amzn-trace-id': 'z' } },
    ],
    ['a header sent twice', { headers: { 'x-amz-list': ['b  2', 'a'] } }],
    ['an over-encoded parameter', { target: `${TARGET}?deploymentId=%76akw79` }],
    ['a host of the service', { headers: { host: 'apigateway.us-east-1.amazonaws.com' } }],
    ['a repeated parameter', { target: `${TARGET}?deploymentId=b&deploymentId=a` }],
    ['characters that are reserved', { target: `${TARGET}?deploymentId=%21%27%28%29%2A%2B%20~` }],
    ['a body', { method: 'PATCH', target: `${TARGET}/beta`, body: '{"patchOperations":[]}' }],
    ['an unsigned header that needs no signature', { headers: { accept: 'x/y' }, unsigned: ['accept'] }],
  ])('holds with %s', async (_title, request) => {
    const answer = await sendSigned(standIn.url, signed(request));

    expect(standIn.calls[0]).toMatchObject({ signed: true, refusal: undefined });
    expect(answer.status).toBe(200);
  });

  test.each<[string, Credentials]>([
    ['an unknown key', { ...permanent, accessKeyId: 'AKIDOTHER' }],
    ['another token', { ...session, sessionToken: 'other' }],
    ['a missing token', { accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey }],
    ['a token too many', { ...permanent, sessionToken: 'tok/en+1=' }],
  ])('refuses %s', async (_title, credentials) => {
    const answer = await sendSigned(standIn.url, signed({ credentials }));

    expectRefusal(answer, 'UnrecognizedClientException');
    expect(standIn.calls[0]).toMatchObject({
      signed: false,
      refusal: { type: 'UnrecognizedClientException' },
    });
  });

  test.each<[string, string, Partial<RequestToSign>]>([
    ['another secret', 'another signature', { credentials: { ...permanent, secretAccessKey: 'wrong' } }],
    ['a stale date', 'over 5 minutes', { date: NOW - 5 * MINUTES - 1000 }],
    ['a date to come', 'over 5 minutes', { date: NOW + 5 * MINUTES + 1000 }],
    ["a scope of another day's", 'not that of 20260203T040506Z', { scopeDate: '20260202' }],
    ['the scope of another service', 'the service "execute-api"', { service: 'execute-api' }],
    ['an unsigned host', '"host" is not signed', { unsigned: ['host'] }],
    ['an unsigned token', 'not signed', { credentials: session, unsigned: ['x-amz-security-token'] }],
    ['an unsigned x-amz header', 'not signed', { headers: { 'x-amz-a': '1' }, unsigned: ['x-amz-a'] }],
    ["another body's hash", 'of the body', { headers: { 'x-amz-content-sha256': '0'.repeat(64) } }],
    ['a target that cannot be decoded', 'another signature', { target: '/restapis/|%ff/stages' }],
  ])('refuses %s', async (_title, reason, request) => {
    expectRefusal(await sendSigned(standIn.url, signed(request)), 'InvalidSignatureException');
    expect(standIn.calls[0]?.refusal?.reason).toContain(reason);
  });

  test.each<[string, keyof typeof messages, string]>([
    ['no Authorization', 'MissingAuthenticationTokenException', ''],
    ['another scheme', 'MissingAuthenticationTokenException', 'Basic dTpw'],
    ['a scheme without its parts', 'MissingAuthenticationTokenException', 'AWS4-HMAC-SHA256 Credential=a'],
    ['a header that was signed but not sent', 'InvalidSignatureException', 'host;x-amz-date;x-other'],
  ])('refuses %s', async (_title, type, change) => {
    const { authorization = '', ...headers } = signedHeaders(standIn.url, signed());
    const changed = change.startsWith('host') ? authorization.replace('host;x-amz-date', change) : change;
    const sent = changed === '' ? headers : { ...headers, authorization: changed };

    expectRefusal(await send(standIn.url, TARGET, sent), type);
  });

  test.each<[string, Parameters<typeof send>[1], Record<string, string>, Parameters<typeof send>[3]]>([
    ['target', `${TARGET}?deploymentId=d`, {}, {}],
    ['encoding', TARGET.replace('a1b2', '%611b2'), {}, {}],
    ['method', TARGET, {}, { method: 'DELETE' }],
    ['body', TARGET, {}, { method: 'GET', body: 'x' }],
    ['host', TARGET, { host: 'localhost' }, {}],
    ['date', TARGET, { 'x-amz-date': '20260203T040507Z' }, {}],
    ['signed header', TARGET, { accept: 'application/hal+json' }, {}],
  ])('refuses a request whose %s was changed after signing', async (_title, target, change, options) => {
    const headers = signedHeaders(standIn.url, signed({ headers: { accept: 'application/json' } }));

    expectRefusal(
      await send(standIn.url, target, { ...headers, ...change }, options),
      'InvalidSignatureException',
    );
  });
});
