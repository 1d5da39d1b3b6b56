import { describe, expect, it } from 'vitest';
import { commandEnvironment, tunnelEnvironment } from '../../../src/clients/environment.ts';

const URL = 'http://127.0.0.1:8480';
const identity = {
  credentials: { accessKeyId: 'ID', secretAccessKey: 'SECRET', sessionToken: 'TOKEN' },
  region: 'eu-west-1',
};
const LOOPBACK = '127.0.0.1,localhost,::1';

describe('the environment of a command', () => {
  it('points every SDK at restage, and keeps the rest', () => {
    const env = {
      PATH: '/bin',
      AWS_ENDPOINT_URL_API_GATEWAY: 'http://elsewhere',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
    };
    for (const made of [commandEnvironment(env, URL), commandEnvironment(env, URL, identity)]) {
      expect(made).toMatchObject({
        PATH: '/bin',
        AWS_ENDPOINT_URL_API_GATEWAY: URL,
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
        AWS_USE_FIPS_ENDPOINT: 'false',
        AWS_USE_DUALSTACK_ENDPOINT: 'false',
      });
    }
    expect(env.AWS_ENDPOINT_URL_API_GATEWAY, 'what was given is not changed').toBe('http://elsewhere');
  });

  it.each<[object, string, string]>([
    [{}, LOOPBACK, LOOPBACK],
    [{ NO_PROXY: 'a.test, b.test' }, `a.test,b.test,${LOOPBACK}`, `a.test,b.test,${LOOPBACK}`],
    [{ no_proxy: 'a.test' }, `a.test,${LOOPBACK}`, `a.test,${LOOPBACK}`],
    [{ NO_PROXY: 'A', no_proxy: 'b' }, `A,${LOOPBACK}`, `b,${LOOPBACK}`],
    [{ NO_PROXY: '', no_proxy: ',' }, LOOPBACK, LOOPBACK],
    [{ NO_PROXY: 'localhost,::1' }, 'localhost,::1,127.0.0.1', 'localhost,::1,127.0.0.1'],
    [{ NO_PROXY: '*' }, '*', '*'],
  ])('keeps proxies away from loopback: %j', (env, upper, lower) => {
    expect(commandEnvironment({ ...env }, URL)).toMatchObject({ NO_PROXY: upper, no_proxy: lower });
  });

  it.each([
    ['http://127.0.0.1:8480', LOOPBACK],
    ['http://localhost:8480', LOOPBACK],
    ['http://127.0.0.2:8480', `${LOOPBACK},127.0.0.2`],
    ['http://192.168.7.7:8480', `${LOOPBACK},192.168.7.7`],
    ['http://restage.test:8480', `${LOOPBACK},restage.test`],
    ['http://[::1]:8480', `${LOOPBACK},[::1]`],
    ['http://[fd00::7]:8480', `${LOOPBACK},[fd00::7],fd00::7`],
  ])('keeps proxies away from the very address that it is given: %s', (url, names) => {
    expect(commandEnvironment({}, url)).toMatchObject({ NO_PROXY: names, no_proxy: names });
    expect(commandEnvironment({ NO_PROXY: names }, url).NO_PROXY).toBe(names);
  });
});

