import { describe, expect, it } from 'vitest';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { parseFaultSpec } from '../../../src/chaos/rule.ts';

function strike(spec: string, draw = 0.5) {
  const { kind, parameters } = parseFaultSpec(spec);
  const fault = faultKinds[kind]?.create(parameters);
  return fault?.strike({ restApiId: 'a1b2c3d4e5', region: 'eu-west-1', draw: () => draw });
}

describe('a fault', () => {
  it.each([
    ['throttle', 429, 'TooManyRequestsException', 'Too Many Requests'],
    ['limit-exceeded', 429, 'LimitExceededException', 'Limit Exceeded'],
    ['not-found', 404, 'NotFoundException', 'Invalid API identifier specified 123456789012:a1b2c3d4e5'],
    ['bad-request', 400, 'BadRequestException', ''],
    ['unauthorized', 401, 'UnauthorizedException', ''],
    ['access-denied', 403, 'AccessDeniedException', 'apigateway:eu-west-1::/restapis/a1b2c3d4e5/stages'],
    ['expired-token', 403, 'ExpiredTokenException', 'expired'],
    ['conflict', 409, 'ConflictException', 'concurrent modification'],
    ['internal', 500, 'InternalFailure', ''],
    ['unavailable', 503, 'ServiceUnavailableException', ''],
  ])('%s answers with %i %s', (kind, status, type, message) => {
    expect(strike(kind)).toEqual({
      type: 'error',
      error: { status, type, message: expect.stringContaining(message) },
      headers: [],
    });
  });

  it.each([
    ['throttle', []],
    ['throttle,retry-after=2', ['Retry-After', '2']],
    ['throttle,retry-after-ms=1500', ['x-amz-retry-after', '1500']],
    ['limit-exceeded,retry-after=0,retry-after-ms=0', ['Retry-After', '0', 'x-amz-retry-after', '0']],
  ])('%s says when to come back only if it is asked to', (spec, headers) => {
    expect(strike(spec)).toMatchObject({ headers });
  });

  it.each([
    ['latency,ms=100', 0.5, 100],
    ['latency,ms=100,jitter=50', 0, 100],
    ['latency,ms=100,jitter=50', 0.5, 125],
    ['latency,ms=0,jitter=50', 0.5, 25],
    ['latency,ms=0', 0.9, 0],
  ])('%s with a draw of %d waits %d ms', (spec, draw, delayMs) => {
    expect(strike(spec, draw)).toEqual({ type: 'delay', delayMs });
  });
});
