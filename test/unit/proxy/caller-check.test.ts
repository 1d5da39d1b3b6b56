import { describe, expect, test } from 'vitest';
import { CallError } from '../../../src/errors.ts';
import { CallerCheck } from '../../../src/proxy/caller-check.ts';
import { type CallParts, makeCall } from '../../support/make-call.ts';

const SERVICE_HOST = 'apigateway.us-east-1.amazonaws.com';

function check(
  parts: CallParts,
  settings: { boundHost?: string; allowedHosts?: string[]; proxyPassword?: string } = {},
) {
  const { boundHost = '127.0.0.1', allowedHosts = [], proxyPassword } = settings;
  return new CallerCheck({ boundHost, allowedHosts, proxyPassword }).check(makeCall(parts));
}

function expectRefused(result: unknown, reason: string | RegExp): void {
  expect(result).toBeInstanceOf(CallError);
  const { type, status, message } = result as CallError;
  expect([type, status]).toEqual(['CallerNotAllowedException', 403]);
  expect(message).toMatch(reason);
  expect(message).toMatch(/^Cannot answer the call: .+\. .+\.$/);
}

describe('a call in origin-form', () => {
  test.each([
    'localhost',
    'LOCALHOST:8480',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.255.0.9:65535',
    '[::1]',
    '[::1]:8480',
    'localhost.',
    'Localhost.:8480',
    '127.0.0.1.:8480',
  ])('may name the loopback address %s, whatever the port', (host) => {
    expect(check({ headers: ['Host', host] })).toBe('own');
  });

  test.each([
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:8480',
    'x@127.0.0.1',
    '127.0.0.1:8480:1',
    '127.0.0.1, evil.example',
    '128.0.0.1',
    '0.0.0.0',
    '192.168.0.7:8480',
    '::1',
    '[::2]',
    'localhost:',
    'localhost..',
    '.',
    'localhost.evil.example.',
    'localhost:123456',
    SERVICE_HOST,
  ])('may not name %j', (host) => {
    expectRefused(check({ headers: ['Host', host] }), /is none of restage's/);
  });

  test.each([
    ['none', []],
    ['two', ['Host', '127.0.0.1', 'Host', 'evil.example']],
    ['two equal ones', ['host', '127.0.0.1', 'HOST', '127.0.0.1']],
  ])('has exactly one Host, not %s', (_, headers) => {
    expectRefused(check({ headers }), 'it has not exactly one Host');
  });

  test('may name the address that restage listens on', () => {
    expect(check({ headers: ['Host', '192.168.0.7:8480'] }, { boundHost: '192.168.0.7' })).toBe('own');
    expect(check({ headers: ['Host', '[FE80::1]:8480'] }, { boundHost: 'fe80::1' })).toBe('own');
    expect(check({ headers: ['Host', 'box.lan'] }, { boundHost: 'Box.LAN' })).toBe('own');
  });

  test('may name a host that is allowed, in any case and with any port, but no host below it', () => {
    const settings = { allowedHosts: ['Proxy.Internal'] };
    expect(check({ headers: ['Host', 'proxy.internal:9'] }, settings)).toBe('own');
    expect(check({ headers: ['Host', 'PROXY.INTERNAL'] }, settings)).toBe('own');
    expect(check({ headers: ['Host', 'proxy.internal.:9'] }, settings)).toBe('own');
    expect(check({ headers: ['Host', 'proxy.internal'] }, { allowedHosts: ['proxy.internal.'] })).toBe('own');
    expectRefused(check({ headers: ['Host', 'a.proxy.internal'] }, settings), 'none of');
  });

  test('is looked at anew after one that was allowed', () => {
    const callers = new CallerCheck({ boundHost: '127.0.0.1', allowedHosts: [], proxyPassword: undefined });
    const mine = makeCall({ headers: ['Host', 'localhost:8480'] });
    const foreign = makeCall({ headers: ['Host', 'evil.example'] });
    expect(callers.check(mine)).toBe('own');
    expectRefused(callers.check(foreign), 'none of');
    expect(callers.check(mine)).toBe('own');
    expectRefused(callers.check(foreign), 'none of');
  });

  test('is quoted in part when its Host is long', () => {
    const refused = check({ headers: ['Host', 'a'.repeat(5000)] }) as CallError;
    expect(refused.message.length).toBeLessThan(300);
  });
});

describe('a call of a web page', () => {
  test.each([
    ['an Origin', ['Origin', 'http://evil.example']],
    ['an opaque Origin', ['origin', 'null']],
    ['an Origin of restage itself', ['Origin', 'http://127.0.0.1:8480']],
    ['a cross-site fetch', ['Sec-Fetch-Site', 'cross-site']],
    ['a same-site fetch', ['Sec-Fetch-Site', 'same-site']],
    ['an unknown kind of fetch', ['Sec-Fetch-Site', '']],
    ['one of several', ['Sec-Fetch-Site', 'none', 'Sec-Fetch-Site', 'cross-site']],
  ])('is refused: %s', (_, headers) => {
    expectRefused(check({ headers: ['Host', '127.0.0.1', ...headers] }), 'it comes from a web page');
  });

  test.each(['none', 'same-origin'])('is no such call when Sec-Fetch-Site is %s', (site) => {
    expect(check({ headers: ['Host', '127.0.0.1', 'Sec-Fetch-Site', site] })).toBe('own');
  });

  test('is refused though it is addressed to the service', () => {
    const headers = ['Host', SERVICE_HOST, 'Origin', 'x'];
    expectRefused(check({ target: `http://${SERVICE_HOST}/`, headers }), 'web page');
  });
});

describe('a call in absolute-form', () => {
  test.each([
    [`http://${SERVICE_HOST}/restapis`, SERVICE_HOST],
    [`http://${SERVICE_HOST}:443/restapis`, SERVICE_HOST],
    [`https://${SERVICE_HOST.toUpperCase()}/restapis`, `${SERVICE_HOST}:8443`],
    ['http://apigateway.cn-north-1.amazonaws.com.cn/', 'apigateway.cn-north-1.amazonaws.com.cn'],
    ['http://apigateway-fips.us-east-1.api.aws/', 'apigateway-fips.us-east-1.api.aws'],
  ])('%s is one to the service', (target, host) => {
    expect(check({ target, headers: ['Host', host] })).toBe('service');
  });

  test('is one to restage itself when it names it', () => {
    const headers = ['Host', '127.0.0.1:8480'];
    expect(check({ target: 'http://127.0.0.1:8480/restapis', headers })).toBe('own');
  });

  test.each([
    ['another host', 'http://evil.example/', 'evil.example', 'restage is no proxy for "evil.example"'],
    ['another service', 'http://s3.us-east-1.amazonaws.com/', 's3.us-east-1.amazonaws.com', 'no proxy'],
    [
      'another Host',
      `http://${SERVICE_HOST}/`,
      '127.0.0.1:8480',
      'the host it is sent to and its Host differ',
    ],
    ['a Host of the service alone', 'http://127.0.0.1/', SERVICE_HOST, 'differ'],
    ['a user', `http://me@${SERVICE_HOST}/`, SERVICE_HOST, 'differ'],
    ['no host', 'http:///restapis', '', 'no proxy'],
  ])('is refused with %s', (_, target, host, reason) => {
    expectRefused(check({ target, headers: ['Host', host] }), reason);
  });

  test('does not make its host known for calls in origin-form', () => {
    const callers = new CallerCheck({ boundHost: '127.0.0.1', allowedHosts: [], proxyPassword: undefined });
    const headers = ['Host', SERVICE_HOST];
    expect(callers.check(makeCall({ target: `http://${SERVICE_HOST}/`, headers }))).toBe('service');
    expectRefused(callers.check(makeCall({ headers })), 'none of');
  });
});

describe('a caller that uses restage as its forward proxy where a password is asked for', () => {
  const proxyPassword = 'sixteen-characters';
  const authorization = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const through = (...headers: string[]) =>
    check(
      { target: `http://${SERVICE_HOST}/restapis/x/stages`, headers: ['Host', SERVICE_HOST, ...headers] },
      { proxyPassword },
    );

  test.each([':sixteen-characters', 'some-session:sixteen-characters'])('may call as %s', (user) => {
    expect(through('Proxy-Authorization', authorization(user))).toBe('service');
  });

  test.each([
    ['nothing', []],
    ['another password', ['Proxy-Authorization', authorization('a:sixteen-characterz')]],
    ['no password', ['Proxy-Authorization', authorization('sixteen-characters')]],
    ['the password as a bearer token', ['Proxy-Authorization', 'Bearer sixteen-characters']],
    ['what is no base64', ['Proxy-Authorization', 'Basic ***']],
  ])('may not with %s', (_, headers) => {
    const refusal = through(...headers);
    expect(refusal).toBeInstanceOf(CallError);
    const { status, headers: challenge } = refusal as CallError;
    expect([status, ...challenge]).toEqual([407, 'Proxy-Authenticate', 'Basic realm="restage"']);
  });

  test('needs none for calls to restage itself: those are verified', () => {
    expect(check({ headers: ['Host', '127.0.0.1'] }, { proxyPassword })).toBe('own');
  });
});
