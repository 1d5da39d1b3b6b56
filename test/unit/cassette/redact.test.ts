import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CustomRule, createRedactor, redactionNames } from '../../../src/cassette/redact.ts';
import { UsageError } from '../../../src/errors.ts';
import { type JsonObject, parseJson, writeJson } from '../../../src/json.ts';

const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';

function redact(value: unknown, off: readonly string[] = [], custom: readonly CustomRule[] = []): unknown {
  const content = parseJson(JSON.stringify(value)) as JsonObject;
  return JSON.parse(writeJson(createRedactor(off, custom)(content)));
}

/** What becomes of a text in a field that is no one's in particular. */
function redactText(text: string, off: readonly string[] = []): unknown {
  return (redact({ stages: [{ description: text }] }, off) as { stages: { description: string }[] }).stages[0]
    ?.description;
}

describe('account ids', () => {
  it.each([
    ['arn:aws:logs:us-east-1:111122223333:log-group:x', 'arn:aws:logs:us-east-1:123456789012:log-group:x'],
    ['arn:aws-cn:iam::111122223333:role/x', 'arn:aws-cn:iam::123456789012:role/x'],
    [
      'a arn:aws:iam::111122223333:user/x and arn:aws:iam::444455556666:user/y',
      'a arn:aws:iam::123456789012:user/x and arn:aws:iam::123456789012:user/y',
    ],
    [
      'arn:aws:apigateway:eu-west-1:lambda:path/x/arn:aws:lambda:eu-west-1:111122223333:function:f',
      'arn:aws:apigateway:eu-west-1:lambda:path/x/arn:aws:lambda:eu-west-1:123456789012:function:f',
    ],
  ])('in %s become the one of the documentation', (text, expected) => {
    expect(redactText(text)).toBe(expected);
    expect(redactText(text, ['account-ids'])).toBe(text);
  });

  it.each([
    ['111122223333'],
    ['call 111122223333 now'],
    ['arn:aws:logs:us-east-1:1111222233334:x'],
    ['arn:aws:s3:::bucket-111122223333'],
    ['111122223333:a1b2c3d4e5'],
  ])('are not seen in %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('in messages become the one of the documentation, in variables of that name they do not', () => {
    const message = 'Invalid API identifier specified 111122223333:abc123defg';
    const expected = 'Invalid API identifier specified 123456789012:abc123defg';
    expect(redact({ error: { type: 'NotFoundException', message } })).toEqual({
      error: { type: 'NotFoundException', message: expected },
    });
    const stages = [{ variables: { message } }];
    expect(redact({ stages })).toEqual({ stages });
  });
});

describe('values under the name of a secret', () => {
  it.each([
    'secret',
    'MY_SECRET',
    'dbPassword',
    'PASSWD',
    'token',
    'accessToken2',
    'apiKey',
    'api_key',
    'API-KEY',
    'x-api.key',
    'privateThing',
    'aws_credentials',
  ])('%s are not kept in variables, overrides and tags', (name) => {
    const stage = (value: string) => ({
      variables: { [name]: value },
      canarySettings: { stageVariableOverrides: { [name]: value } },
      tags: { [name]: value },
    });
    expect(redact({ stages: [stage('value')] })).toEqual({ stages: [stage('REDACTED')] });
    expect(redact({ stages: [stage('value')] }, ['secret-names'])).toEqual({ stages: [stage('value')] });
  });

  it.each(['key', 'user', 'pass', 'url', 'keyApi'])('%s are kept', (name) => {
    const stages = [{ variables: { [name]: 'value' } }];
    expect(redact({ stages })).toEqual({ stages });
  });

  it('are kept outside of these maps', () => {
    const stages = [
      {
        tokenValiditySeconds: 'value',
        methodSettings: { '*/secret': { requireAuthorizationForCacheControl: true } },
      },
    ];
    expect(redact({ stages })).toEqual({ stages });
  });

  it('are redacted at any depth, whatever their type', () => {
    expect(redact({ stages: [{ tags: { secret: { a: ['x', 1, true, null, { b: 'y' }] } } }] })).toEqual({
      stages: [{ tags: { secret: { a: ['REDACTED', 'REDACTED', 'REDACTED', null, { b: 'REDACTED' }] } } }],
    });
  });
});

