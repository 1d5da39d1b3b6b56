import { describe, expect, test } from 'vitest';
import {
  configuredEndpoint,
  coversApiGateway,
  endpointOf,
  isApiGatewayHost,
  isRegion,
} from '../../../../src/aws/signing/endpoint.ts';
import { UsageError } from '../../../../src/errors.ts';

const regions: [string, string][] = [
  ['us-east-1', 'apigateway.us-east-1.amazonaws.com'],
  ['ap-southeast-5', 'apigateway.ap-southeast-5.amazonaws.com'],
  ['us-gov-west-1', 'apigateway.us-gov-west-1.amazonaws.com'],
  ['cn-northwest-1', 'apigateway.cn-northwest-1.amazonaws.com.cn'],
  ['us-iso-east-1', 'apigateway.us-iso-east-1.c2s.ic.gov'],
  ['us-isob-east-1', 'apigateway.us-isob-east-1.sc2s.sgov.gov'],
  ['us-isof-south-1', 'apigateway.us-isof-south-1.csp.hci.ic.gov'],
  ['eu-isoe-west-1', 'apigateway.eu-isoe-west-1.cloud.adc-e.uk'],
  ['eusc-de-east-1', 'apigateway.eusc-de-east-1.amazonaws.eu'],
];

test.each(regions)('%s has the endpoint %s', (region, host) => {
  expect(isRegion(region)).toBe(true);
  expect(endpointOf(region).href).toBe(`https://${host}/`);
  expect(isApiGatewayHost(host)).toBe(true);
});

test.each([
  '',
  'us-east',
  'us-east-10',
  'us-1',
  'US-EAST-1',
  'us_east_1',
  'us-east-1 ',
  'us-east-1\n',
  'us-east-1.evil.example/',
  'evil.example#us-east-1',
  'aws-global',
  'u-east-1',
  'u1-east-1',
  'us--east-1',
  `us${'-east'.repeat(20)}-1`,
])('%j is no region', (text) => {
  expect(isRegion(text)).toBe(false);
});

describe('isApiGatewayHost', () => {
  test.each([
    'APIGATEWAY.us-east-1.AMAZONAWS.com',
    'apigateway-fips.us-east-1.amazonaws.com',
    'apigateway.us-east-1.api.aws',
    'apigateway-fips.us-gov-west-1.api.aws',
    'apigateway.cn-north-1.api.amazonwebservices.com.cn',
    'apigateway.eusc-de-east-1.api.amazonwebservices.eu',
  ])('knows %s', (host) => {
    expect(isApiGatewayHost(host)).toBe(true);
  });

  test.each([
    '',
    'apigateway.amazonaws.com',
    'apigateway.us-east-1.amazonaws.com:443',
    'apigateway.us-east-1.amazonaws.com.',
    'apigateway.us-east-1.amazonaws.com.evil.example',
    'evil.apigateway.us-east-1.amazonaws.com',
    'apigateway.evil.example',
    'apigateway.us-east-1.amazonawsXcom',
    'apigateway.us-east-1.evil.amazonaws.com',
    'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    'execute-api.us-east-1.amazonaws.com',
    `apigateway.us${'-east'.repeat(100_000)}`,
  ])('does not know %s', (host) => {
    expect(isApiGatewayHost(host)).toBe(false);
  });
});

describe('coversApiGateway', () => {
  test.each([
    ['', '*', '.', '*.'],
    [
      'amazonaws.com',
      '.amazonaws.com',
      '*.amazonaws.com',
      'AMAZONAWS.COM',
      ' amazonaws.com ',
      'amazonaws.com.',
    ],
    ['com', '.cn', 'aws', 'api.aws', 'amazonaws.com.cn', 'amazonaws.com:443', 'amazonaws.com.:443'],
    [
      'eu-west-1.amazonaws.com',
      'apigateway.eu-west-1.amazonaws.com',
      'apigateway-fips.us-gov-west-1.amazonaws.com',
    ],
  ])('finds that %s, %s, %s, … stand for its hosts, too', (...names) => {
    for (const name of names) expect(coversApiGateway(name), name).toBe(true);
  });

  test.each([
    '127.0.0.1',
    'localhost',
    '::1',
    'example.com',
    'sts.amazonaws.com',
    'xamazonaws.com',
    'onaws.com',
  ])('finds that %s does not', (name) => {
    expect(coversApiGateway(name)).toBe(false);
  });
});

describe('configuredEndpoint', () => {
  const own = 'http://localhost:4566';
  const general = 'https://aws.example/base';

  test.each<[Record<string, string | undefined>, string | undefined]>([
    [{}, undefined],
    [{ AWS_ENDPOINT_URL_API_GATEWAY: own }, `${own}/`],
    [{ AWS_ENDPOINT_URL: general }, general],
    [{ AWS_ENDPOINT_URL_API_GATEWAY: own, AWS_ENDPOINT_URL: general }, `${own}/`],
    [{ AWS_ENDPOINT_URL_API_GATEWAY: '', AWS_ENDPOINT_URL: general }, general],
    [{ AWS_ENDPOINT_URL: '' }, undefined],
    [{ AWS_ENDPOINT_URL_S3: own }, undefined],
    [{ AWS_ENDPOINT_URL: general, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' }, undefined],
    [{ AWS_ENDPOINT_URL: general, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, general],
    [{ AWS_ENDPOINT_URL: 'x', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
  ])('%j gives %s', (env, href) => {
    expect(configuredEndpoint(env)?.href).toBe(href);
  });

  test.each([
    'http://user:pass-word@localhost',
    'localhost:4566',
    'ftp://localhost',
    'http://',
    'file:///etc/passwd',
    'x',
  ])('refuses %s', (text) => {
    expect(() => configuredEndpoint({ AWS_ENDPOINT_URL: text })).toThrow(
      new UsageError(
        'Cannot forward to what AWS_ENDPOINT_URL says: it is no http or https URL without a user. Correct or unset it.',
      ),
    );
  });
});
