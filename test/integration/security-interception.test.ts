import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openWire, Wire } from '../support/bare-server.ts';
import { restage, runRestage } from '../support/cli.ts';
import { recordInto } from '../support/recorded.ts';
import { run, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';
import { askForTunnel, openTunnel } from '../support/tunnel.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const target = `/restapis/${sample.oneStage}/stages`;
const preload = fileURLToPath(new URL('../support/watch/watch.cjs', import.meta.url));

test('replay opens no socket and asks no DNS with --intercept either, whatever tunnels are asked for', async () => {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  const folder = await temporaryFolder();
  const WATCH_FILE = join(folder, 'notes');
  const caDir = join(folder, 'ca');
  const flags = ['--dir', dir, '--intercept', '--ca-dir', caDir, '--tunnel', 'git.example', '-p', '0'];
  const running = restage(['replay', ...flags], {
    env: {
      WATCH_FILE,
      HTTPS_PROXY: service.url,
      AWS_ENDPOINT_URL: service.url,
      RESTAGE_UPSTREAM: service.url,
    },
    nodeArgs: ['--require', preload],
  });
  const port = Number(new URL(await running.url).port);
  for (const authority of ['sts.amazonaws.com:443', 'git.example:443', `${HOST}:8443`]) {
    const refused = await askForTunnel(port, authority);
    expect(refused).toMatch(/^HTTP\/1\.1 403 [\s\S]+in replay restage connects to nowhere/);
  }
  const outer = await openWire(port);
  outer.send(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
  await outer.until('\r\n\r\n');
  outer.socket.removeAllListeners('data');
  const ca = await readFile(join(caDir, 'ca.pem'), 'utf8');
  const inner = new Wire(connectTls({ socket: outer.socket, servername: HOST, ca }));
  for (const asked of [target, '/restapis/none/stages'])
    inner.send(`GET ${asked} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  await inner.until('x-restage-outcome: replayed');
  await inner.until('x-restage-outcome: missed');
  running.kill('SIGTERM');
  expect((await running.ended).status).toBe(0);

  const lines = (await readFile(WATCH_FILE, 'utf8')).trim().split('\n');
  const notes: { kind: string; detail: string }[] = lines.map((line) => JSON.parse(line));
  expect(notes.filter(({ kind }) => kind !== 'module')).toEqual([
    { kind: 'dns', detail: 'lookup "127.0.0.1"' },
  ]);
  expect(service.calls).toHaveLength(1);
});

test("the local CA's key is made for its owner alone, and nothing that restage prints has it", async () => {
  const caDir = join(await temporaryFolder(), 'data', 'ca');
  const said = await runRestage(['ca', '--ca-dir', caDir]);
  const serving = restage(['replay', '-p', '0', '--intercept', '--ca-dir', caDir], {
    env: { DEBUG: 'restage' },
  });
  await serving.url;
  serving.kill('SIGTERM');
  const served = await serving.ended;
  const key = await readFile(join(caDir, 'ca-key.pem'), 'utf8');
  const [body = ''] = /^MI.+$/m.exec(key) ?? [];

  expect((await stat(join(caDir, 'ca-key.pem'))).mode & 0o777).toBe(0o600);
  expect((await stat(caDir)).mode & 0o777).toBe(0o700);
  expect(body.length).toBeGreaterThan(40);
  for (const text of [said.stdout, said.stderr, served.stdout, served.stderr])
    expect(text).not.toContain(body);
  for (const name of ['ca.pem', 'bundle.pem'])
    expect(await readFile(join(caDir, name), 'utf8')).not.toMatch(/PRIVATE KEY/);
});

test.each(['169.254.169.254:443', '127.0.0.1:443', '[::1]:443', 'localhost:443', '2130706433:443'])(
  'no tunnel leads to %s',
  async (authority) => {
    const caDir = join(await temporaryFolder(), 'ca');
    const running = await run('passthrough', {
      upstream: 'http://127.0.0.1:9',
      intercept: true,
      'ca-dir': caDir,
    });
    expect(await askForTunnel(running.port, authority)).toMatch(/^HTTP\/1\.1 403 /);
  },
);

test('the certificate in a tunnel is that of its host, whatever name the client asks for', async () => {
  const caDir = join(await temporaryFolder(), 'ca');
  const running = await run('replay', { intercept: true, 'ca-dir': caDir });
  await openTunnel(running, HOST);
  const outer = await openWire(running.port);
  outer.send(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
  await outer.until('\r\n\r\n');
  outer.socket.removeAllListeners('data');
  const secure = connectTls({
    socket: outer.socket,
    servername: 'www.example.com',
    rejectUnauthorized: false,
  });
  await new Promise((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));

  expect(secure.getPeerCertificate().subjectaltname).toBe(`DNS:${HOST}`);
  secure.destroy();
});
