import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceClock } from '../../../../src/aws/signing/service-clock.ts';
import {
  type Denial,
  type Passage,
  Signer,
  type SignerSettings,
} from '../../../../src/aws/signing/signer.ts';
import { upstreamBounds } from '../../../../src/bounds.ts';
import { type Call, headerValues } from '../../../../src/call.ts';
import { CallError } from '../../../../src/errors.ts';
import { makeCall } from '../../../support/make-call.ts';
import { NOW, permanent, signedCall, TARGET, temporary, withHeaders } from '../../../support/signed-call.ts';
import { refusalOf } from '../../../support/stand-in/signature.ts';
import type { RequestToSign } from '../../../support/stand-in/signed-request.ts';

const { urlJoin } = createRequire(import.meta.url)('http-proxy/lib/http-proxy/common.js');

const SERVICE_URL = 'https://apigateway.us-east-1.amazonaws.com';
const clientKey = { accessKeyId: 'AKIDCLIENT', secretAccessKey: 'of my own making' };
const unavailable = new CallError('CredentialsUnavailableException', 'Cannot sign the call: none.');

function createSigner(settings: Partial<SignerSettings> = {}): Signer {
  return new Signer({
    credentials: async () => permanent,
    clientKeys: [],
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
}

function admit(call: Call, settings: Partial<SignerSettings> = {}): Promise<Passage | Denial> {
  return createSigner(settings).admit(call, false);
}

async function passageOf(result: Promise<Passage | Denial>): Promise<Passage> {
  const passage = await result;
  if ('error' in passage) throw new Error(`refused: ${passage.error.type}, ${passage.hint}`);
  return passage;
}

async function sent(result: Promise<Passage | Denial>) {
  const { toRequest } = await passageOf(result);
  const { origin, method, target, headers, body } = await toRequest();
  const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const received = { method, target, rawHeaders: headers, body: Buffer.from(body) };
  return {
    origin: origin.href,
    method,
    target,
    headers,
    names,
    header: (name: string) => headerValues(headers, name).join('|') || undefined,
    body: Buffer.from(body).toString(),
    refusal: (known = permanent as typeof permanent | typeof temporary) =>
      refusalOf(received, [known], NOW.getTime()),
  };
}

async function refused(
  result: Promise<Passage | Denial>,
): Promise<{ type: string; status: number; hint: string }> {
  const denial = await result;
  if (!('error' in denial)) throw new Error('it may go on');
  return { type: denial.error.type, status: denial.error.status, hint: denial.hint };
}

/** A call for the service's own host, that came through restage as a forward proxy. */
function keptCall(request: Partial<RequestToSign> = {}, url = SERVICE_URL): Call {
  const { host } = new URL(url);
  return signedCall(request, url, `http://${host}${request.target ?? TARGET}`);
}

/** Credentials that must not be asked for. */
const notAsked = async (): Promise<never> => {
  throw new Error('credentials were asked for');
};

describe('a call that was signed for restage', () => {
  test('is signed again for the endpoint of its region', async () => {
    const request = await sent(admit(signedCall({ region: 'eu-west-1' })));
    expect(request).toMatchObject({
      origin: 'https://apigateway.eu-west-1.amazonaws.com/',
      method: 'GET',
      target: TARGET,
    });
    expect(request.header('host')).toBe('apigateway.eu-west-1.amazonaws.com');
    expect(request.header('authorization')).toContain('/20260203/eu-west-1/apigateway/aws4_request');
    expect(request.refusal()).toBeUndefined();
  });

  test('carries the region of its scope', async () => {
    expect((await passageOf(admit(signedCall({ region: 'cn-north-1' })))).region).toBe('cn-north-1');
    const { origin } = await sent(admit(signedCall({ region: 'cn-north-1' })));
    expect(origin).toBe('https://apigateway.cn-north-1.amazonaws.com.cn/');
  });

  test.each([
    ['http://127.0.0.1:4566', '127.0.0.1:4566', TARGET],
    ['http://localhost', 'localhost', TARGET],
    ['https://proxy.example:443/', 'proxy.example', TARGET],
    ['https://[::1]:4566/', '[::1]:4566', TARGET],
    ['https://proxy.example/aws/api/', 'proxy.example', `/aws/api${TARGET}`],
    ['https://proxy.example/aws', 'proxy.example', `/aws${TARGET}`],
    ['https://proxy.example//', 'proxy.example', TARGET],
  ])('is signed again for the upstream %s: its host, its port, its path', async (upstream, host, target) => {
    const request = await sent(admit(signedCall(), { upstream: new URL(upstream) }));
    expect(request.origin).toBe(new URL(upstream).href);
    expect(request.header('host')).toBe(host);
    expect(request.target).toBe(target);
    expect(request.refusal()).toBeUndefined();
  });

  test('goes to --upstream before the endpoint of the environment, and there before the region', async () => {
    const upstream = new URL('http://127.0.0.1:1');
    const endpointOverride = new URL('http://127.0.0.1:2');
    expect((await sent(admit(signedCall(), { upstream, endpointOverride }))).origin).toBe(
      'http://127.0.0.1:1/',
    );
    expect((await sent(admit(signedCall(), { endpointOverride }))).origin).toBe('http://127.0.0.1:2/');
  });

  test('keeps its target as it stands, whatever is in it', async () => {
    const target = '/restapis/..%2F..%2fa+b%20%C3%A9/stages?deploymentId=a//b&deploymentId=&b';
    const request = await sent(admit(signedCall({ target })));
    expect(request.target).toBe(target);
    expect(request.refusal()).toBeUndefined();
  });

  test('is signed with fresh credentials and the present time', async () => {
    const used = [permanent, { ...permanent, secretAccessKey: 'renewed' }];
    const later = new Date(NOW.getTime() + 60_000);
    const times = [NOW, later];
    const request = await sent(
      admit(signedCall(), {
        credentials: async () => used.shift() ?? permanent,
        clock: new ServiceClock(() => times.shift() ?? later),
      }),
    );
    expect(request.header('x-amz-date')).toBe('20260203T040606Z');
    expect(request.refusal({ ...permanent, secretAccessKey: 'renewed' } as never)).toBeUndefined();
  });

  test('loses the token of a client key, and gets that of restage', async () => {
    const clientKeys = [{ ...clientKey, sessionToken: 'client-token' }];
    const credentials = async () => temporary;
    const call = signedCall({ credentials: { ...clientKey, sessionToken: 'client-token' } });
    const request = await sent(admit(call, { clientKeys, credentials }));
    expect(request.header('x-amz-security-token')).toBe(temporary.sessionToken);
    expect(request.refusal(temporary)).toBeUndefined();
  });

  test('loses the token of a client key also when restage has none', async () => {
    const clientKeys = [{ ...clientKey, sessionToken: 'client-token' }];
    const call = signedCall({ credentials: { ...clientKey, sessionToken: 'client-token' } });
    const request = await sent(admit(call, { clientKeys }));
    expect(request.header('x-amz-security-token')).toBeUndefined();
    expect(request.refusal()).toBeUndefined();
  });

  test('keeps its body and its own headers', async () => {
    const call = signedCall({
      method: 'PATCH',
      body: '{"é":1}',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'User-Agent': 'test/1',
        'X-Amz-User-Agent': 'test/2',
        'amz-sdk-request': 'attempt=2; max=3',
        'x-list': ['a', 'b'],
        constructor: 'c',
      },
    });
    const request = await sent(admit(withHeaders(call, ['Content-Length', '8'])));
    expect(request.method).toBe('PATCH');
    expect(request.body).toBe('{"é":1}');
    const kept = [
      'accept',
      'content-type',
      'user-agent',
      'x-amz-user-agent',
      'amz-sdk-request',
      'x-list',
      'constructor',
    ];
    expect(kept.map((name) => request.header(name))).toEqual([
      'application/json',
      'application/json',
      'test/1',
      'test/2',
      'attempt=2; max=3',
      'a, b',
      'c',
    ]);
    expect(request.header('content-length')).toBe('8');
    expect(request.refusal()).toBeUndefined();
  });

  test.each([
    ['its own key is another', { credentials: { ...permanent, accessKeyId: 'AKIDOTHER' } }],
    ['its session is another', { credentials: { ...permanent, sessionToken: 'x' } }],
  ])('is refused when %s', async (_, request) => {
    expect(await refused(admit(signedCall(request)))).toMatchObject({
      type: 'UnrecognizedClientException',
      status: 403,
    });
  });

  test('is told the ways out when its key is not known', async () => {
    const call = signedCall({ credentials: { ...temporary, accessKeyId: 'ASIAOTHER' } });
    const { hint } = await refused(admit(call, { credentials: async () => temporary }));
    for (const way of ['same credentials', '-- command', '--client-key', '--trust-clients'])
      expect(hint).toContain(way);
  });

  test('is refused when its signature does not hold', async () => {
    const call = signedCall({ credentials: { ...permanent, secretAccessKey: 'forged' } });
    expect(await refused(admit(call))).toMatchObject({ type: 'InvalidSignatureException', status: 403 });
  });

  test('is refused when it is not signed, before credentials are asked for', async () => {
    const result = await refused(admit(makeCall(), { credentials: notAsked }));
    expect(result).toEqual({
      type: 'MissingAuthenticationTokenException',
      status: 403,
      hint: 'it is not signed',
    });
  });

  test.each([false, true])(
    'is signed again with so many parameters, and no more (trusted: %s)',
    async (trustClients) => {
      const withParameters = (count: number) =>
        signedCall({
          target: `${TARGET}?${Array.from({ length: count }, (_, i) => `p${1000 + i}=1`).join('&')}`,
        });
      const most = upstreamBounds.signedParameters;
      expect((await sent(admit(withParameters(most), { trustClients }))).refusal()).toBeUndefined();
      expect(await refused(admit(withParameters(most + 1), { trustClients }))).toMatchObject({
        type: 'TargetNotAllowedException',
        hint: 'Cannot sign the call again: it has more than 200 parameters. Ask for less at once.',
      });
    },
  );

  test('may write with the credentials of restage', async () => {
    const request = await sent(admit(signedCall({ method: 'DELETE' })));
    expect(request.method).toBe('DELETE');
    expect(request.refusal()).toBeUndefined();
  });
});

describe('without credentials', () => {
  const settings = {
    credentials: async () => {
      throw unavailable;
    },
  };

  test('a call may go on as far as it need not be sent', async () => {
    const passage = await passageOf(admit(signedCall(), settings));
    expect(passage).toMatchObject({ region: 'us-east-1', obstacle: unavailable });
    await expect(passage.toRequest()).rejects.toBe(unavailable);
  });

  test('a call is refused all the same when its signature has a flaw', async () => {
    expect(await refused(admit(signedCall({ service: 's3' }), settings))).toMatchObject({
      type: 'InvalidSignatureException',
    });
  });

  test.each([
    ['of a client key', { clientKeys: [clientKey] }, signedCall({ credentials: clientKey })],
    ['that is trusted', { trustClients: true }, signedCall()],
  ])('a call %s is not sent unsigned', async (_, more, call) => {
    const passage = await passageOf(admit(call, { ...settings, ...more }));
    await expect(passage.toRequest()).rejects.toBe(unavailable);
  });

  test.each([
    ['whoever signed it', {}, signedCall({ credentials: clientKey })],
    ['though it is signed with the right key', {}, signedCall()],
    ['though it is trusted', { trustClients: true }, signedCall()],
  ])('a call that came then is not sent once they are back, %s', async (_, more, call) => {
    let areBack = false;
    const credentials = async () => {
      if (!areBack) throw unavailable;
      return permanent;
    };
    const passage = await passageOf(admit(call, { ...more, credentials }));
    areBack = true;
    await expect(passage.toRequest()).rejects.toBe(unavailable);
  });

  test('a call that is kept goes on', async () => {
    const passage = await passageOf(createSigner(settings).admit(keptCall(), true));
    expect(passage.obstacle).toBeUndefined();
    expect((await passage.toRequest()).origin.href).toBe(`${SERVICE_URL}/`);
  });

  test('another failure is not taken for it', async () => {
    const failure = new TypeError('a mistake');
    const credentials = async () => {
      throw failure;
    };
    await expect(admit(signedCall(), { credentials })).rejects.toBe(failure);
  });
});

describe('a call that was signed for the service', () => {
  const keep = (call: Call, settings: Partial<SignerSettings> = {}) =>
    createSigner({ credentials: notAsked, ...settings }).admit(call, true);

  test('is forwarded to the host it names, signature and all', async () => {
    const call = keptCall({
      headers: { Accept: 'application/json' },
      target: '/restapis/a%20b/stages?deploymentId=',
    });
    const request = await sent(keep(call));
    expect(request.origin).toBe(`${SERVICE_URL}/`);
    expect(request.target).toBe('/restapis/a%20b/stages?deploymentId=');
    for (const name of ['host', 'authorization', 'x-amz-date', 'accept'])
      expect(request.header(name)).toBe(headerValues(call.headers, name)[0]);
    expect(request.refusal()).toBeUndefined();
  });

  test('is forwarded by https to the port of https, keeping the Host that was signed', async () => {
    const url = 'http://apigateway.eu-west-1.amazonaws.com:8080';
    const request = await sent(keep(keptCall({ region: 'eu-west-1' }, url)));
    expect(request.origin).toBe('https://apigateway.eu-west-1.amazonaws.com/');
    expect(request.header('host')).toBe('apigateway.eu-west-1.amazonaws.com:8080');
    expect(request.refusal()).toBeUndefined();
  });

  test('goes to --upstream unchanged, but not to the endpoint of the environment', async () => {
    const endpointOverride = new URL('http://127.0.0.1:2');
    const upstream = new URL('http://127.0.0.1:1/base');
    const there = await sent(keep(keptCall(), { upstream, endpointOverride }));
    expect([there.origin, there.target]).toEqual(['http://127.0.0.1:1/base', TARGET]);
    expect(there.header('host')).toBe('apigateway.us-east-1.amazonaws.com');
    expect((await sent(keep(keptCall(), { endpointOverride }))).origin).toBe(`${SERVICE_URL}/`);
  });

  test('may be signed by anybody and do anything: the service will see', async () => {
    const call = keptCall({ method: 'DELETE', credentials: temporary });
    const request = await sent(keep(call, { clientKeys: [clientKey] }));
    expect(request.method).toBe('DELETE');
    expect(request.refusal(temporary)).toBeUndefined();
  });

  test.each<[string, Call, string]>([
    ['it is not signed', makeCall({ target: SERVICE_URL + TARGET }), 'MissingAuthenticationTokenException'],
    ['its date is none', keptCall({ headers: { 'x-amz-date': 'now' } }), 'InvalidSignatureException'],
    ['its host is not signed', keptCall({ unsigned: ['host'] }), 'InvalidSignatureException'],
    ['it names no region', keptCall({ region: 'x' }), 'InvalidSignatureException'],
  ])('is refused when %s, though clients are trusted', async (_, call, type) => {
    expect(await refused(keep(call, { trustClients: true }))).toMatchObject({ type, status: 403 });
  });
});

describe.each([
  ['signed again', false, signedCall],
  ['kept', true, keptCall],
] as const)('a call that is %s', (_, isKept, makeSigned) => {
  const forward = (call: Call) => sent(createSigner().admit(call, isKept));

  test('loses what is between two neighbours, and what restage is told', async () => {
    const dropped = [
      ...['Connection', 'keep-alive, X-Mine', 'x-mine', '1', 'Keep-Alive', 'timeout=5', 'TE', 'trailers'],
      ...['Trailer', 'x', 'Upgrade', 'h2c', 'Expect', '100-continue', 'Proxy-Connection', 'keep-alive'],
      ...[
        'Proxy-Authorization',
        'Basic eA==',
        'PROXY-X',
        '1',
        'X-Restage-Session',
        'a',
        'connection',
        'x-yours',
      ],
      ...['X-Yours', '2'],
    ];
    const plain = await forward(makeSigned());
    const request = await forward(withHeaders(makeSigned(), dropped));
    expect(request.names).toEqual(plain.names);
    expect(request.refusal()).toBeUndefined();
  });

  test.each([
    ['came in chunks', ['Transfer-Encoding', 'chunked']],
    ['came with its length', ['Content-Length', '5']],
    [
      'came with a length that Connection would take away',
      ['Content-Length', '5', 'Connection', 'Content-Length'],
    ],
  ])('has one length when its body %s', async (__, headers) => {
    const request = await forward(withHeaders(makeSigned({ method: 'POST', body: 'héé' }), headers));
    expect(request.header('content-length')).toBe('5');
    expect(request.headers).toContain('content-length');
    expect(request.header('transfer-encoding')).toBeUndefined();
  });

  test('has no length when it has no body and did not say so', async () => {
    expect((await forward(makeSigned())).header('content-length')).toBeUndefined();
    const said = await forward(withHeaders(makeSigned(), ['Content-Length', '0']));
    expect(said.header('content-length')).toBe('0');
  });

  test('says that it came through restage, after the others', async () => {
    expect((await forward(makeSigned())).header('via')).toBe('1.1 restage-0123456789abcdef');
    const through = await forward(withHeaders(makeSigned(), ['Via', '1.1 proxy']));
    expect(through.header('via')?.split(/\||, /)).toEqual(['1.1 proxy', '1.1 restage-0123456789abcdef']);
  });

  test.each([['1.1 restage-0123456789abcdef'], ['1.1 proxy, 1.1 restage-0123456789abcdef, 1.1 other']])(
    'is refused when it comes back: Via: %s',
    async (via) => {
      const call = withHeaders(makeSigned(), ['Via', '1.0 first', 'VIA', via]);
      const result = await refused(createSigner({ trustClients: true }).admit(call, isKept));
      expect(result).toMatchObject({ type: 'LoopDetectedException', status: 400 });
    },
  );

  test('may come from another restage', async () => {
    const call = withHeaders(makeSigned(), ['Via', '1.1 restage-fedcba9876543210']);
    expect((await forward(call)).method).toBe('GET');
  });

  test.each([
    '//restapis/a/stages',
    '/restapis//stages',
    '/restapis/a/stages//',
    '/restapis/a\\b/stages',
    '/restapis/a/stages#b',
    '/restapis/a/stages?deploymentId=a#b',
    '/http:/restapis',
    '/https:/restapis',
  ])('is refused when http-proxy would change its target: %s', async (target) => {
    const result = createSigner({ trustClients: true }).admit(makeSigned({ target }), isKept);
    expect(await refused(result)).toMatchObject({ type: 'TargetNotAllowedException', status: 400 });
  });
});

test('a target that is not refused is one that http-proxy leaves as it is', async () => {
  const signer = createSigner({ trustClients: true, defaultRegion: 'us-east-1' });
  const parts = ['/', 'a', '..', '?', '\\', '#', 'http:', 'https:', 'http:/', '%2F', ':', '&=', '@'];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...parts), { maxLength: 6 }), async (rest) => {
      const target = `/${rest.join('')}`;
      const result = await signer.admit(makeCall({ target }), false);
      fc.pre(!('error' in result));
      expect(urlJoin('', target)).toBe(target);
      expect((await result.toRequest()).target).toBe(target);
    }),
    { numRuns: 150 },
  );
});

