import { describe, expect, test } from 'vitest';
import {
  type Credentials,
  checkClaim,
  findSignatureFlaw,
  isFlaw,
  sign,
} from '../../../../src/aws/signing/signature.ts';
import type { Call } from '../../../../src/call.ts';
import { describeWithClient, runPython } from '../../../support/clients.ts';
import { makeCall } from '../../../support/make-call.ts';
import {
  callSignedByAws4,
  NOW,
  permanent,
  signedCall,
  TARGET,
  temporary,
  withAuthorization,
  withHeaders,
} from '../../../support/signed-call.ts';
import { refusalOf } from '../../../support/stand-in/signature.ts';
import type { RequestToSign } from '../../../support/stand-in/signed-request.ts';

const MINUTES = 60_000;
const STAMP = '20260203T040506Z';
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Nothing when the call's signature holds; else the type of the error, and the hint. */
async function verify(
  call: Call,
  credentials: Credentials = permanent,
  now = NOW,
): Promise<[type: string, hint: string] | undefined> {
  const claim = checkClaim(call, [now]);
  const flaw = isFlaw(claim) ? claim : await findSignatureFlaw(call, claim, credentials);
  return flaw && [flaw.error.type, flaw.hint];
}

const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, hex);
const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
const oddTexts = [
  'abc 123/x',
  'é',
  '../..',
  '%',
  'a//b',
  '🚀',
  'a+b',
  'A~-_.0',
  "!'()*",
  'a&b=c?#;,',
  '%2F',
  '日本',
];

describe('a call that aws4 has signed holds', () => {
  test.each(oddTexts)('with the API and the deployment %j', async (text) => {
    const target = `/restapis/${encode(text)}/stages?deploymentId=${encode(text)}`;
    expect(await verify(callSignedByAws4({ target }))).toBeUndefined();
    expect(await verify(callSignedByAws4({ target, credentials: temporary }), temporary)).toBeUndefined();
  });

  test.each([
    '/restapis/..%2F../stages',
    '/restapis/a%2fb/stages',
    '/restapis/a+b/stages',
    '/restapis/./a/../b/stages',
    '/restapis/a:b@c/stages',
    '/restapis/a/stages?',
    '/restapis/a/stages?deploymentId',
    '/restapis/a/stages?deploymentId=',
    '/restapis/a/stages?deployment%49d=%76akw79',
    '/restapis/a/stages?b=2&a=3&b=1&a-b=0&A=4',
    '/restapis/a/stages?limit=500&position=aWQ9Uw%3D%3D',
    '/@team/restapis/a/stages',
    '/',
  ])('with the target %s', async (target) => {
    expect(await verify(callSignedByAws4({ target }))).toBeUndefined();
  });

  test.each<[string, Record<string, string>]>([
    ['an Accept', { Accept: 'application/json' }],
    ['white space in it', { Accept: '  application/json,   text/plain ' }],
    ['a User-Agent', { 'User-Agent': 'aws-cli/2 md/x', 'X-Amz-User-Agent': 'aws-sdk-js/3' }],
    [
      'what proxies like to change',
      { Range: 'x', 'X-Amzn-Trace-Id': 'y', 'Cache-Control': 'z', TE: 'trailers' },
    ],
    [
      'the headers of retries',
      { 'amz-sdk-invocation-id': '6068dfda', 'amz-sdk-request': 'attempt=1; max=3' },
    ],
    ['the hash of no body', { 'X-Amz-Content-Sha256': EMPTY_HASH }],
    ['an empty header', { 'X-Amz-Empty': '' }],
  ])('with %s signed', async (_, headers) => {
    expect(await verify(callSignedByAws4({ headers }))).toBeUndefined();
  });

  test('with a body, its hash stated or not', async () => {
    const write = { method: 'PATCH', body: '{"é":"🚀"}' };
    const sha256 = '92ca3c0dc3e0e0cdc95c1a9c39e3f35a8ee2b8a1a6d2d2fa1d7e4fb9c4a3dd8e';
    expect(await verify(callSignedByAws4(write))).toBeUndefined();
    const lying = callSignedByAws4({ ...write, headers: { 'X-Amz-Content-Sha256': sha256 } });
    expect(await verify(lying)).toMatchObject([
      'InvalidSignatureException',
      expect.stringContaining('its body'),
    ]);
  });

  test.each(['eu-west-1', 'us-gov-west-1', 'cn-north-1'])('for the region %s', async (region) => {
    expect(await verify(callSignedByAws4({ region }))).toBeUndefined();
  });
});

