import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openWire } from '../support/bare-server.ts';
import { createCa, type ThrowawayCa } from '../support/certificates.ts';
import { restage, runRestage } from '../support/cli.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { credentials, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { agentThrough, HOST, SERVICE } from '../support/tunnel.ts';
import { deadUpstream } from '../support/upstream.ts';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 60_000 });

const target = `/restapis/${sample.twoStages}/stages`;
const resolver = fileURLToPath(new URL('../support/watch/resolver.cjs', import.meta.url));

let ca: ThrowawayCa;
beforeAll(async () => {
  ca = await createCa();
});

/** The stand-in by TLS, under the service's own name, behind a company's proxy: the only way there. */
async function startCompany() {
  const service = await startService();
  const server = createTlsServer(await ca.issue(HOST), (secure) => {
    const plain = connect(service.port, '127.0.0.1');
    secure.pipe(plain).pipe(secure);
    secure.on('error', () => plain.destroy());
    plain.on('error', () => secure.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const proxy = await startConnectProxy({
    to: (server.address() as AddressInfo).port,
    credentials: 'me:hunter2',
  });
  return { service, proxy, proxyUrl: proxy.url.replace('//', '//me:hunter2@') };
}

/** A program that takes tunnels and knows no names of its own, and a client of it. */
async function startIntercepting(env: Record<string, string>, port = '0', given?: string) {
  const folder = given ?? (await temporaryFolder());
  const roots = join(folder, 'company.pem');
  await writeFile(roots, ca.ca);
  const flags = [
    '--port',
    port,
    '--dir',
    folder,
    '--intercept',
    '--ca-dir',
    join(folder, 'ca'),
    '--log',
    'pretty',
  ];
  const program = restage(['record', ...flags], {
    env: { NODE_EXTRA_CA_CERTS: roots, RESOLVES_TO: '', ...env },
    nodeArgs: ['--require', resolver],
  });
  const url = await program.url;
  const trust = {
    certificatePath: join(folder, 'ca', 'ca.pem'),
    bundlePath: join(folder, 'ca', 'bundle.pem'),
    additionsPath: join(folder, 'ca', 'ca.pem'),
  };
  const proxy = { url, port: Number(new URL(url).port), trust };
  const ask = () => sendSigned(SERVICE, { target, credentials }, agentThrough(proxy));
  return { program, proxy, ask };
}

describe('restage that takes tunnels behind a company proxy', () => {
  test('keeps the signature of calls, and brings them to the service through that proxy', async () => {
    const { service, proxy, proxyUrl } = await startCompany();
    const { program, ask } = await startIntercepting({ HTTPS_PROXY: proxyUrl });

    expect(await ask()).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    expect(await ask()).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    expect(proxy.asked).toEqual([`${HOST}:443`]);
    expect(service.calls.map(({ signed }) => signed)).toEqual([true, true]);
    expect(service.calls[0]?.rawHeaders).toContain(HOST);
    program.kill('SIGTERM');
    expect((await program.ended).stderr).not.toContain('hunter2');
  });

  test('takes the direct way to what NO_PROXY names', async () => {
    const { proxy, proxyUrl } = await startCompany();
    const { ask } = await startIntercepting({ HTTPS_PROXY: proxyUrl, NO_PROXY: '.amazonaws.com' });
    const answer = await ask();

    expect(answer.status).toBe(502);
    expect(answer.text).toContain('ENOTFOUND');
    expect(proxy.asked).toEqual([]);
  });

  test('has tunnels that only pass lead through that proxy, too', async () => {
    const { proxy, proxyUrl } = await startCompany();
    const { proxy: own } = await startIntercepting({ HTTPS_PROXY: proxyUrl });
    const wire = await openWire(own.port);
    wire.send('CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\n');
    await wire.until('HTTP/1.1 200 Connection Established\r\n\r\n');

    expect(proxy.asked).toEqual(['sts.us-east-1.amazonaws.com:443']);
  });
});

describe('a proxy that is restage itself', () => {
  test('is refused at the start', async () => {
    const port = new URL(await deadUpstream()).port;
    const flags = ['--port', port, '--intercept', '--ca-dir', await temporaryFolder()];
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const { status, stdout, stderr } = await runRestage(['record', ...flags], { env });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      `Cannot forward through the proxy 127.0.0.1:${port}: that is this restage itself. Unset HTTPS_PROXY and ALL_PROXY here.\n`,
    );
  });

  test('is no loop under a name that restage does not know for its own, even if it trusts its CA', async () => {
    const port = new URL(await deadUpstream()).port;
    const HTTPS_PROXY = `http://[::ffff:127.0.0.1]:${port}`;
    const folder = await temporaryFolder();
    const untrusting = await startIntercepting({ HTTPS_PROXY }, port, folder);
    const refused = await untrusting.ask();
    untrusting.program.kill('SIGTERM');
    await untrusting.program.ended;
    // As in a shell that the lines of `restage ca` were pasted into.
    const NODE_EXTRA_CA_CERTS = untrusting.proxy.trust.certificatePath;
    const { ask } = await startIntercepting({ HTTPS_PROXY, NODE_EXTRA_CA_CERTS }, port, folder);

    expect(refused.status).toBe(502);
    const looped = await ask();
    expect(looped).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'LoopDetectedException' },
    });
  });
});
