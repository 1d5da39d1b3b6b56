import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { defaultLimits, Forwarder, type ForwarderLimits } from '../../src/http/upstream/forwarder.ts';
import { tunnelThroughProxy } from '../../src/http/upstream/upstream-agents.ts';
import { createCa, type Identity, type ThrowawayCa } from '../support/certificates.ts';
import { credentialVariables, restage, runRestage } from '../support/cli.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { credentials, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { deadUpstream, startUpstream } from '../support/upstream.ts';

const HOST = 'apigateway.eu-west-1.amazonaws.com';
const ORIGIN = new URL(`https://${HOST}`);
const BODY = '{"item":[]}\n';

let ca: ThrowawayCa;
let identity: Identity;
beforeAll(async () => {
  ca = await createCa();
  identity = await ca.issue(HOST);
});

/** A service that is spoken to by TLS, and what it saw: the connection of each call, counted from 1. */
async function startTlsService(listener: RequestListener = answer, own = identity) {
  const connections: object[] = [];
  const calls: { connection: number; headers: NodeJS.Dict<string | string[]>; url: string | undefined }[] =
    [];
  const server = createHttpsServer(own, (request, response) => {
    if (!connections.includes(request.socket)) connections.push(request.socket);
    calls.push({
      connection: connections.indexOf(request.socket) + 1,
      headers: request.headers,
      url: request.url,
    });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { port: (server.address() as AddressInfo).port, calls };
}

const answer: RequestListener = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(BODY);
};

async function createForwarder(
  env: Record<string, string>,
  settings: { upstream?: URL; limits?: Partial<ForwarderLimits> } = {},
): Promise<Forwarder> {
  const limits = { ...defaultLimits, ...settings.limits };
  const forwarder = await Forwarder.open(settings.upstream, limits, { env, ca: ca.ca });
  onTestFinished(() => forwarder.close());
  return forwarder;
}

function get(forwarder: Forwarder, origin = ORIGIN, host = origin.host, method = 'GET') {
  const request = {
    origin,
    method,
    target: '/restapis/x/stages?a=%2f',
    headers: ['Host', host],
    body: Buffer.of(),
  };
  return forwarder.forward(request, true);
}

describe('a call to an https upstream', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])(
    'goes through the proxy of %s',
    async (name) => {
      const service = await startTlsService();
      const proxy = await startConnectProxy({ to: service.port });
      const forwarder = await createForwarder({ [name]: proxy.url });

      expect(await get(forwarder)).toMatchObject({ status: 200, content: BODY });
      expect(proxy.asked).toEqual([`${HOST}:443`]);
      expect(proxy.headers[0]).not.toHaveProperty('proxy-authorization');
      expect(service.calls).toEqual([
        { connection: 1, url: '/restapis/x/stages?a=%2f', headers: { host: HOST, connection: 'keep-alive' } },
      ]);
    },
  );

  test('takes a proxy that is named without a scheme for an http one', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: new URL(proxy.url).host });

    expect(await get(forwarder)).toMatchObject({ status: 200 });
  });

  test('goes through a proxy that is spoken to by TLS, if its authority is trusted as well', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port, identity: await ca.issue('127.0.0.1') });
    expect(await get(await createForwarder({ HTTPS_PROXY: proxy.url }))).toMatchObject({ status: 200 });

    const untrusting = await Forwarder.open(undefined, defaultLimits, { env: { HTTPS_PROXY: proxy.url } });
    onTestFinished(() => untrusting.close());
    await expect(get(untrusting)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Cannot reach .+: the proxy https:\/\/127\.0\.0\.1:\d+ fails \(.+\)\. Where your .+: 'AWS_CA_BUNDLE=FILE\.pem'\.$/,
      ),
    });
  });

  test('uses one tunnel for many calls, and one for each at once', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url });
    for (let i = 0; i < 10; i += 1) await get(forwarder);
    expect(proxy.asked).toHaveLength(1);
    expect(service.calls.map(({ connection }) => connection)).toEqual(Array(10).fill(1));

    await Promise.all(Array.from({ length: 4 }, () => get(forwarder)));
    expect(proxy.asked).toHaveLength(4);
    await Promise.all(Array.from({ length: 4 }, () => get(forwarder)));
    expect(proxy.asked).toHaveLength(4);
  });

  test('keeps tunnels to different hosts apart', async () => {
    const other = 'apigateway.us-east-1.amazonaws.com';
    const service = await startTlsService(answer, await ca.issue(HOST, other));
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url });
    for (const host of [HOST, other, HOST, other]) await get(forwarder, new URL(`https://${host}`));

    expect(proxy.asked).toEqual([`${HOST}:443`, `${other}:443`]);
    expect(service.calls.map(({ connection, headers }) => [connection, headers.host])).toEqual([
      [1, HOST],
      [2, other],
      [1, HOST],
      [2, other],
    ]);
  });

  test('gives the proxy the credentials of its URL, decoded', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port, credentials: 'us er:p@ss:wörd' });
    const url = proxy.url.replace('//', `//us%20er:${encodeURIComponent('p@ss:wörd')}@`);
    const forwarder = await createForwarder({ HTTPS_PROXY: url });

    expect(await get(forwarder)).toMatchObject({ status: 200 });
    expect(service.calls[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('is tried once more on a new tunnel when the one that was kept has died, each time', async () => {
    const service = await startTlsService((request, response) => {
      if (service.calls.length === 2 || service.calls.length === 5) request.socket.destroy();
      else answer(request, response);
    });
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url });
    for (let i = 0; i < 4; i += 1) expect(await get(forwarder)).toMatchObject({ status: 200 });

    expect(service.calls.map(({ connection }) => connection)).toEqual([1, 1, 2, 3, 3, 4]);
    expect(proxy.asked).toHaveLength(4);
  });

  test('that writes is not tried again', async () => {
    const service = await startTlsService((request, response) => {
      if (service.calls.length === 2) request.socket.destroy();
      else answer(request, response);
    });
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url });
    await get(forwarder);

    await expect(get(forwarder, ORIGIN, HOST, 'POST')).rejects.toMatchObject({
      type: 'UpstreamUnreachableException',
    });
    expect(service.calls).toHaveLength(2);
  });

  test.each([
    ['another name', 'another.example', ORIGIN, undefined],
    ['the name localhost, and the upstream is an address', 'localhost', new URL('https://192.0.2.1'), true],
    [
      'the name of the Host header in place of that of the upstream',
      HOST,
      new URL('https://proxied.example'),
      true,
    ],
  ])('fails when the certificate has %s', async (_, name, origin, isFixed) => {
    const service = await startTlsService(answer, await ca.issue(name));
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url }, isFixed ? { upstream: origin } : {});

    await expect(get(forwarder, origin, HOST)).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^Cannot forward the call to ${origin.origin}: .*altnames`)),
    });
    expect(service.calls).toEqual([]);
  });

  test('that is kept for another host is checked for the name of the upstream', async () => {
    const upstream = new URL('https://proxied.example:8443');
    const service = await startTlsService(answer, await ca.issue('proxied.example'));
    const proxy = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url }, { upstream });

    expect(await get(forwarder, upstream, HOST)).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual(['proxied.example:8443']);
    expect(service.calls[0]?.headers.host).toBe(HOST);
  });

  test.each(['NO_PROXY', 'no_proxy'])('goes past the proxy to hosts that %s names', async (name) => {
    // It leads to this machine, too, and is no address that always goes past the proxy.
    const here = '0.0.0.0';
    const service = await startTlsService(answer, await ca.issue(here));
    const proxy = await startConnectProxy({ to: service.port });
    const upstream = new URL(`https://${here}:${service.port}`);
    const env = { HTTPS_PROXY: proxy.url };
    await get(await createForwarder(env, { upstream }), upstream);
    expect(proxy.asked).toHaveLength(1);

    expect(await get(await createForwarder({ ...env, [name]: here }, { upstream }), upstream)).toMatchObject({
      status: 200,
    });
    expect(proxy.asked).toHaveLength(1);
  });

  test('on this machine goes past the proxy, its certificate checked for the address', async () => {
    const service = await startTlsService(answer, await ca.issue('127.0.0.1'));
    const proxy = await startConnectProxy({ to: service.port });
    const upstream = new URL(`https://127.0.0.1:${service.port}`);
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url }, { upstream });

    expect(await get(forwarder, upstream, HOST)).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual([]);
  });
});

