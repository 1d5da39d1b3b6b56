import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { describe, expect, test } from 'vitest';
import {
  coversApiGateway,
  endpointOf,
  isApiGatewayHost,
  isRegion,
} from '../../../../src/aws/signing/endpoint.ts';

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

test.each(regions)(
  'the endpoints of %s are those of the AWS SDK, with FIPS and dual stack too',
  async (region) => {
    for (const [fips, dualStack] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const { config } = new APIGatewayClient({
        region,
        useFipsEndpoint: fips,
        useDualstackEndpoint: dualStack,
      });
      const { url } = config.endpointProvider({ Region: region, UseFIPS: fips, UseDualStack: dualStack });
      expect(endpointOf(region, { fips, dualStack }).href).toBe(url.href);
      expect(isApiGatewayHost(url.hostname)).toBe(true);
    }
  },
);

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