describe('a client key', () => {
  const settings = { clientKeys: [{ accessKeyId: 'AKIDFIRST', secretAccessKey: 'x' }, clientKey] };
  const call = (request: Partial<RequestToSign> = {}) => signedCall({ credentials: clientKey, ...request });

  test('is as good as restage’s own', async () => {
    const request = await sent(admit(call(), settings));
    expect(request.header('authorization')).toContain('Credential=AKIDEXAMPLE/');
    expect(request.refusal()).toBeUndefined();
  });

  test('does not take the place of restage’s own', async () => {
    expect((await sent(admit(signedCall({ method: 'DELETE' }), settings))).method).toBe('DELETE');
  });

  test('must go with its secret', async () => {
    const forged = call({ credentials: { ...clientKey, secretAccessKey: 'x' } });
    expect(await refused(admit(forged, settings))).toMatchObject({
      type: 'InvalidSignatureException',
      status: 403,
    });
    const owners = call({ credentials: { ...clientKey, secretAccessKey: permanent.secretAccessKey } });
    expect(await refused(admit(owners, settings))).toMatchObject({
      type: 'InvalidSignatureException',
      status: 403,
    });
  });

  test('is told at once that restage has no credentials to sign it with', async () => {
    const error = new CallError('CredentialsUnavailableException', 'none');
    const credentials = () => Promise.reject(error);
    expect((await passageOf(admit(call(), { ...settings, credentials }))).obstacle).toBe(error);
  });
});