describe.each([
  [
    'access-keys',
    [KEY_ID, `id=${KEY_ID};`, 'ASIAIOSFODNN7EXAMPLE', `x${KEY_ID}`],
    ['AKIA', 'akiaiosfodnn7example', `X${KEY_ID}`, `${KEY_ID}X`, 'AKIAIOSFODNN7EXAMPL'],
  ],
  [
    'jwts',
    [JWT, `Bearer ${JWT}`, `"${JWT}"`, JWT.slice(0, -4)],
    ['eyJ', 'eyJhbGci', 'eyJhbGci.x.y', 'a.b.c', `x${JWT}`],
  ],
  [
    'private-keys',
    [PEM, `key: ${PEM}`, '-----BEGIN PRIVATE KEY-----', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['-----BEGIN PUBLIC KEY-----', '-----BEGIN CERTIFICATE-----', 'BEGIN PRIVATE KEY'],
  ],
  [
    'url-passwords',
    ['https://user:pass@host/x', 'see postgres://u:p@db:5432/x', 'redis://:p@h', 'HTTP://U:P@H'],
    ['https://host/x', 'https://user@host', 'http://host:80/a@b', 'mailto:a@b', 'a:b@c', 'https://host:80/'],
  ],
])('%s', (name, secrets, harmless) => {
  it.each(secrets)('%s is redacted wherever it stands', (text) => {
    expect(redactText(text)).toBe('REDACTED');
    expect(redact({ a: { b: [{ c: text }] } })).toEqual({ a: { b: [{ c: 'REDACTED' }] } });
    expect(redact({ stages: [{ variables: { url: text } }] })).toEqual({
      stages: [{ variables: { url: 'REDACTED' } }],
    });
  });

  it.each(secrets)('%s is kept when the rule is switched off', (text) => {
    expect(redactText(text, [name])).toBe(text);
  });

  it.each(harmless)('%s is not taken for one', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('what is never touched', () => {
  const everything: CustomRule = { match: /.+/g, replace: '#' };

  it('is the names and ids that recordings are found by, and keys', () => {
    const stages = [
      {
        stageName: KEY_ID,
        deploymentId: KEY_ID,
        clientCertificateId: KEY_ID,
        documentationVersion: KEY_ID,
        canarySettings: { deploymentId: KEY_ID },
        variables: { [KEY_ID]: 'x' },
      },
    ];
    expect(redact({ stages })).toEqual({ stages });
    expect(redact({ stages }, [], [everything])).toEqual({
      stages: [{ ...stages[0], variables: { [KEY_ID]: '#' } }],
    });
  });

  it('is not a value of a map of the user, whatever its name', () => {
    const of = (value: string) => ({
      stages: [{ variables: { id: value, stageName: value, deploymentId: value } }],
    });
    expect(redact(of(KEY_ID))).toEqual(of('REDACTED'));
  });

  it('is the form of a number', () => {
    const content = parseJson('{"stages":[{"rate":10000.0,"on":true,"none":null}]}') as JsonObject;
    expect(writeJson(createRedactor([], [])(content))).toBe(
      '{"stages":[{"rate":10000.0,"on":true,"none":null}]}',
    );
  });

  it('is the original', () => {
    const content = parseJson(`{"stages":[{"description":"${KEY_ID}"}]}`) as JsonObject;
    createRedactor([], [])(content);
    expect(writeJson(content)).toContain(KEY_ID);
  });
});

describe('rules', () => {
  it('of the user replace what they match, each time, after the built-in ones', () => {
    const custom = [
      { match: /corp-(\w+)/g, replace: '<$1>' },
      { match: /REDACTED/g, replace: 'hidden' },
    ];
    const content = { a: 'corp-x and corp-y', b: KEY_ID, c: ['corp-z'] };
    const expected = { a: '<x> and <y>', b: 'hidden', c: ['<z>'] };
    expect(redact(content, [], custom)).toEqual(expected);
    expect(redact(content, [], custom), 'a second time, too').toEqual(expected);
  });

  it('that are switched off are named, and unknown names answered with the known', () => {
    expect(redactionNames).toEqual([
      'account-ids',
      'secret-names',
      'access-keys',
      'jwts',
      'private-keys',
      'url-passwords',
    ]);
    for (const name of ['nope', 'constructor', '']) {
      expect(() => createRedactor([name], [])).toThrow(UsageError);
      expect(() => createRedactor([name], [])).toThrow('Known are account-ids, secret-names');
    }
  });

  it('applied twice give what they gave once', () => {
    const texts = fc
      .array(
        fc.constantFrom(
          KEY_ID,
          JWT,
          PEM,
          'arn:aws:iam::111122223333:',
          'http://u:p@h',
          ':',
          '/',
          '@',
          'a',
          ' ',
          '111122223333',
          'REDACTED',
          '.',
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join(''));
    const names = fc.constantFrom(
      'token',
      'message',
      'variables',
      'tags',
      'a',
      'stageName',
      '__proto__',
      'secret',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, texts, fc.dictionary(names, tie('tree')), fc.array(tie('tree'))),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, tree), (value) => {
        const once = redact(value);
        expect(redact(once)).toEqual(once);
      }),
    );
  });

  it.each([
    ['colons', '://:'],
    ['schemes', 'a'],
    ['urls without an end', 'http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:'],
    ['beginnings of ARNs', 'arn:aws:'],
    ['partitions', 'arn:aws-aaaa'],
    ['beginnings of JWTs', 'eyJaaaaaaaa.'],
    ['one JWT without an end', 'eyJ'],
    ['beginnings of keys', '-----BEGIN A '],
    ['blanks', ' '],
    ['digits', '1'],
    ['beginnings of ids', 'AKIAA'],
    ['hosts', 'amazonaws.com/'],
  ])('do not get lost in a long row of %s', (_, unit) => {
    const text = unit.repeat(Math.ceil(500_000 / unit.length));
    const startedAt = process.cpuUsage();
    redactText(text);
    const { user, system } = process.cpuUsage(startedAt);
    // What is quadratic takes minutes.
    expect((user + system) / 1000).toBeLessThan(3000);
  });
});
