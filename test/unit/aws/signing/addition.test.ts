import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceClock } from '../../../../src/aws/signing/service-clock.ts';
import { type Passage, Signer, type SignerSettings } from '../../../../src/aws/signing/signer.ts';
import type { Call } from '../../../../src/call.ts';
import { makeCall } from '../../../support/make-call.ts';
import { NOW, permanent, signedCall, TARGET, withHeaders } from '../../../support/signed-call.ts';
import { refusalOf } from '../../../support/stand-in/signature.ts';

const clientKey = { accessKeyId: 'AKIDCLIENT', secretAccessKey: 'of my own making' };

function admit(call: Call, settings: Partial<SignerSettings> = {}, isKept = false) {
  const signer = new Signer({
    credentials: async () => permanent,
    clientKeys: [clientKey],
    handedOut: [],
    trustClients: false,
    allowWrites: false,
    upstream: undefined,
    endpointOverride: undefined,
    defaultRegion: undefined,
    pseudonym: 'restage-0123456789abcdef',
    variant: { fips: false, dualStack: false },
    clock: new ServiceClock(() => NOW),
    ...settings,
  });
  return signer.admit(call, isKept);
}

/** What leaves: the method, the target, and headers by their lower-case name. */
async function sent(call: Call, settings?: Partial<SignerSettings>, isKept?: boolean) {
  const passage = (await admit(call, settings, isKept)) as Passage;
  const { method, target, headers, body } = await passage.toRequest();
  expect(
    refusalOf({ method, target, rawHeaders: headers, body: Buffer.from(body) }, [permanent], NOW.getTime()),
  ).toBeUndefined();
  const pairs = headers.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), headers[i + 1] ?? ''] as const] : [],
  );
  return { target, names: pairs.map(([name]) => name), headers: Object.fromEntries(pairs) };
}

/** The call as it was captured, with more behind its target. */
function withTarget(call: Call, target: string): Call {
  return { ...makeCall({ method: call.method, target, headers: call.headers }), body: call.body };
}

describe('to a captured call nobody can add', () => {
  test.each([
    '?X-Amz-Signature=',
    '?X-Amz-Signature=0123',
    '?x-amz-signature=',
    '?X-AMZ-SIGNATURE',
    '?X-Amz-%53ignature=',
    '?%58%2D%41mz%2Dsignature=1',
    '?x_amz_signature=',
    '?X-Amz-Credential=x',
    '?X-Amz-Security-Token=x',
    '?a=%ff',
    '?%ff=a',
  ])('the parameter %s', async (added) => {
    const call = withTarget(signedCall(), TARGET + added);
    expect(await admit(call)).toMatchObject({
      error: { type: 'InvalidSignatureException', status: 403 },
      hint: expect.any(String),
    });
  });

  test('a text in the place of bytes that are none, nor the bytes in the place of the text', async () => {
    const call = signedCall({ target: `${TARGET}?deploymentId=%25ff` });
    expect((await sent(call)).target).toBe(`${TARGET}?deploymentId=%25ff`);
    expect(await admit(withTarget(call, `${TARGET}?deploymentId=%ff`))).toMatchObject({
      hint: 'a parameter is not percent-encoded UTF-8',
    });
  });

  test.each([
    'X-HTTP-Method-Override',
    'x-http-method',
    'X-Method-Override',
    'x_http_method_override',
    'X_METHOD',
    'HTTP-Method-Override',
    'Method',
    '_method',
    'X_Amz_Target',
    'x-amz_security-token',
    'x_amz_content_sha256',
  ])('the header %s', async (name) => {
    const credentials = async () => {
      throw new Error('credentials were asked for');
    };
    expect(await admit(withHeaders(signedCall(), [name, 'DELETE']), { credentials })).toMatchObject({
      error: { type: 'InvalidSignatureException', status: 403 },
      hint: expect.stringContaining('not signed'),
    });
  });

  test('a Connection that takes away what was signed', async () => {
    const call = signedCall({ headers: { accept: 'application/json', 'x-mine': '1' } });
    for (const name of ['X-Mine', 'close, accept'])
      expect(await admit(withHeaders(call, ['Connection', name]))).toMatchObject({
        error: { type: 'InvalidSignatureException' },
        hint: expect.stringMatching(/its Connection.*(?:x-mine|accept) away/),
      });
    const own = signedCall({ headers: { connection: 'x-mine', 'x-mine': '1' } });
    expect((await sent(own)).names).not.toContain('x-mine');
  });

  test('any header that gets further, but for what changes no meaning', async () => {
    const harmless = ['accept', 'accept-encoding', 'user-agent', 'via', 'x-amzn-trace-id'];
    const ofSdks = ['amz-sdk-invocation-id', 'amz-sdk-request', 'amz-sdk-retry'];
    const own = ['host', 'x-amz-date', 'authorization', 'x-signed', 'x-amz-content-sha256', 'content-length'];
    const odd = [
      ...['X-Forwarded-Host', 'X-Original-URL', 'X-Rewrite-URL', 'X_Signed', 'Range', 'If-Match', 'Cookie'],
      ...['Content-Encoding', 'Content-Language', 'Date', 'Content-Type', 'X-Api-Key', 'Forwarded'],
    ];
    const name = fc.oneof(
      fc.constantFrom(...odd, ...harmless, ...ofSdks),
      fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 5 }), async (names) => {
        const call = withHeaders(
          signedCall({ headers: { 'x-signed': 'yes' } }),
          names.flatMap((each) => [each, 'added']),
        );
        fc.pre(!('error' in (await admit(call))));
        const { names: left, headers } = await sent(call);
        const further = left.filter((each) => ![...own, ...harmless, ...ofSdks].includes(each));
        expect(further).toEqual([]);
        expect(headers['x-signed']).toBe('yes');
      }),
      { numRuns: 150 },
    );
  });

  test.each<[string, string | undefined]>([
    ['application/json', 'application/json'],
    ['application/x-amz-json-1.0', 'application/x-amz-json-1.0'],
    ['application/json; charset=utf-8', 'application/json; charset=utf-8'],
    ['application/x-www-form-urlencoded', undefined],
    ['multipart/form-data; boundary=x', undefined],
    ['application/json; x=application/xml', undefined],
  ])('a type of its body other than JSON: %s', async (type, passed) => {
    const call = signedCall({ method: 'PATCH', body: '{}' });
    expect((await sent(withHeaders(call, ['Content-Type', type]))).headers['content-type']).toBe(passed);
    const signed = signedCall({ method: 'PATCH', body: '{}', headers: { 'content-type': type } });
    expect((await sent(signed)).headers['content-type']).toBe(type);
  });
});

