import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { parseFaultSpec } from '../../../src/chaos/parse-rule.ts';
import { answerOf } from '../../support/victim.ts';

const kinds = Object.entries(faultKinds);

describe('a kind of fault', () => {
  it.each(kinds)(
    '%s has an example of itself that can be used, and a line that says what it does',
    (name, kind) => {
      const rule = parseFaultSpec(kind.example);
      expect(rule.kind).toBe(name);
      expect(() => kind.create(rule.parameters)).not.toThrow();
      expect(kind.describes).toMatch(/^\S.{5,79}$/);
    },
  );

  it.each(kinds)('%s says in a JSON Schema what its parameters are', (_, { parameters }) => {
    const schema = z.toJSONSchema(z.object(parameters), { io: 'input', unrepresentable: 'any' });
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(parameters));
    for (const property of Object.values(schema.properties ?? {})) {
      expect(property).toHaveProperty('description');
      expect('type' in Object(property) || 'anyOf' in Object(property)).toBe(true);
    }
  });

  it.each(kinds)('%s makes the same of parameters from an object as from text', (_, kind) => {
    const { parameters } = parseFaultSpec(kind.example);
    expect(z.object(kind.parameters).parse(parameters)).toEqual(parameters);
  });
});

describe("an error in the service's shape", () => {
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
  ])('of %s is %i %s', (kind, status, type, message) => {
    const answer = answerOf(kind);
    expect(JSON.parse(answer?.body ?? '')).toEqual({ message: expect.stringContaining(message) });
    expect(answer).toEqual({
      status,
      headers: [
        'Content-Type',
        'application/json',
        'Content-Length',
        String(answer?.body.length),
        'x-amzn-ErrorType',
        type,
      ],
      body: expect.stringMatching(/^\{"message":".+"\}\n$/),
    });
  });

  it.each([
    ['throttle', []],
    ['throttle,retry-after=2', ['Retry-After', '2']],
    ['throttle,retry-after-ms=1500', ['x-amz-retry-after', '1500']],
    ['limit-exceeded,retry-after=0,retry-after-ms=0', ['Retry-After', '0', 'x-amz-retry-after', '0']],
  ])('of %s says when to come back only if it is asked to', (spec, headers) => {
    expect(answerOf(spec)?.headers.slice(6)).toEqual(headers);
  });
});