describe('in replay', () => {
  const dummies = { AWS_ACCESS_KEY_ID: 'AKIDRESTAGE', AWS_SECRET_ACCESS_KEY: 'replay-needs-no-secret' };

  it.each<[Record<string, string>]>([
    [{}],
    [{ AWS_ACCESS_KEY_ID: 'half' }],
    [{ AWS_SECRET_ACCESS_KEY: 'half' }],
    [{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }],
    [{ AWS_PROFILE: 'sso', AWS_SESSION_TOKEN: 'stale', AWS_SECURITY_TOKEN: 'stale' }],
  ])('there are dummy credentials where there are none: %j', (env) => {
    const made = commandEnvironment(env, URL);
    expect(made).toMatchObject({ ...dummies, AWS_EC2_METADATA_DISABLED: 'true' });
    expect(made).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(made).not.toHaveProperty('AWS_SECURITY_TOKEN');
    expect(made).not.toHaveProperty('AWS_PROFILE');
  });

  it('keys that are there are left, without a profile that JS v3 would prefer', () => {
    const env = { AWS_ACCESS_KEY_ID: 'ID', AWS_SECRET_ACCESS_KEY: 'S', AWS_SESSION_TOKEN: 'T' };
    const made = commandEnvironment({ ...env, AWS_PROFILE: 'sso', AWS_DEFAULT_PROFILE: 'sso' }, URL);
    expect(made).toMatchObject(env);
    expect(made).not.toHaveProperty('AWS_PROFILE');
    expect(made).not.toHaveProperty('AWS_DEFAULT_PROFILE');
  });

  it.each<[Record<string, string>, string, string]>([
    [{}, 'us-east-1', 'us-east-1'],
    [{ AWS_REGION: 'eu-west-1' }, 'eu-west-1', 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1', 'eu-west-1'],
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1', 'eu-west-2'],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: '' }, 'us-east-1', 'us-east-1'],
  ])('there is a region: %j', (env, region, fallback) => {
    expect(commandEnvironment(env, URL)).toMatchObject({ AWS_REGION: region, AWS_DEFAULT_REGION: fallback });
  });
});

describe('where calls are forwarded', () => {
  it('the command signs with the very credentials of restage', () => {
    const env = {
      AWS_PROFILE: 'role',
      AWS_DEFAULT_PROFILE: 'role',
      AWS_ACCESS_KEY_ID: 'other',
      AWS_SECURITY_TOKEN: 'other',
      AWS_CREDENTIAL_EXPIRATION: 'soon',
    };
    const made = commandEnvironment(env, URL, identity);
    expect(made).toMatchObject({
      AWS_ACCESS_KEY_ID: 'ID',
      AWS_SECRET_ACCESS_KEY: 'SECRET',
      AWS_SESSION_TOKEN: 'TOKEN',
      AWS_REGION: 'eu-west-1',
    });
    for (const name of [
      'AWS_PROFILE',
      'AWS_DEFAULT_PROFILE',
      'AWS_SECURITY_TOKEN',
      'AWS_CREDENTIAL_EXPIRATION',
      'AWS_EC2_METADATA_DISABLED',
    ])
      expect(made).not.toHaveProperty(name);
  });

  it('no session token is left over when the credentials have none', () => {
    const credentials = { accessKeyId: 'ID', secretAccessKey: 'SECRET' };
    const made = commandEnvironment({ AWS_SESSION_TOKEN: 'other' }, URL, { credentials, region: undefined });
    expect(made).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(made).not.toHaveProperty('AWS_REGION');
  });
});

describe('of a command whose tunnels are taken', () => {
  const trust = { additionsPath: '/ca/ca.pem', bundlePath: '/ca/bundle.pem' };
  const online = (env: Record<string, string>, region?: string) =>
    tunnelEnvironment(env, URL, trust, { isOffline: false, region, hasEndpoint: true });
  const offline = (env: Record<string, string>) =>
    tunnelEnvironment(env, URL, trust, { isOffline: true, region: undefined, hasEndpoint: true });

  it.each([
    ['forwarding', online],
    ['in replay', offline],
  ])('%s: leads through the proxy, whose CA all trust, and to no endpoint', (_, environment) => {
    const made = environment({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy.example',
      https_proxy: 'http://proxy.example',
      AWS_ENDPOINT_URL: 'http://elsewhere',
      AWS_ENDPOINT_URL_API_GATEWAY: 'http://elsewhere',
      AWS_CA_BUNDLE: '/their/bundle.pem',
      CURL_CA_BUNDLE: '/their/bundle.pem',
    });
    expect(made).toMatchObject({
      PATH: '/bin',
      HTTPS_PROXY: URL,
      https_proxy: URL,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      NODE_EXTRA_CA_CERTS: '/ca/ca.pem',
      AWS_CA_BUNDLE: '/ca/bundle.pem',
      SSL_CERT_FILE: '/ca/bundle.pem',
      REQUESTS_CA_BUNDLE: '/ca/bundle.pem',
      CURL_CA_BUNDLE: '/ca/bundle.pem',
    });
    expect(made).not.toHaveProperty('AWS_ENDPOINT_URL');
    expect(made).not.toHaveProperty('AWS_ENDPOINT_URL_API_GATEWAY');
  });

  it.each([
    ['*', ''],
    ['.amazonaws.com,internal.example', `internal.example,${LOOPBACK}`],
    ['amazonaws.com , *.amazonaws.com', LOOPBACK],
    ['apigateway.eu-west-1.amazonaws.com:443', LOOPBACK],
    ['.cn,.com,.aws', LOOPBACK],
    ['sts.amazonaws.com', `sts.amazonaws.com,${LOOPBACK}`],
  ])('is kept from going past by NO_PROXY=%s', (NO_PROXY, left) => {
    expect(online({ NO_PROXY })).toMatchObject({ NO_PROXY: left, no_proxy: left });
    expect(online({ no_proxy: NO_PROXY })).toMatchObject({ NO_PROXY: left, no_proxy: left });
  });

  it('signs with its own keys or profile, which restage does not know', () => {
    const env = { AWS_PROFILE: 'sso', AWS_ACCESS_KEY_ID: 'ID', AWS_SECRET_ACCESS_KEY: 'S' };
    expect(online(env, 'eu-west-1')).toMatchObject({ ...env, AWS_REGION: 'eu-west-1' });
  });

  it('in replay has a dummy identity, and asks nobody for another', () => {
    const made = offline({ AWS_PROFILE: 'sso' });
    expect(made).toMatchObject({
      AWS_ACCESS_KEY_ID: 'AKIDRESTAGE',
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(made).not.toHaveProperty('AWS_PROFILE');
  });
});