test('a kept call goes as it came, since only the service knows what of it was signed', async () => {
  const url = 'https://apigateway.us-east-1.amazonaws.com';
  const call = signedCall({}, url, `http://${new URL(url).host}${TARGET}`);
  const added = withHeaders(call, ['X-HTTP-Method-Override', 'DELETE', 'X-Other', '1']);
  const { headers } = await sent(added, {}, true);
  expect([headers['x-http-method-override'], headers['x-other']]).toEqual(['DELETE', '1']);
});

describe.each([
  ['a client key', {}],
  ['trust', { trustClients: true }],
])('with %s', (_, settings) => {
  const asks = (request: Parameters<typeof signedCall>[0]) =>
    admit(signedCall({ credentials: clientKey, ...request }), settings);

  test.each(['X-HTTP-Method-Override', 'X_HTTP_Method_Override', 'x_method', 'Http-Method', '_method'])(
    'a GET with a signed %s is no read',
    async (name) => {
      expect(await asks({ headers: { [name]: 'DELETE' } })).toMatchObject({
        error: { type: 'WriteNotAllowedException' },
      });
    },
  );

  test.each(['_method=DELETE', 'X-HTTP-Method-Override=PUT', 'a=b&x%5fmethod=DELETE', '%5Fmethod'])(
    'a GET with the parameter %s is no read',
    async (query) => {
      expect(await asks({ target: `${TARGET}?${query}` })).toMatchObject({
        error: { type: 'WriteNotAllowedException' },
      });
    },
  );

  test('a GET of methods is one', async () => {
    const passage = await asks({ target: '/restapis/a/resources/b/methods/GET?embed=methods&methods=1' });
    expect(passage).not.toHaveProperty('error');
  });
});

test('a trusted call that is presigned is not signed again', async () => {
  const call = makeCall({ target: `${TARGET}?X-Amz-Signature=1` });
  expect(await admit(call, { trustClients: true, defaultRegion: 'us-east-1' })).toMatchObject({
    error: { type: 'MalformedRequestException' },
    hint: expect.stringContaining('presigned'),
  });
});
