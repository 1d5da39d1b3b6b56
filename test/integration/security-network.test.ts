import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runRestage } from '../support/cli.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { recordInto } from '../support/recorded.ts';
import {
  credentials,
  type Running,
  readCassette,
  run,
  startService,
  temporaryFolder,
} from '../support/restage.ts';
import { type HeaderFields, send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { askForTunnel, openTunnel, proxyAuthorization } from '../support/tunnel.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const TOKEN = 'the-admin-token-of-this-test';
const target = `/restapis/${sample.oneStage}/stages`;

/** A proxy that others can reach, and that takes tunnels. */
async function runOpen(mode: 'record' | 'replay', options = {}): Promise<Running> {
  const caDir = join(await temporaryFolder(), 'ca');
  return run(mode, { host: '0.0.0.0', 'admin-token': TOKEN, intercept: true, 'ca-dir': caDir, ...options });
}

/** Where clients on this machine reach it. */
function local({ port }: Running): string {
  return `http://127.0.0.1:${port}`;
}

function keptHeaders(): HeaderFields {
  return signedHeaders(`http://${HOST}`, { target, credentials, headers: { accept: 'application/json' } });
}

function lines(headers: HeaderFields): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

test.each(['0.0.0.0', '::'])('restage does not start on %s without an admin token', async (host) => {
  const { status, stdout, stderr } = await runRestage(['replay', '-p', '0', '--host', host]);

  expect(stderr).toMatch(
    new RegExp(`^Cannot listen on ${host}: others can reach it, and control would have`),
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

describe('off loopback', () => {
  test('control asks everybody for the admin token, and for nothing like it', async () => {
    const running = await runOpen('replay');
    const wrong = [
      undefined,
      TOKEN,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      'Bearer ',
    ];
    for (const path of ['status', 'calls', 'sessions', 'metrics', 'nope']) {
      for (const authorization of wrong) {
        const headers = { host: 'localhost', ...(authorization !== undefined && { authorization }) };
        const answer = await send(local(running), `/__restage/${path}`, headers);
        expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="restage"']);
        expect(answer.text).not.toContain(TOKEN);
      }
    }
    const right = { host: 'localhost', authorization: `Bearer ${TOKEN}` };
    expect((await send(local(running), '/__restage/status', right)).status).toBe(200);
    const twice = { host: 'localhost', authorization: [`Bearer ${TOKEN}`, 'Bearer x'] };
    expect((await send(local(running), '/__restage/status', twice)).status).toBe(401);
  });

  test.each([
    ['without a password', ''],
    ['with another password', proxyAuthorization('a', 'the-admin-token-of-that-test')],
    ['with the token as the user', proxyAuthorization(TOKEN, '')],
    ['with the token in the header for control', `Authorization: Bearer ${TOKEN}\r\n`],
  ])(
    'a caller %s may not use restage as a proxy, neither by absolute-form nor by a tunnel',
    async (_, line) => {
      const service = await startService();
      for (const mode of ['record', 'replay'] as const) {
        const running = await runOpen(mode, mode === 'record' ? { upstream: service.url } : {});
        const kept = line.startsWith('Authorization') ? `Host: ${HOST}\r\n` : lines(keptHeaders());
        const absolute = await sendRaw(
          running.port,
          `GET http://${HOST}${target} HTTP/1.1\r\n${kept}${line}Connection: close\r\n\r\n`,
        );
        const tunnels = await Promise.all(
          [`${HOST}:443`, 'sts.amazonaws.com:443', 'evil.example:443'].map((authority) =>
            askForTunnel(running.port, authority, line),
          ),
        );
        for (const answer of [absolute, ...tunnels]) {
          expect(answer).toMatch(/^HTTP\/1\.1 407 [\s\S]+Proxy-Authenticate: Basic realm="restage"\r\n/);
          expect(answer).not.toContain(TOKEN);
        }
      }
      expect(service.calls).toEqual([]);
    },
  );

  test('with the password both are answered, and the password goes no further', async () => {
    const service = await startService();
    const running = await runOpen('record', { upstream: service.url });
    const password = proxyAuthorization('worker', TOKEN);
    const absolute = await sendRaw(
      running.port,
      `GET http://${HOST}${target} HTTP/1.1\r\n${lines(keptHeaders())}${password}Connection: close\r\n\r\n`,
    );
    const wire = await openTunnel(running, HOST, password);
    wire.send(`GET ${target} HTTP/1.1\r\n${lines(keptHeaders())}Connection: close\r\n\r\n`);
    const inner = await wire.rest();

    for (const answer of [absolute, inner]) {
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]+x-restage-outcome: recorded\r\n/);
    }
    expect(service.calls).toMatchObject([{ signed: true }, { signed: true }]);
    const sent = service.calls.flatMap(({ rawHeaders }) => rawHeaders).join('\n');
    expect(sent).not.toMatch(/proxy-authorization/i);
    expect(running.calls().map(({ session }) => session)).toEqual(['worker', 'worker']);
  });

  test('a call to restage itself needs no password: its signature is verified', async () => {
    const service = await startService();
    const running = await runOpen('record', { upstream: service.url });
    const stranger = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'not-known-here' };
    const signed = await sendSigned(local(running), { target, credentials });
    const unsigned = await send(local(running), target, { host: 'localhost' });
    const foreign = await sendSigned(local(running), { target, credentials: stranger });

    expect([signed.status, unsigned.status, foreign.status]).toEqual([200, 403, 403]);
    expect(service.calls).toHaveLength(1);
  });

  test('replay answers whoever reaches the port', async () => {
    const service = await startService();
    const dir = await recordInto(service, [target]);
    const running = await runOpen('replay', { dir });

    expect((await send(local(running), target, { host: 'localhost' })).status).toBe(200);
  });
});

describe('a call in a tunnel', () => {
  test.each([
    ['another host of the service', `Host: apigateway.eu-west-1.amazonaws.com\r\n`],
    ['restage itself', 'Host: localhost\r\n'],
    ['its host and another one', `Host: ${HOST}\r\nHost: evil.example\r\n`],
    ['no host', ''],
    ['a web page', `Host: ${HOST}\r\nOrigin: https://evil.example\r\n`],
  ])('that names %s is refused', async (_, line) => {
    const service = await startService();
    const caDir = join(await temporaryFolder(), 'ca');
    const running = await run('record', { upstream: service.url, intercept: true, 'ca-dir': caDir });
    const wire = await openTunnel(running, HOST);
    const { host: _host, ...signature } = keptHeaders() as Record<string, string>;
    wire.send(`GET ${target} HTTP/1.1\r\n${line}${lines(signature)}Connection: close\r\n\r\n`);

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 403 [\s\S]+CallerNotAllowedException/);
    expect(service.calls).toEqual([]);
  });

  test.each(['/__restage/reset', '/@other/__restage/reset', `/@other${target}`])(
    'reaches neither control nor another session by %s',
    async (path) => {
      const service = await startService();
      const dir = await recordInto(service, [target]);
      const caDir = join(await temporaryFolder(), 'ca');
      const running = await run('replay', { dir, intercept: true, 'ca-dir': caDir });
      await send(running.url, `/@other${target}`, { host: 'localhost' });
      const wire = await openTunnel(running, HOST);
      wire.send(`POST ${path} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
      await wire.until('x-restage-outcome: missed\r\n');
      wire.send(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);

      expect(await wire.rest()).toContain('x-restage-outcome: missed\r\n');
      expect(running.calls().map(({ session, outcome }) => `${session} ${outcome}`)).toEqual([
        'other replayed',
        'undefined missed',
        'undefined missed',
      ]);
    },
  );
});

test('a signature is good for five minutes and for the very same call, as often as it is sent', async () => {
  const service = await startService();
  const running = await run('record', { upstream: service.url });
  const headers = signedHeaders(running.url, { target, credentials });
  const old = signedHeaders(running.url, { target, credentials, date: Date.now() - 5 * 60_000 - 2_000 });

  expect((await send(running.url, target, headers)).status).toBe(200);
  expect((await send(running.url, target, headers)).status).toBe(200);
  expect((await send(running.url, `${target}?deploymentId=x`, headers)).status).toBe(403);
  expect((await send(running.url, target, old)).status).toBe(403);
  expect(service.calls).toHaveLength(2);
});

test('a kept call that the service does not accept leaves nothing in the cassette', async () => {
  const service = await startService();
  const running = await run('record', { upstream: service.url });
  const forged = signedHeaders(`http://${HOST}`, {
    target,
    credentials: { ...credentials, secretAccessKey: 'guessed' },
  });
  const { host: _, ...rest } = forged as Record<string, string>;
  const answer = await sendRaw(
    running.port,
    requestHead(`GET http://${HOST}${target}`, { host: HOST, ...rest }),
  );

  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(await readCassette(running.dir)).toEqual({});
});