describe.each([
  ['a client key', { clientKeys: [clientKey] }, clientKey],
  ['trust', { trustClients: true }, permanent],
])('with %s', (_, settings, credentials) => {
  test.each(['GET', 'HEAD'])('%s is signed', async (method) => {
    expect((await sent(admit(signedCall({ method, credentials }), settings))).refusal()).toBeUndefined();
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is signed with --allow-writes alone',
    async (method) => {
      const call = signedCall({ method, credentials });
      const { type, status, hint } = await refused(admit(call, settings));
      expect([type, status]).toEqual(['WriteNotAllowedException', 403]);
      expect(hint).toContain("'--allow-writes'");
      expect((await sent(admit(call, { ...settings, allowWrites: true }))).method).toBe(method);
    },
  );
});

test('credentials that were given to a command are good after restage has renewed its own', async () => {
  const old = { accessKeyId: 'AKIDOLD', secretAccessKey: 'old', sessionToken: 'old-token' };
  const call = signedCall({ credentials: old });
  expect(await refused(admit(call))).toMatchObject({ type: 'UnrecognizedClientException' });
  expect((await sent(admit(call, { handedOut: [old] }))).refusal()).toBeUndefined();
});

test.each(['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'])(
  'a GET with %s is no read',
  async (name) => {
    const call = signedCall({ credentials: clientKey, headers: { [name]: 'DELETE' } });
    expect(await refused(admit(call, { clientKeys: [clientKey] }))).toMatchObject({
      type: 'WriteNotAllowedException',
    });
  },
);

describe('a trusted client', () => {
  const settings = { trustClients: true, defaultRegion: 'eu-west-1' };

  test.each<[string, Call, string]>([
    [
      'signed with anything',
      signedCall({ credentials: { accessKeyId: 'x', secretAccessKey: 'y' } }),
      'us-east-1',
    ],
    ['signed long ago', signedCall({ date: 0 }), 'us-east-1'],
    ['signed for another service', signedCall({ service: 's3' }), 'us-east-1'],
    ['not signed', makeCall(), 'eu-west-1'],
    ['signed otherwise', makeCall({ headers: ['Host', 'x', 'Authorization', 'Basic eA=='] }), 'eu-west-1'],
    [
      'signed with a hash of another body',
      signedCall({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
      'us-east-1',
    ],
    ['signed for no region', signedCall({ region: 'evil.example/' }), 'eu-west-1'],
  ])('may have its call %s', async (_, call, region) => {
    const request = await sent(admit(call, settings));
    expect(request.origin).toBe(`https://apigateway.${region}.amazonaws.com/`);
    expect(request.refusal()).toBeUndefined();
  });

  test.each([undefined, '', 'evil.example/', 'x@evil.example#', 'US-EAST-1'])(
    'is told to name a region when restage’s own is %j',
    async (defaultRegion) => {
      const { type, status, hint } = await refused(admit(makeCall(), { ...settings, defaultRegion }));
      expect([type, status]).toEqual(['MalformedRequestException', 400]);
      expect(hint).toContain('AWS_REGION');
    },
  );
});
