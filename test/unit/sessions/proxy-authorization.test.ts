import { afterEach, describe, expect, test, vi } from 'vitest';
import { CallerCheck } from '../../../src/proxy/caller-check.ts';
import { isSecret, parseProxyAuthorization } from '../../../src/sessions/proxy-authorization.ts';
import { makeCall } from '../../support/make-call.ts';
import { run } from '../../support/restage.ts';

const compared = vi.hoisted(() => [] as [number, number][]);
vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original();
  return {
    ...crypto,
    timingSafeEqual: (a, b) => {
      compared.push([a.byteLength, b.byteLength]);
      return crypto.timingSafeEqual(a, b);
    },
  };
});
afterEach(() => {
  compared.length = 0;
});

const SECRET = 'sixteen-characters';

describe('a secret', () => {
  test.each([
    ['itself', SECRET, true],
    ['nothing', '', false],
    ['its beginning', SECRET.slice(0, -1), false],
    ['more than it', `${SECRET}x`, false],
    ['it in capitals', SECRET.toUpperCase(), false],
    ['something very long', 'x'.repeat(100_000), false],
  ])(
    'is compared with %s in a time that tells neither its length nor where they differ',
    (_, given, expected) => {
      expect(isSecret(given, SECRET)).toBe(expected);
      expect(compared).toEqual([[32, 32]]);
    },
  );

  test('is compared so where it is the password of a proxy', () => {
    const callers = new CallerCheck({ boundHost: '0.0.0.0', allowedHosts: [], proxyPassword: SECRET });
    const host = 'apigateway.us-east-1.amazonaws.com';
    const given = `Basic ${Buffer.from('a:b').toString('base64')}`;
    callers.check(
      makeCall({ target: `http://${host}/`, headers: ['Host', host, 'Proxy-Authorization', given] }),
    );
    expect(compared).toEqual([[32, 32]]);
  });

  test('is compared so where it is the token for control', async () => {
    const restage = await run('replay', { 'admin-token': SECRET });
    const asked = await fetch(`${restage.url}/__restage/status`, { headers: { authorization: 'Bearer a' } });
    expect(asked.status).toBe(401);
    expect(compared).toEqual([[32, 32]]);
  });
});

describe('Proxy-Authorization', () => {
  test.each([
    ['Basic YTpi', { user: 'a', password: 'b' }],
    ['basic   YTpiOmM=', { user: 'a', password: 'b:c' }],
    ['Basic YQ==', { user: 'a', password: '' }],
    ['Basic', undefined],
    ['Basic a b', undefined],
    ['Bearer YTpi', undefined],
    [undefined, undefined],
  ])('of %s is %j', (value, expected) => {
    expect(parseProxyAuthorization(value)).toEqual(expected);
  });
});
