import { describe, expect, test } from 'vitest';
import { CallError } from '../../../src/errors.ts';
import { findSession, withOneSlash, withoutSession } from '../../../src/sessions/session-address.ts';
import { makeCall } from '../../support/make-call.ts';

const SERVICE_HOST = 'apigateway.us-east-1.amazonaws.com';

describe('the session in a path', () => {
  test.each([
    ['/@a/restapis/x/stages', 'a', '/restapis/x/stages'],
    ['/@a/restapis/x/stages?deploymentId=1', 'a', '/restapis/x/stages?deploymentId=1'],
    ['/%40test-7.b_C/restapis/x/stages', 'test-7.b_C', '/restapis/x/stages'],
    ['/@%61/x', 'a', '/x'],
    ['/@a', 'a', '/'],
    ['/@a/', 'a', '/'],
    ['/@a?x=1', 'a', '/?x=1'],
    ['/@a/@b/x', 'a', '/@b/x'],
    ['/@a//x', 'a', '//x'],
  ])('of %s is %s, and its calls see %s', (target, name, rest) => {
    const call = makeCall({ target });
    expect(findSession(call, 'own')).toBe(name);
    expect(withoutSession(call)).toMatchObject({ target: rest, signedTarget: target });
  });

  test.each(['/', '/restapis/@a/stages', '/a@b/x', '/%41/x', '/%/x', '/%ff/x', '?@a', '*'])(
    'is not named by %s',
    (target) => {
      expect(findSession(makeCall({ target }), 'own')).toBeUndefined();
    },
  );

  test.each(['/@/x', '/@.a/x', '/@a%2fb/x', '/@a%00/x', '/@a b', `/@${'a'.repeat(65)}/x`, '/@..', '/@é'])(
    'may not be %s',
    (target) => {
      const refusal = findSession(makeCall({ target }), 'own');
      expect(refusal).toBeInstanceOf(CallError);
      expect((refusal as CallError).status).toBe(400);
    },
  );
});

test.each([
  ['//restapis/x/stages', '/restapis/x/stages'],
  ['///restapis/x/stages?y=//', '/restapis/x/stages?y=//'],
  ['//', '/'],
  ['//@a/x', '/@a/x'],
])('%s is meant as %s, and was signed as it is', (target, meant) => {
  expect(withOneSlash(makeCall({ target }))).toMatchObject({ target: meant, signedTarget: target });
});

test.each(['/', '/restapis//x', '/@a//x', '*', '', '//__restage/reset', '///__restage'])(
  '%j is meant as it is',
  (target) => {
    const call = makeCall({ target });
    expect(withOneSlash(call)).toBe(call);
  },
);

describe('the session of a call through a forward proxy', () => {
  const through = (user: string | undefined) =>
    makeCall({
      target: `http://${SERVICE_HOST}/@other/restapis/x/stages`,
      headers: [
        'Host',
        SERVICE_HOST,
        ...(user === undefined
          ? []
          : ['Proxy-Authorization', `basic ${Buffer.from(user).toString('base64')}`]),
      ],
    });

  test.each([
    ['a:', 'a'],
    ['a:some-password:with-colons', 'a'],
    ['a', 'a'],
    [':some-password', undefined],
    ['~:some-password', undefined],
    [undefined, undefined],
  ])('is the user name of %s: %s', (user, name) => {
    expect(findSession(through(user), 'service')).toBe(name);
  });

  test('is refused when it is no name', () => {
    expect(findSession(through('../a:'), 'service')).toBeInstanceOf(CallError);
  });
});
