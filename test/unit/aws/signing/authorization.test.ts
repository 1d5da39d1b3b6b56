import { describe, expect, test } from 'vitest';
import { claimedRegion, parseAuthorization } from '../../../../src/aws/signing/authorization.ts';

const SIGNATURE = '0123456789abcdef'.repeat(4);
const SCOPE = '20260203/eu-west-1/apigateway/aws4_request';
const claim = {
  accessKeyId: 'AKIDEXAMPLE',
  scopeDate: '20260203',
  region: 'eu-west-1',
  service: 'apigateway',
  terminator: 'aws4_request',
  signedHeaders: ['host', 'x-amz-date'],
  signature: SIGNATURE,
};

function header({
  key = 'AKIDEXAMPLE',
  scope = SCOPE,
  signed = 'host;x-amz-date',
  signature = SIGNATURE,
} = {}) {
  return `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

describe('parseAuthorization', () => {
  test('takes the header of SigV4 apart', () => {
    expect(parseAuthorization(header())).toEqual(claim);
  });

  test('takes it with other white space, as older SDKs send it', () => {
    expect(parseAuthorization(header().replaceAll(', ', ','))).toEqual(claim);
    expect(parseAuthorization(header().replace('256 ', '256  ').replaceAll(', ', ',  '))).toEqual(claim);
  });

  test.each([
    '',
    'Basic dXNlcjpwYXNz',
    'Bearer x',
    'AWS AKIDEXAMPLE:signature',
    header().replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
    header().replace('AWS4-HMAC-SHA256', 'aws4-hmac-sha256'),
    header({ signature: SIGNATURE.slice(1) }),
    header({ signature: `${SIGNATURE}0` }),
    header({ signature: SIGNATURE.toUpperCase() }),
    header({ signature: '' }),
    header({ signed: '' }),
    header({ signed: 'host, x-amz-date' }),
    header({ key: '' }),
    header({ scope: '20260203/eu-west-1/apigateway' }),
    header({ scope: `${SCOPE}/more` }),
    header({ scope: '' }),
    `${header()}, Signature=${SIGNATURE}`,
    ` ${header()}`,
    `${header()} `,
    header().split(', ').reverse().join(', '),
  ])('knows nothing of %s', (text) => {
    expect(parseAuthorization(text)).toBeUndefined();
  });

  test('is quick with a long one', () => {
    expect(parseAuthorization(`AWS4-HMAC-SHA256 Credential=${'a/'.repeat(100_000)}`)).toBeUndefined();
  });
});

describe('claimedRegion', () => {
  test.each<[string | undefined, string | undefined]>([
    [header(), 'eu-west-1'],
    [header({ scope: '20260203/us-gov-west-1/apigateway/aws4_request' }), 'us-gov-west-1'],
    ['AWS4-HMAC-SHA256 Credential=a/b/eu-west-1/', 'eu-west-1'],
    [undefined, undefined],
    ['', undefined],
    ['Basic dXNlcjpwYXNz', undefined],
    ['AWS4-HMAC-SHA256 Credential=a', undefined],
    ['AWS4-HMAC-SHA256 Credential=a/b', undefined],
    ['AWS4-HMAC-SHA256 Credential=a/b/eu-west-1', undefined],
    [header({ scope: '20260203/apigateway/aws4_request/' }), undefined],
    [header({ scope: '20260203/..%2fevil/apigateway/aws4_request' }), undefined],
    [header({ scope: '20260203//apigateway/aws4_request' }), undefined],
    [header({ scope: '20260203/EU-WEST-1/apigateway/aws4_request' }), undefined],
  ])('of %s is %s', (text, region) => {
    expect(claimedRegion(text)).toBe(region);
  });
});
