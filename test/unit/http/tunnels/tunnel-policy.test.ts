import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import type { TunnelRequest } from '../../../../src/http/tunnels/tunnel.ts';
import { createTunnelPolicy, type TunnelPolicySettings } from '../../../../src/http/tunnels/tunnel-policy.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const forwarding = { forwards: true, intercepts: true, allowed: ['Git.Example.', 'proxy.example:8443'] };
const replay = { forwards: false, intercepts: true, allowed: ['git.example'] };

function decide(settings: TunnelPolicySettings, authority: string, rest: Partial<TunnelRequest> = {}) {
  return createTunnelPolicy(settings)({
    authority,
    hosts: [authority],
    fromPage: false,
    proxyAuthorization: undefined,
    isFromLoopback: true,
    ...rest,
  });
}

function reasonFor(...parameters: Parameters<typeof decide>): string {
  const decision = decide(...parameters);
  if (decision.type !== 'refuse') return decision.type;
  expect(decision.error).toMatchObject({ status: 403, type: 'TunnelNotAllowedException' });
  expect(decision.error.message).toMatch(/^Cannot open a tunnel to ".*": .+\. .+\.$/);
  return decision.error.message;
}

describe.each([
  ['forwarding modes', forwarding],
  ['replay', replay],
])('in %s', (_, settings) => {
  test.each([
    HOST,
    'APIGateway.us-east-1.AMAZONAWS.com',
    'apigateway-fips.us-gov-west-1.amazonaws.com',
    'apigateway.cn-north-1.amazonaws.com.cn',
    'apigateway.eu-west-1.api.aws',
  ])('a tunnel to %s is intercepted', (host) => {
    expect(decide(settings, `${host}:443`)).toEqual({ type: 'intercept', host: host.toLowerCase() });
  });

  test.each([
    ['', 'no host name with a port'],
    ['sts.amazonaws.com', 'no host name with a port'],
    [':443', 'no host name with a port'],
    ['sts.amazonaws.com:', 'no host name with a port'],
    ['sts.amazonaws.com:0', 'no host name with a port'],
    ['sts.amazonaws.com:65536', 'no host name with a port'],
    ['sts.amazonaws.com:443:443', 'no host name with a port'],
    ['sts.amazonaws.com:443\n', 'no host name with a port'],
    ['https://sts.amazonaws.com:443', 'no host name with a port'],
    ['user@sts.amazonaws.com:443', 'no host name with a port'],
    ['sts..amazonaws.com:443', 'no host name with a port'],
    ['.amazonaws.com:443', 'no host name with a port'],
    [`${'a.'.repeat(200)}amazonaws.com:443`, 'no host name with a port'],
    ['10.0.0.1:443', 'no host name with a port'],
    ['52.94.0.1:443', 'no host name with a port'],
    ['127.1:443', 'no host name with a port'],
    ['2130706433:443', 'no host name with a port'],
    ['0x7f000001:443', 'no host name with a port'],
    ['0x7f.1:443', 'no host name with a port'],
    ['1.2.3.0x4:443', 'no host name with a port'],
    ['[::1]:443', 'no host name with a port'],
    ['[::ffff:52.94.0.1]:443', 'no host name with a port'],
    ['localhost:443', 'this machine'],
    ['LOCALHOST.:443', 'this machine'],
    ['x.localhost:443', 'this machine'],
    ['localhost.localdomain:443', 'this machine'],
    [`${HOST}:80`, ''],
    [`${HOST}.evil.example:443`, ''],
    ['evil.example:443', ''],
  ])('a tunnel to %j is refused', (authority, reason) => {
    expect(reasonFor(settings, authority)).toContain(reason);
  });

  test.each([
    [{ fromPage: true }, 'a web page'],
    [{ hosts: ['localhost'] }, 'its Host is another'],
    [{ hosts: [HOST, HOST] }, 'its Host is another'],
    [{ hosts: [''] }, 'its Host is another'],
    [{ hosts: [`x@${HOST}`] }, 'its Host is another'],
  ])('with %j none is opened', (rest, reason) => {
    expect(reasonFor(settings, `${HOST}:443`, rest)).toContain(reason);
  });

  test.each([[[]], [[HOST]], [[`${HOST}:443`]], [[`${HOST.toUpperCase()}.:443`]]])(
    'the Host may be %j',
    (hosts) => {
      expect(decide(settings, `${HOST}:443`, { hosts }).type).toBe('intercept');
    },
  );
});

describe('to pass', () => {
  test.each([
    ['sts.amazonaws.com:443', 'sts.amazonaws.com', 443],
    ['STS.us-east-1.amazonaws.com.:443', 'sts.us-east-1.amazonaws.com', 443],
    ['portal.sso.us-east-1.amazonaws.com:443', 'portal.sso.us-east-1.amazonaws.com', 443],
    ['sts.cn-north-1.amazonaws.com.cn:443', 'sts.cn-north-1.amazonaws.com.cn', 443],
    ['oidc.us-east-1.api.aws:443', 'oidc.us-east-1.api.aws', 443],
    ['git.example:443', 'git.example', 443],
    ['GIT.example.:443', 'git.example', 443],
    ['proxy.example:8443', 'proxy.example', 8443],
  ])('%s may', (authority, host, port) => {
    expect(decide(forwarding, authority)).toEqual({ type: 'pass', host, port });
    expect(reasonFor(replay, authority)).toContain('in replay restage connects to nowhere');
  });

  test.each([
    'sts.amazonaws.com:80',
    'sts.amazonaws.com:22',
    'amazonaws.com:443',
    'sts.amazonaws.com.evil.example:443',
    'evilamazonaws.com:443',
    'sts.amazonaws.co:443',
    'sts.amazonawsXcom:443',
    'git.example:80',
    'x.git.example:443',
    'git.example.org:443',
    'proxy.example:443',
  ])('%s may not', (authority) => {
    expect(reasonFor(forwarding, authority)).toContain("Allow it with '--tunnel'");
  });

  test('the control plane may not, even when it is allowed or nothing is intercepted', () => {
    const allowed = [HOST, `${HOST}:8443`];
    expect(reasonFor({ ...forwarding, allowed, intercepts: false }, `${HOST}:443`)).toContain(
      "'--intercept'",
    );
    expect(reasonFor({ ...forwarding, allowed }, `${HOST}:8443`)).toContain('none of those');
  });
});

test('whoever has no password is asked for one, before anything is told of what is allowed', () => {
  const admits = ({ proxyAuthorization }: TunnelRequest) => proxyAuthorization === 'Basic right';
  for (const authority of [`${HOST}:443`, 'evil.example:443']) {
    expect(decide({ ...replay, admits }, authority)).toMatchObject({
      type: 'refuse',
      error: { status: 407, type: 'ProxyAuthenticationRequiredException' },
    });
  }
  expect(decide({ ...replay, admits }, `${HOST}:443`, { proxyAuthorization: 'Basic right' }).type).toBe(
    'intercept',
  );
});

test.each([
  '',
  'http://git.example',
  '10.0.0.1',
  '[::1]:443',
  'localhost',
  'x.localhost:443',
  'a:b',
  '*.example',
  'a b',
])('tunnels to %j cannot be allowed', (text) => {
  expect(() => createTunnelPolicy({ ...forwarding, allowed: [text] })).toThrow(UsageError);
});