test('a call to an http upstream goes past every proxy', async () => {
  const upstream = await startUpstream(answer);
  const proxy = await startConnectProxy({ to: 1 });
  const forwarder = await createForwarder({
    HTTP_PROXY: proxy.url,
    HTTPS_PROXY: proxy.url,
    ALL_PROXY: proxy.url,
  });

  expect(await get(forwarder, new URL(upstream))).toMatchObject({ status: 200 });
  expect(proxy.asked).toEqual([]);
});

describe('a proxy that fails', () => {
  const SECRET = 'user:hunter2@';
  const withSecret = (url: string) => url.replace('//', `//${SECRET}`);
  const failure = (url: string, reason: string) => ({
    type: 'UpstreamUnreachableException',
    status: 502,
    message: `Cannot reach ${HOST}:443: the proxy ${url} ${reason}. Check HTTPS_PROXY, or name the host in NO_PROXY.`,
  });
  const failing = async (url: string, limits: Partial<ForwarderLimits> = {}) => {
    const error: unknown = await get(
      await createForwarder({ HTTPS_PROXY: withSecret(url) }, { limits }),
    ).catch((e) => e);
    const shown = error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${error.cause}` : '';
    expect(shown).not.toMatch(/hunter2|aHVudGVyMg|dXNlcjpodW50ZXIy/);
    return error;
  };

  test('by not being there', async () => {
    const url = await deadUpstream();
    expect(await failing(url)).toMatchObject(
      failure(url, `fails (connect ECONNREFUSED ${new URL(url).host})`),
    );
  });

  test.each([
    ['HTTP/1.1 407 No\r\n\r\n', 'refuses with status 407: it wants other credentials in its URL'],
    ['HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!', 'refuses with status 403'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'refuses with status 502'],
    ['SSH-2.0-OpenSSH\r\n\r\n', 'does not answer as a proxy does'],
    ['HTTP/1.1 200 OK\r\nhunter2\r\n\r\n', 'does not answer as a proxy does'],
    ['\r\n\r\n', 'does not answer as a proxy does'],
    ['HTTP/1.1 99999 hm\r\n\r\n', 'does not answer as a proxy does'],
  ])('by answering %j', async (text, reason) => {
    const proxy = await startConnectProxy({ to: 1, answer: text });
    expect(await failing(proxy.url)).toMatchObject(failure(proxy.url, reason));
  });

  test('by asking for other credentials', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port, credentials: 'user:correct' });
    expect(await failing(proxy.url)).toMatchObject(
      failure(proxy.url, 'refuses with status 407: it wants other credentials in its URL'),
    );
    expect(service.calls).toEqual([]);
  });

  test.each([
    ['never answering', ''],
    ['answering half', 'HTTP/1.1 200 O'],
  ])('by %s', async (_, text) => {
    const proxy = await startConnectProxy({ to: 1, answer: text });
    expect(await failing(proxy.url, { connectMs: 50 })).toMatchObject(
      failure(proxy.url, 'did not connect to it within 0.05 s'),
    );
  });

  test('by leading to an upstream that never ends its handshake', async () => {
    const proxy = await startConnectProxy({ to: 1, answer: 'HTTP/1.1 200 OK\r\n\r\n' });
    expect(await failing(proxy.url, { connectMs: 50 })).toMatchObject(
      failure(proxy.url, 'did not connect to it within 0.05 s'),
    );
  });

  test('by closing the connection', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await failing(url)).toMatchObject(failure(url, 'does not answer as a proxy does'));
  });

  test('fails every call, however many there are at once', async () => {
    const proxy = await startConnectProxy({ to: 1, answer: 'HTTP/1.1 503 Busy\r\n\r\n' });
    const forwarder = await createForwarder({ HTTPS_PROXY: proxy.url });
    const all = await Promise.allSettled(Array.from({ length: 300 }, () => get(forwarder)));
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(300);
  });

  test('gets better again, and so do the calls', async () => {
    const service = await startTlsService();
    const first = await startConnectProxy({ to: service.port });
    const forwarder = await createForwarder({ HTTPS_PROXY: first.url });
    await get(forwarder);
    first.resetTunnels();
    expect(await get(forwarder)).toMatchObject({ status: 200 });
    expect(first.asked).toHaveLength(2);
  });
});

describe('a tunnel', () => {
  test('leads through the proxy', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port, credentials: 'a:b' });
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//a:b@') };
    const socket = await tunnelThroughProxy('sts.amazonaws.com', 443, { env });
    const tls = connectTls({ socket: socket as TLSSocket, servername: HOST, ca: ca.ca });
    tls.end('GET / HTTP/1.1\r\nHost: sts\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of tls) text += chunk;

    expect(text).toContain(BODY);
    expect(proxy.asked).toEqual(['sts.amazonaws.com:443']);
  });

  test.each([
    ['2001:db8::1', '[2001:db8::1]:443'],
    ['192.0.2.1', '192.0.2.1:443'],
  ])('to %s asks for %s', async (host, asked) => {
    const proxy = await startConnectProxy({ to: 1, answer: 'HTTP/1.1 403 No\r\n\r\n' });
    await expect(tunnelThroughProxy(host, 443, { env: { HTTPS_PROXY: proxy.url } })).rejects.toMatchObject({
      type: 'UpstreamUnreachableException',
    });
    expect(proxy.asked).toEqual([asked]);
  });

  test.each([{}, { HTTPS_PROXY: 'http://proxy.example', NO_PROXY: 'sts.amazonaws.com' }])(
    'has no proxy to lead through with %j',
    (env) => {
      expect(tunnelThroughProxy('sts.amazonaws.com', 443, { env })).toBeUndefined();
    },
  );
});

describe('the program', () => {
  const target = '/restapis/a1b2c3d4e5/stages';

  test('records through the proxy of its environment, and trusts what NODE_EXTRA_CA_CERTS names', async () => {
    const service = await startTlsService();
    const proxy = await startConnectProxy({ to: service.port });
    const folder = await temporaryFolder();
    const NODE_EXTRA_CA_CERTS = join(folder, 'ca.pem');
    await writeFile(NODE_EXTRA_CA_CERTS, ca.ca);
    const env = { ...credentialVariables(credentials), https_proxy: proxy.url, NODE_EXTRA_CA_CERTS };
    const { url } = restage(['record', '--port', '0', '--dir', folder], { env });
    const headers = { accept: 'application/json' };
    const answered = await sendSigned(await url, { target, credentials, headers, region: 'eu-west-1' });

    expect(answered).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    expect(proxy.asked).toEqual([`${HOST}:443`]);
  });

  test('checks the certificate of a proxy for the name of the proxy', async () => {
    const service = await startTlsService(answer, await ca.issue('proxied.example'));
    const proxy = await startConnectProxy({ to: service.port, identity: await ca.issue('127.0.0.1') });
    const folder = await temporaryFolder();
    const NODE_EXTRA_CA_CERTS = join(folder, 'ca.pem');
    await writeFile(NODE_EXTRA_CA_CERTS, ca.ca);
    const env = { ...credentialVariables(credentials), HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS };
    const upstream = ['--upstream', 'https://proxied.example'];
    const { url } = restage(['passthrough', '--port', '0', ...upstream], { env });

    expect(await sendSigned(await url, { target, credentials })).toMatchObject({ status: 200, text: BODY });
    expect(proxy.asked).toEqual(['proxied.example:443']);
  });

  test('refuses to be its own proxy', async () => {
    const port = new URL(await deadUpstream()).port;
    const env = { ...credentialVariables(credentials), HTTPS_PROXY: `http://user:hunter2@localhost:${port}` };
    const { status, stderr } = await restage(['auto', '--port', port], { env }).ended;

    expect(status).toBe(1);
    expect(stderr).toContain(
      `Cannot forward through the proxy localhost:${port}: that is this restage itself.`,
    );
    expect(stderr).not.toContain('hunter2');
  });

  test.each(['socks5://user:hunter2@proxy.example', 'http://us%er:hunter2@proxy.example', 'http://'])(
    'refuses the proxy %s',
    async (HTTPS_PROXY) => {
      const env = { ...credentialVariables(credentials), HTTPS_PROXY };
      const { status, stderr } = await runRestage(['auto', '--port', '0'], { env });

      expect(status).toBe(2);
      expect(stderr).toContain('HTTPS_PROXY or ALL_PROXY names: it is no http or https URL.');
      expect(stderr).not.toContain('hunter2');
    },
  );

  test('minds no proxy in replay, nor towards an upstream that is not reached through one', async () => {
    const service = await startService();
    const env = { ...credentialVariables(credentials), ALL_PROXY: 'socks5://proxy.example' };
    const replaying = restage(['replay', '--port', '0'], { env });
    const forwarding = restage(['auto', '--port', '0', '--upstream', service.url], { env });

    expect(await replaying.url).toMatch(/^http:/);
    expect(await sendSigned(await forwarding.url, { target, credentials })).toMatchObject({ status: 200 });
  });
});

test('a proxy that is restage itself on a free port answers with a refusal, and no loop', async () => {
  const env: Record<string, string> = credentialVariables(credentials);
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise<void>((resolve) => holder.close(() => resolve()));
  // By a name that restage does not know for its own.
  const { url } = restage(['auto', '--port', String(port)], {
    env: { ...env, HTTPS_PROXY: `http://[::ffff:127.0.0.1]:${port}` },
  });
  const refused = await sendSigned(await url, { target: '/restapis/a1b2c3d4e5/stages', credentials });

  expect(refused.status).toBe(502);
  expect(JSON.parse(refused.text).message).toMatch(/the proxy http:\S+ refuses with status 501\./);
});
