import { Agent as HttpsAgent } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { TunnelAgent } from '../../../../src/http/upstream/tunnel-agent.ts';
import { createUpstreamAgents, findProxyFor } from '../../../../src/http/upstream/upstream-agents.ts';

const HOST = 'apigateway.eu-west-1.amazonaws.com';
const PROXY = 'http://proxy.example:3128';

describe('the proxy to take', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    [`https://${HOST}`, {}, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: '' }, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY }, `${PROXY}/`],
    [`https://${HOST}`, { https_proxy: PROXY }, `${PROXY}/`],
    [`https://${HOST}`, { https_proxy: PROXY, HTTPS_PROXY: 'http://other.example' }, `${PROXY}/`],
    [`https://${HOST}`, { ALL_PROXY: PROXY }, `${PROXY}/`],
    [`https://${HOST}`, { HTTP_PROXY: PROXY }, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: 'proxy.example:3128' }, `${PROXY}/`],
    [`https://${HOST}`, { HTTPS_PROXY: 'https://proxy.example' }, 'https://proxy.example/'],
    [`https://${HOST}`, { HTTPS_PROXY: 'http://u:p%40@proxy.example' }, 'http://u:p%40@proxy.example/'],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY, NO_PROXY: HOST }, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY, no_proxy: 'x.example, .amazonaws.com' }, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY, NO_PROXY: `${HOST}:443` }, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY, NO_PROXY: `${HOST}:8443` }, `${PROXY}/`],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, undefined],
    [`https://${HOST}`, { HTTPS_PROXY: PROXY, NO_PROXY: 'sts.amazonaws.com' }, `${PROXY}/`],
    ['http://upstream.example', { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, ALL_PROXY: PROXY }, undefined],
    ['https://localhost:4566', { HTTPS_PROXY: PROXY }, undefined],
    ['https://127.0.0.1:4566', { HTTPS_PROXY: PROXY }, undefined],
    ['https://127.8.9.1', { HTTPS_PROXY: PROXY }, undefined],
    ['https://[::1]:4566', { HTTPS_PROXY: PROXY }, undefined],
    ['https://[::ffff:7f00:1]:4566', { HTTPS_PROXY: PROXY }, `${PROXY}/`],
    ['https://[::ffff:7f00:1]:4566', { HTTPS_PROXY: PROXY, NO_PROXY: '[::ffff:7f00:1]' }, undefined],
  ])('to %s with %j is %s', (url, env, expected) => {
    const environment = process.env;
    expect(findProxyFor(new URL(url), env)?.href).toBe(expected);
    expect(process.env).toBe(environment);
  });

  test.each(['socks5://user:hunter2@proxy', 'http://', 'http://a%zz:hunter2@proxy', '//:'])(
    'is not %s, and the password is not repeated',
    (HTTPS_PROXY) => {
      const find = () => findProxyFor(new URL(`https://${HOST}`), { HTTPS_PROXY });
      expect(find).toThrow(UsageError);
      expect(find).toThrow(
        /^Cannot reach \S+ through the proxy that HTTPS_PROXY or ALL_PROXY names: (?!.*hunter2)/,
      );
    },
  );
});

describe('the agents', () => {
  const create = (settings: Parameters<typeof createUpstreamAgents>[0]) => {
    const agents = createUpstreamAgents(settings);
    onTestFinished(agents.destroy);
    return agents;
  };

  test('for a proxy are made once, whatever the host', () => {
    const { agentsFor } = create({ upstream: undefined, env: { HTTPS_PROXY: PROXY } });
    const pair = agentsFor(new URL(`https://${HOST}`));

    expect(pair.kept).toBeInstanceOf(TunnelAgent);
    expect(pair.fresh).toBeInstanceOf(TunnelAgent);
    expect(agentsFor(new URL('https://another.example'))).toBe(pair);
  });

  test('for the direct way are those of node', () => {
    const { agentsFor } = create({ upstream: undefined, env: { HTTPS_PROXY: PROXY, NO_PROXY: HOST } });

    expect(agentsFor(new URL(`https://${HOST}`)).kept).toBeInstanceOf(HttpsAgent);
    expect(agentsFor(new URL('http://upstream.example')).kept).not.toBeInstanceOf(HttpsAgent);
  });

  test('are refused with an upstream whose proxy cannot be used', () => {
    const env = { HTTPS_PROXY: 'socks5://proxy' };
    expect(() => create({ upstream: new URL('https://upstream.example'), env })).toThrow(UsageError);
    expect(() => create({ upstream: new URL('http://upstream.example'), env })).not.toThrow();
  });
});
