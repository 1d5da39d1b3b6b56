import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecretName, withoutSecrets, withoutSecretsIn, withoutUserinfo } from '../../src/secrets.ts';

describe('a text that is told', () => {
  test.each([
    ['GET /@name:s3cret/x', 'GET /@…/x'],
    ['GET /%40name%3as3cret/x', 'GET /@…/x'],
    ['GET /@user:s3cret@host/x', 'GET /@…/x'],
    ['GET ftp://user:s3cret@host/x', 'GET ftp://…@host/x'],
    ['GET http://user:s3/cr@et@host/x', 'GET http://…@host/x'],
    ['GET /http://s3cret@host/x', 'GET /http://…@host/x'],
    ['GET //user:s3cret@host/x', 'GET //…@host/x'],
    ['GET /x/user:s3/cret@host', 'GET /x/…@host'],
    ['GET /x/user%3as3cret%40host', 'GET /x/…%40host'],
    ['CONNECT user:s3cret@host:443', 'CONNECT …@host:443'],
    ['a s3cret@host, and "another@host"', 'a …@host, and "…@host"'],
    ['tool/1 token=s3cret x', 'tool/1 token=… x'],
    ['tool/1 (api_key: s3cret; x)', 'tool/1 (api_key: …; x)'],
    ['access-token-id=s3cret&a=b', 'access-token-id=…&a=b'],
    ['{"password":"s3cret","a":"b"}', '{"password":"…","a":"b"}'],
    ['Authorization: Bearer s3cret', 'Authorization: Bearer …'],
    ['says Basic czNjcmV0', 'says Basic …'],
    ['/x;Credential=s3cret', '/x;Credential=…'],
  ])('%s is %s', (text, told) => {
    const shown = withoutSecrets(text);
    expect(shown).toBe(told);
    expect(shown).not.toMatch(/s3|cret|czNj/);
  });

  test.each([
    'GetStages',
    'GET /restapis/a1b2c3d4e5/stages',
    'GET /@team/restapis/a/stages',
    'GET /@',
    'CONNECT host.example:443',
    'GET http://host.example:80/x',
    'Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.18 cfg/retry-mode#legacy',
    'throttle,header=x-team:blue,first=2',
    'arn:aws:apigateway:us-east-1::/restapis/a',
    'the security token included in the request is invalid',
    '12:04:05',
  ])('%s is told as it is', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  test('has no password, wherever it stands before an @', () => {
    const part = fc.stringMatching(/^[a-z0-9:/%?&=.,;-]{0,12}$/);
    const before = fc.constantFrom('', 'GET ', 'GET /', 'http://', '//', '/a/', 'x=', '"');
    fc.assert(
      fc.property(before, part, fc.constantFrom('@', '%40'), part, (start, user, at, rest) => {
        fc.pre(!/^https?:\/\//.test(rest));
        const shown = withoutSecrets(`${start}${user}:S3CRET${at}host${rest}`);
        return !shown.includes('S3CRET');
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['@', '/@:', 'a@', '://', 'token', 'token=', '%40', ':@/', 'bearer ', 'a:/', '"', 'api-key-'])(
    'that is long takes no time that grows by its square: %j',
    (part) => {
      const timeOf = (length: number) => {
        const text = part.repeat(length / part.length);
        const began = performance.now();
        withoutSecrets(text);
        return performance.now() - began;
      };
      timeOf(20_000);
      expect(timeOf(200_000)).toBeLessThan(1000);
    },
  );

  test('is the same object where several have none', () => {
    const texts = { deploymentId: 'vakw79' };
    expect(withoutSecretsIn(texts)).toBe(texts);
    expect(withoutSecretsIn({ a: 'b', c: 'user:s3cret@host' })).toEqual({ a: 'b', c: '…@host' });
  });
});

test.each([
  ['host', 'host'],
  ['host.example:443', 'host.example:443'],
  ['127.0.0.1:1', '127.0.0.1:1'],
  ['[::1]:8480', '[::1]:8480'],
  ['user:s3cret@host:443', '…@host:443'],
  ['s3cret@host', '…@host'],
  ['user:s3/cr@et@host', '…@host'],
  ['user:s3cret', '…'],
  ['user:s3cret@', '…'],
  ['@', '…'],
  ['user@s3cret:x', '…'],
  ['s3cret x', '…'],
  ['', '…'],
])('of the authority %j is told %s', (authority, told) => {
  expect(withoutUserinfo(authority)).toBe(told);
});

test.each([
  ...[
    'Authorization',
    'proxy-authorization',
    'Cookie',
    'Set-Cookie',
    'X-Api-Key',
    'x_api_key',
    'apikey',
    'X-ApiKey',
  ],
  ...[
    'X-Amz-Security-Token',
    'X-Auth',
    'x-auth-token',
    'X-CSRFToken',
    'private-token',
    'X-Vault-Token',
    'password',
  ],
  ...[
    'Ocp-Apim-Subscription-Key',
    'x-functions-key',
    'X-Client-Secret',
    'x-amz-signature',
    'X-Goog-Credential',
  ],
])('%s says that it is a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  'accept',
  'x-team',
  'user-agent',
  'x-author',
  'x-keyboard',
  'x-amz-user-agent',
  'x-session',
  'x-monkey',
  '',
])('%j does not', (name) => {
  expect(isSecretName(name)).toBe(false);
});
