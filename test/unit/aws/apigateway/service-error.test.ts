import { describe, expect, test } from 'vitest';
import { operationRows } from '../../../../src/aws/apigateway/model/rows.ts';
import { identify } from '../../../../src/aws/apigateway/operations.ts';
import {
  bareErrorType,
  type ServiceError,
  serviceErrors,
  writeBody,
} from '../../../../src/aws/apigateway/service-error.ts';
import { parseJson } from '../../../../src/json.ts';

const subject = {
  method: 'GET',
  path: '/restapis/abc123defg/stages',
  restApiId: 'abc123defg',
  region: 'eu-west-1',
};
const nobody = { method: 'GET', path: undefined, restApiId: undefined, region: undefined };

test.each<[ServiceError, number, string, string | RegExp]>([
  [serviceErrors.tooManyRequests(), 429, 'TooManyRequestsException', 'Too Many Requests'],
  [serviceErrors.limitExceeded(), 429, 'LimitExceededException', /./],
  [
    serviceErrors.notFound(subject),
    404,
    'NotFoundException',
    'Invalid API identifier specified 123456789012:abc123defg',
  ],
  [serviceErrors.notFound(nobody), 404, 'NotFoundException', 'Not Found'],
  [serviceErrors.badRequest(), 400, 'BadRequestException', /./],
  [serviceErrors.unauthorized(), 401, 'UnauthorizedException', /./],
  [
    serviceErrors.conflict(),
    409,
    'ConflictException',
    'Unable to complete operation due to concurrent modification. Please try again later.',
  ],
  [
    serviceErrors.accessDenied(subject),
    403,
    'AccessDeniedException',
    /^User: arn:aws:iam::123456789012:user\/\w+ is not authorized to perform: apigateway:GET on resource: arn:aws:apigateway:eu-west-1::\/restapis\/abc123defg\/stages because no identity-based policy allows the apigateway:GET action$/,
  ],
  [serviceErrors.accessDenied(nobody), 403, 'AccessDeniedException', /:us-east-1::\/\* because /],
  [
    serviceErrors.unrecognizedClient(),
    403,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  [
    serviceErrors.expiredToken(),
    403,
    'ExpiredTokenException',
    'The security token included in the request is expired',
  ],
  [
    serviceErrors.invalidSignature(),
    403,
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
  [serviceErrors.missingToken(), 403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  [serviceErrors.internal(), 500, 'InternalFailure', /./],
  [serviceErrors.unavailable(), 503, 'ServiceUnavailableException', /./],
])('$type has the status and the words of the service', (error, status, type, message) => {
  expect([error.status, error.type]).toEqual([status, type]);
  if (typeof message === 'string') expect(error.message).toBe(message);
  else expect(error.message).toMatch(message);
});

test('a body is compact JSON and one newline, numbers as they were read', () => {
  expect(writeBody({ message: 'é "x"', rate: parseJson('10000.0') })).toBe(
    '{"message":"é \\"x\\"","rate":10000.0}\n',
  );
});

describe('bareErrorType', () => {
  test.each<[string | undefined, string | undefined]>([
    ['NotFoundException', 'NotFoundException'],
    ['NotFoundException:', 'NotFoundException'],
    ['NotFoundException:http://internal.amazon.com/coral/com.amazon.coral.service/', 'NotFoundException'],
    ['com.amazonaws.apigateway#NotFoundException', 'NotFoundException'],
    ['a#b#NotFoundException:c#d', 'NotFoundException'],
    [' NotFoundException ', 'NotFoundException'],
    ['', undefined],
    [':x', undefined],
    [undefined, undefined],
  ])('of %s is %s', (type, bare) => {
    expect(bareErrorType(type)).toBe(bare);
  });
});

describe('what the service says of each operation', () => {
  test.each([
    ['GetStages', 'Invalid API identifier specified 123456789012:a1'],
    ['GetRestApi', 'Invalid API identifier specified 123456789012:a1'],
    ['GetStage', 'Invalid stage identifier specified'],
    ['GetIntegration', 'Invalid Integration identifier specified'],
    ['GetMethodResponse', 'Invalid Response status code identifier specified'],
    ['GetUsagePlanKey', 'Invalid API Key identifier specified'],
    ['GetRestApis', 'Not Found'],
    ['v2.GetApi', 'Invalid API identifier specified 123456789012:a1'],
    ['v2.GetRoute', 'Invalid Route identifier specified'],
  ])('of what %s does not find: %s', (name, message) => {
    expect(serviceErrors.notFound(subjectOf(name)).message).toBe(message);
  });

  test.each(operationRows().map(({ name }) => name))('names nothing that is not in the path: %s', (name) => {
    const subject = subjectOf(name);
    const path = (subject.path ?? '').replace(/^\/v2/, '');
    const denied = serviceErrors.accessDenied(subject).message;

    expect(denied).toContain(
      `perform: apigateway:${subject.method} on resource: arn:aws:apigateway:eu-west-1::${path} `,
    );
    if (!path.includes('/stages')) expect(serviceErrors.notFound(subject).message).not.toMatch(/stage/i);
  });
});

/** A call of the operation, whatever its parameters: `a1`. */
function subjectOf(name: string) {
  const row = operationRows().find((each) => each.name === name);
  if (row === undefined) throw new Error(`There is no ${name}`);
  const target =
    row.path.replace(/\{[^}]+\}/g, 'a1') + (row.fixedQuery === undefined ? '' : `?${row.fixedQuery}`);
  const { key } = identify(row.method, target);
  return { method: row.method, path: key?.path, restApiId: key?.restApiId, region: 'eu-west-1' };
}

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['us-west-2', 'aws'],
])('what is not allowed in %s is of the partition %s', (region, partition) => {
  const { message } = serviceErrors.accessDenied({ ...subject, region });
  expect(message).toMatch(
    new RegExp(
      `^User: arn:${partition}:iam::.+ on resource: arn:${partition}:apigateway:${region}::/restapis/`,
    ),
  );
});