describe('a call that was signed after the specification holds', () => {
  test.each<[string, Partial<RequestToSign>]>([
    ['with host and date alone', {}],
    ['five minutes ago', { date: NOW.getTime() - 5 * MINUTES }],
    ['five minutes ahead', { date: NOW.getTime() + 5 * MINUTES }],
    ['with a header sent twice', { headers: { 'x-amz-list': ['b  2', 'a'] } }],
    ['with other headers that are not signed', { headers: { 'x-other': 'x' }, unsigned: ['x-other'] }],
    ['with a body', { method: 'POST', body: 'x'.repeat(100_000) }],
  ])('%s', async (_, request) => {
    expect(await verify(signedCall(request))).toBeUndefined();
  });

  test('to the last second of the day', async () => {
    const date = new Date('2026-12-31T23:59:59Z');
    const call = signedCall({ date: date.getTime() });
    expect(await verify(call, permanent, new Date('2027-01-01T00:04:59Z'))).toBeUndefined();
  });
});

describeWithClient('botocore', 'a call that botocore has signed holds', () => {
  test('whatever the API, the deployment and the credentials', async () => {
    const cases = oddTexts.flatMap((text) =>
      [permanent, temporary].map((credentials) => ({ text, ...credentials })),
    );
    const { status, stdout, stderr } = await runPython(SIGN_WITH_BOTOCORE, { CASES: JSON.stringify(cases) });
    expect([status, stderr]).toEqual([0, '']);
    const sent = JSON.parse(stdout) as { target: string; headers: [string, string][] }[];
    expect(sent).toHaveLength(cases.length);
    for (const [at, { target, headers }] of sent.entries()) {
      const call = makeCall({ target, headers: ['Host', '127.0.0.1:8480', ...headers.flat()] });
      const credentials = at % 2 === 0 ? permanent : temporary;
      const stamp = headers.find(([name]) => name.toLowerCase() === 'x-amz-date')?.[1] ?? '';
      const date = new Date(stamp.replace(/(..)(..)T(..)(..)(..)Z$/, '-$1-$2T$3:$4:$5Z'));
      expect(await verify(call, credentials, date), target).toBeUndefined();
      const forged = { ...credentials, secretAccessKey: 'forged' };
      expect(await verify(call, forged, date), target).toEqual([
        'InvalidSignatureException',
        expect.stringContaining('secret'),
      ]);
    }
  });
});

describe('a call is refused', () => {
  const INVALID = 'InvalidSignatureException';
  const MISSING = 'MissingAuthenticationTokenException';
  const UNRECOGNIZED = 'UnrecognizedClientException';
  const at = (date: number): Call => signedCall({ date });
  const inAuthorization = (from: string, to: string, call = signedCall()): Call =>
    withAuthorization(call, (text) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    });
  const changed = (change: Partial<Call>): Call => ({ ...signedCall(), ...change });

  test.each<[string, () => Call, string, string]>([
    ['it is not signed', () => makeCall(), MISSING, 'it is not signed'],
    [
      'it is presigned',
      () => makeCall({ target: `${TARGET}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=1` }),
      MISSING,
      'presigned',
    ],
    [
      'it has two Authorization headers',
      () => withHeaders(signedCall(), ['Authorization', 'Basic eA==']),
      INVALID,
      'more than one Authorization',
    ],
    [
      'it has one Authorization twice',
      () => withHeaders(signedCall(), ['AUTHORIZATION', signedCall().authorizations[0] ?? '']),
      INVALID,
      'more than one Authorization',
    ],
    [
      'its Authorization is of another kind',
      () => makeCall({ headers: ['Host', 'x', 'Authorization', 'Basic eA=='] }),
      INVALID,
      'not one of AWS4-HMAC-SHA256',
    ],
    ['the scope names another service', () => signedCall({ service: 's3' }), INVALID, 'scope'],
    ['the scope names the invoke service', () => signedCall({ service: 'execute-api' }), INVALID, 'scope'],
    ['the scope ends otherwise', () => inAuthorization('aws4_request', 'aws5_request'), INVALID, 'scope'],
    ['the scope names no region', () => signedCall({ region: 'evil.example' }), INVALID, 'names no region'],
    ['the scope names a path', () => signedCall({ region: '..%2f..' }), INVALID, 'names no region'],
    [
      'the scope is of the day before',
      () => signedCall({ scopeDate: '20260202' }),
      INVALID,
      'the date of its scope',
    ],
    [
      'it is too old',
      () => at(NOW.getTime() - 5 * MINUTES - 1000),
      INVALID,
      '5 minutes from now; 5 are allowed',
    ],
    [
      'it is too early',
      () => at(NOW.getTime() + 5 * MINUTES + 1000),
      INVALID,
      '5 minutes from now; 5 are allowed',
    ],
    [
      'it is a year old',
      () => at(NOW.getTime() - 365 * 24 * 60 * MINUTES),
      INVALID,
      '525600 minutes from now',
    ],
    [
      'it has two dates',
      () => signedCall({ headers: { 'x-amz-date': [STAMP, STAMP] } }),
      INVALID,
      'not exactly one X-Amz-Date',
    ],
    ['its date is none', () => signedCall({ headers: { 'x-amz-date': 'now' } }), INVALID, 'X-Amz-Date'],
    [
      'its date is no day',
      () => signedCall({ headers: { 'x-amz-date': '20261303T040506Z' }, scopeDate: '20261303' }),
      INVALID,
      'X-Amz-Date',
    ],
    [
      'it has a Date alone',
      () =>
        makeCall({ headers: signedCall().headers.map((text) => (text === 'x-amz-date' ? 'date' : text)) }),
      INVALID,
      'X-Amz-Date',
    ],
    [
      'it signs a header again and again',
      () => inAuthorization('SignedHeaders=', `SignedHeaders=${'host;'.repeat(200)}`),
      INVALID,
      'it signs more headers than a call can have',
    ],
    [
      'the host is not signed',
      () => signedCall({ unsigned: ['host'] }),
      INVALID,
      'header host is not signed',
    ],
    [
      'the date is not signed',
      () => signedCall({ unsigned: ['x-amz-date'] }),
      INVALID,
      'header x-amz-date is not signed',
    ],
    [
      'the token is not signed',
      () => signedCall({ credentials: temporary, unsigned: ['x-amz-security-token'] }),
      INVALID,
      'header x-amz-security-token is not signed',
    ],
    [
      'the hash of the body is not signed',
      () =>
        signedCall({ headers: { 'X-Amz-Content-Sha256': EMPTY_HASH }, unsigned: ['x-amz-content-sha256'] }),
      INVALID,
      'header x-amz-content-sha256 is not signed',
    ],
    [
      'a header of AWS was added',
      () => withHeaders(signedCall(), ['X-Amz-Target', 'x']),
      INVALID,
      'header x-amz-target is not signed',
    ],
    [
      'a signed header was removed',
      () => {
        const { headers, method, target } = signedCall({ headers: { accept: 'application/json' } });
        const start = headers.indexOf('accept');
        return makeCall({ method, target, headers: headers.toSpliced(start, 2) });
      },
      INVALID,
      'signs a header that it does not have',
    ],
    [
      'a signed header was changed',
      () => {
        const { headers, method, target } = signedCall({ headers: { accept: 'application/json' } });
        return makeCall({
          method,
          target,
          headers: headers.map((text) => (text === 'application/json' ? '*/*' : text)),
        });
      },
      INVALID,
      'another',
    ],
    [
      'a signed header was sent once more',
      () => withHeaders(signedCall({ headers: { accept: 'application/json' } }), ['accept', '*/*']),
      INVALID,
      'another',
    ],
    [
      'its body is not what it signed',
      () => ({ ...signedCall({ method: 'PUT', body: 'a' }), body: Buffer.from('b') }),
      INVALID,
      'another',
    ],
    [
      'its body is not what it states',
      () => signedCall({ headers: { 'x-amz-content-sha256': EMPTY_HASH }, body: 'a' }),
      INVALID,
      'its body is not',
    ],
    [
      'its body is left out of the signature',
      () => signedCall({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body: 'a' }),
      INVALID,
      'its body is not',
    ],
    [
      'it states two hashes',
      () => signedCall({ headers: { 'x-amz-content-sha256': [EMPTY_HASH, EMPTY_HASH] } }),
      INVALID,
      'its body is not',
    ],
    ['its method was changed', () => changed({ method: 'DELETE' }), INVALID, 'another'],
    ['its path was changed', () => changed({ target: '/restapis/b/stages' }), INVALID, 'another'],
    ['a parameter was added', () => changed({ target: `${TARGET}?deploymentId=d` }), INVALID, 'another'],
    [
      'an encoded slash became one',
      () => signedCall({ target: '/restapis/a%2Fb/stages' }, undefined, '/restapis/a/b/stages'),
      INVALID,
      'another',
    ],
    [
      'a slash was encoded in lower case',
      () => signedCall({ target: '/restapis/a%2Fb/stages' }, undefined, '/restapis/a%2fb/stages'),
      INVALID,
      'another',
    ],
    [
      'dots were encoded',
      () => signedCall({ target: '/restapis/..%2F../stages' }, undefined, '/restapis/%2e%2e%2F../stages'),
      INVALID,
      'another',
    ],
    [
      'the region was changed',
      () => inAuthorization('/us-east-1/', '/eu-west-1/'),
      INVALID,
      'the client signs with another secret than restage, or the call was changed on the way',
    ],
    [
      'a signed header is named in upper case',
      () => inAuthorization('SignedHeaders=host', 'SignedHeaders=Host'),
      INVALID,
      'header host is not signed',
    ],
    [
      'its secret is another',
      () => signedCall({ credentials: { ...permanent, secretAccessKey: 'forged' } }),
      INVALID,
      'the client signs with another secret than restage, or the call was changed on the way',
    ],
    [
      'it brings a token that nobody gave it',
      () => signedCall({ credentials: { ...permanent, sessionToken: 'x' } }),
      UNRECOGNIZED,
      'another session',
    ],
  ])('when %s', async (_, call, type, hint) => {
    expect(await verify(call())).toEqual([type, expect.stringContaining(hint)]);
  });

  test.each<[string, string | undefined]>([
    ['none', undefined],
    ['another', 'tok/en+2=='],
    ['an empty one', ''],
    ['a longer one', `${temporary.sessionToken}=`],
  ])('when its token should be one and is %s', async (_, sessionToken) => {
    const credentials = { ...permanent, ...temporary, sessionToken };
    const { sessionToken: token, ...withoutToken } = credentials;
    const call = signedCall({
      credentials: token === undefined ? withoutToken : { ...withoutToken, sessionToken: token },
    });
    expect(await verify(call, temporary)).toEqual([
      'UnrecognizedClientException',
      expect.stringContaining('session'),
    ]);
  });

  test('in the words of the service, the reason being in the hint alone', () => {
    const flaw = checkClaim(signedCall({ service: 's3' }), [NOW]);
    expect(isFlaw(flaw) && flaw.error).toEqual({
      status: 403,
      type: 'InvalidSignatureException',
      message: expect.stringMatching(/^The request signature we calculated does not match/),
    });
  });
});

describe('a request that is signed', () => {
  const request = {
    method: 'GET',
    target: TARGET,
    headers: { host: 'apigateway.eu-west-1.amazonaws.com', accept: 'application/json' },
    body: Buffer.alloc(0),
  };

  test.each(oddTexts)('holds for aws4 with the API and the deployment %j', async (text) => {
    const target = `/restapis/${encode(text)}/stages?deploymentId=${encode(text)}`;
    for (const credentials of [permanent, temporary]) {
      const headers = await sign({ ...request, target }, 'eu-west-1', credentials, NOW);
      const received = {
        method: 'GET',
        target,
        rawHeaders: Object.entries(headers).flat(),
        body: Buffer.alloc(0),
      };
      expect(refusalOf(received, [credentials], NOW.getTime())).toBeUndefined();
      expect(refusalOf({ ...received, target: `${target}x` }, [credentials], NOW.getTime())).toBeDefined();
    }
  });

  test('holds for aws4 with a body, and not with another', async () => {
    const body = Buffer.from('{"é":1.0}');
    const headers = await sign({ ...request, method: 'PATCH', body }, 'eu-west-1', permanent, NOW);
    const received = { method: 'PATCH', target: TARGET, rawHeaders: Object.entries(headers).flat(), body };
    expect(refusalOf(received, [permanent], NOW.getTime())).toBeUndefined();
    expect(refusalOf({ ...received, body: Buffer.from('x') }, [permanent], NOW.getTime())).toBeDefined();
  });

  test('says when, for where, by whom, and which headers are signed', async () => {
    const headers = await sign(
      {
        ...request,
        headers: {
          ...request.headers,
          'content-type': 'application/json',
          'user-agent': 'x',
          via: '1.1 x',
          'content-length': '0',
          'accept-encoding': 'gzip',
          'amz-sdk-request': 'attempt=1',
          'x-amz-user-agent': 'y',
          'x-amzn-trace-id': 'z',
        },
      },
      'eu-west-1',
      temporary,
      NOW,
    );
    expect(headers).toMatchObject({
      'x-amz-date': STAMP,
      'x-amz-security-token': temporary.sessionToken,
      'x-amz-content-sha256': EMPTY_HASH,
      'user-agent': 'x',
      via: '1.1 x',
    });
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=ASIASESSION\/20260203\/eu-west-1\/apigateway\/aws4_request, SignedHeaders=([^,]+), Signature=[0-9a-f]{64}$/,
    );
    expect(/SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]).toBe(
      'accept;amz-sdk-request;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-user-agent',
    );
  });

  test('has no token when the credentials have none', async () => {
    expect(await sign(request, 'eu-west-1', permanent, NOW)).not.toHaveProperty('x-amz-security-token');
  });

  test('is verified by its own kind', async () => {
    const headers = await sign(request, 'eu-west-1', temporary, NOW);
    expect(await verify(makeCall({ headers: Object.entries(headers).flat() }), temporary)).toBeUndefined();
  });
});

// Each call is stopped when it is ready to leave.
const SIGN_WITH_BOTOCORE = `
import json, os
import botocore.session
from botocore.config import Config

class Stopped(Exception):
    pass

sent = []
def stop(request, **kwargs):
    url = request.url.replace('http://127.0.0.1:8480', '', 1)
    text = lambda value: value.decode() if isinstance(value, bytes) else value
    sent.append({'target': url, 'headers': [[name, text(value)] for name, value in request.headers.items()]})
    raise Stopped()

clients = {}
for case in json.loads(os.environ['CASES']):
    key = case['accessKeyId']
    if key not in clients:
        clients[key] = botocore.session.Session().create_client(
            'apigateway', region_name='eu-west-1', endpoint_url='http://127.0.0.1:8480',
            aws_access_key_id=key, aws_secret_access_key=case['secretAccessKey'],
            aws_session_token=case.get('sessionToken'), config=Config(retries={'total_max_attempts': 1}))
        clients[key].meta.events.register('before-send.*', stop)
    try:
        clients[key].get_stages(restApiId=case['text'], deploymentId=case['text'])
    except Stopped:
        pass
print(json.dumps(sent))
`;

describe('a call that curl 7.88 has signed', () => {
  const HOST = 'apigateway.us-east-1.amazonaws.com';
  /** What it sent with `--aws-sigv4 aws:amz:us-east-1:apigateway --user AKIDEXAMPLE:example-secret`. */
  const sent = (query: string, signature: string) =>
    makeCall({
      target: `${TARGET}?${query}`,
      headers: [
        ...['Host', HOST, 'X-Amz-Date', '20261125T173704Z', 'Authorization'],
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261125/us-east-1/apigateway/aws4_request, ' +
          `SignedHeaders=host;x-amz-date, Signature=${signature}`,
      ],
    });
  const sentAt = new Date('2026-11-25T17:37:04Z');
  const unsorted = 'f901a2d25d1a15dc17da6c44811038c88f14578382e8c166d56d94d7c5c8c66d';
  const unencoded = '89c7ba087d931cba2df9458474e5bd7b1c06bbfee042920f3958acbaed725c6f';

  test('holds where nothing is to be sorted or encoded', async () => {
    const signature = '4d5bc51acabe05d577b2ddc018e70cc1a83e61344a2bcbd304c4dd42d3b4708e';
    expect(await verify(sent('deploymentId=vakw79', signature), permanent, sentAt)).toBeUndefined();
  });

  test.each([
    ['b=2&a=1', unsorted, permanent, 'as they stand, neither sorted nor encoded: so does curl before 8.3'],
    ['deploymentId=a/b', unencoded, permanent, 'as they stand, neither sorted nor encoded'],
    ['b=2&a=1', unencoded, permanent, 'another secret'],
    ['b=2&a=1', unsorted, { ...permanent, secretAccessKey: 'forged' }, 'another secret'],
  ])('with %s does not hold, and the log says why', async (query, signature, credentials, hint) => {
    const flaw = await verify(sent(query, signature), credentials, sentAt);
    expect(flaw).toEqual(['InvalidSignatureException', expect.stringContaining(hint)]);
  });
});
