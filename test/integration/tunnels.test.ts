import { connect as connectTls, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CallError } from '../../src/errors.ts';
import type { TunnelDecision, TunnelReport, TunnelSettings } from '../../src/http/tunnels/tunnel.ts';
import { createTunnelPolicy } from '../../src/http/tunnels/tunnel-policy.ts';
import { takeTunnels } from '../../src/http/tunnels/tunnels.ts';
import { type BareServer, openWire, plain, startBareServer, Wire } from '../support/bare-server.ts';
import { makeCertificate, type TestCertificate } from '../support/certificate.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const CONNECT = `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n`;
const CALL = `GET /a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await makeCertificate(HOST);
});

/** A server that intercepts, and what it told of its tunnels. */
interface Intercepting extends BareServer {
  readonly reports: readonly TunnelReport[];
  readonly failures: ReadonlyArray<readonly [host: string, message: string]>;
}

async function intercepting(
  settings: Parameters<typeof startBareServer>[0] = {},
  tunnels: Partial<TunnelSettings> = {},
): Promise<Intercepting> {
  const reports: TunnelReport[] = [];
  const failures: [string, string][] = [];
  const server = await startBareServer({
    ...settings,
    tunnels: takeTunnels({
      decide: createTunnelPolicy({ forwards: false, intercepts: true, allowed: [] }),
      contextFor: async () => certificate.context,
      dial: undefined,
      onTunnel: (report) => reports.push(report),
      onTunnelError: (host, error) => failures.push([host, error.message]),
      ...tunnels,
    }),
  });
  return { ...server, reports, failures };
}

interface TunnelOptions {
  readonly headers?: string;
  readonly ca?: string;
  readonly maxVersion?: 'TLSv1.1';
  readonly alpn?: string[];
}

/** Opens a tunnel and does TLS in it, as a client that trusts the certificate. */
async function openTunnel(
  port: number,
  options: TunnelOptions = {},
): Promise<{ secure: TLSSocket; wire: Wire }> {
  const outer = await openWire(port);
  outer.send(`${CONNECT}${options.headers ?? ''}\r\n`);
  expect(await outer.until('\r\n\r\n')).toBe('HTTP/1.1 200 Connection Established\r\n\r\n');
  outer.socket.removeAllListeners('data');
  const { maxVersion } = options;
  const secure = connectTls({
    socket: outer.socket,
    servername: HOST,
    ca: options.ca ?? certificate.pem,
    ALPNProtocols: options.alpn ?? ['h2', 'http/1.1'],
    ...(maxVersion && { maxVersion, minVersion: maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' }),
  });
  onTestFinished(() => {
    secure.destroy();
  });
  await new Promise((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));
  return { secure, wire: new Wire(secure) };
}

describe('an intercepted tunnel', () => {
  test('carries calls one after the other, each for the host of the tunnel', async () => {
    const server = await intercepting();
    const { secure, wire } = await openTunnel(server.port, {
      headers: 'Proxy-Authorization: Basic YTpi\r\n',
    });
    wire.send(CALL);
    await wire.until('\r\n\r\n/a');
    wire.send(
      CALL.replace('/a', `https://${HOST}/b`).replace('\r\n\r\n', '\r\nProxy-Authorization: x\r\n\r\n'),
    );
    await wire.until('\r\n\r\n/b');
    wire.send(CALL.replace('/a', `https://${HOST}./c`));
    await wire.until('\r\n\r\n/c');

    expect(secure.alpnProtocol).toBe('http/1.1');
    expect(secure.getProtocol()).toBe('TLSv1.3');
    for (const call of server.calls) {
      expect(call).toMatchObject({
        authority: `${HOST}:443`,
        proxyAuthorization: 'Basic YTpi',
        hosts: [HOST],
      });
      expect(call.isFromLoopback()).toBe(true);
      expect(call.isAbandoned()).toBe(false);
      expect(call.client).toBe('127.0.0.1 -');
    }
    expect(server.calls.map(({ target }) => target)).toEqual(['/a', '/b', '/c']);
    expect(server.reports).toEqual([
      { authority: `${HOST}:443`, decision: { type: 'intercept', host: HOST } },
    ]);
    expect(server.failures).toEqual([]);
  });

  test('without a password of its own has no other either', async () => {
    const server = await intercepting();
    const { wire } = await openTunnel(server.port);
    wire.send(CALL.replace('\r\n\r\n', '\r\nProxy-Authorization: x\r\n\r\n'));
    await wire.until('\r\n\r\n/a');

    expect(server.calls[0]?.proxyAuthorization).toBeUndefined();
  });

  test('carries bodies', async () => {
    const server = await intercepting();
    const { wire } = await openTunnel(server.port);
    wire.send(`POST /b HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\n\r\nxyz`);
    await wire.until('\r\n\r\n/b');

    expect(Buffer.from(server.calls[0]?.body ?? []).toString()).toBe('xyz');
  });

  test('loses nothing of what the client sent before the tunnel was open', async () => {
    const server = await intercepting();
    const inner = await openWire(server.port);
    // A TLS client whose first bytes go out together with the CONNECT.
    const { Duplex } = await import('node:stream');
    let isFirst = true;
    const pipe = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        inner.socket.write(isFirst ? Buffer.concat([Buffer.from(`${CONNECT}\r\n`), chunk]) : chunk);
        isFirst = false;
        done();
      },
    });
    let head = '';
    inner.socket.removeAllListeners('data');
    inner.socket.on('data', (text: string) => {
      if (head.endsWith('\r\n\r\n')) pipe.push(text, 'latin1');
      else {
        const end = text.indexOf('\r\n\r\n') + 4;
        head += text.slice(0, end);
        if (end < text.length) pipe.push(text.slice(end), 'latin1');
      }
    });
    const secure = connectTls({ socket: pipe, servername: HOST, ca: certificate.pem });
    const wire = new Wire(secure);
    wire.send(CALL);

    await wire.until('\r\n\r\n/a');
    expect(head).toBe('HTTP/1.1 200 Connection Established\r\n\r\n');
  });

  test.each([
    `https://apigateway.eu-west-1.amazonaws.com/b`,
    'http://localhost/__restage/status',
    `https://${HOST}@evil.example/`,
    `https://${HOST}.evil.example/`,
  ])('refuses a call for %s', async (target) => {
    const server = await intercepting();
    const { wire } = await openTunnel(server.port);
    const { host } = new URL(target);
    wire.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 400 [\s\S]+its target names another host than its tunnel/);
    expect(server.calls).toEqual([]);
    expect(server.garbage).toHaveLength(1);
  });

  test('refuses another tunnel in it', async () => {
    const server = await intercepting();
    const { wire } = await openTunnel(server.port);
    wire.send(`${CONNECT}\r\n`);

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 400 [\s\S]+it comes through another one/);
    expect(server.reports.map(({ decision }) => decision.type)).toEqual(['intercept', 'refuse']);
  });

  test('has the limits of the server', async () => {
    const server = await intercepting({ limits: { headMs: 50, checkMs: 20 } });
    const { wire } = await openTunnel(server.port);
    wire.send('GET /a HTTP/1.1\r\n');

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 408 /);
    expect(server.calls).toEqual([]);
  });

  test('tells when its client has gone', async () => {
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const server = await intercepting({
      answer: () => {
        arrived();
        return new Promise(() => {});
      },
    });
    const { secure, wire } = await openTunnel(server.port);
    wire.send(CALL);
    await arrival;
    secure.destroy();

    await expect.poll(() => server.calls[0]?.isAbandoned()).toBe(true);
  });

  test('that is idle is closed at once when the server stops', async () => {
    const server = await intercepting();
    const used = await openTunnel(server.port);
    used.wire.send(CALL);
    await used.wire.until('\r\n\r\n/a');
    const unused = await openTunnel(server.port);
    const unfinished = await openWire(server.port);
    unfinished.send(`${CONNECT}\r\n`);
    await unfinished.until('\r\n\r\n');

    await server.close(60_000);
    await Promise.all([used.wire.rest(), unused.wire.rest(), unfinished.rest()]);
    // Whom the server hangs up on did not fail.
    expect(server.failures).toEqual([]);
  });

  test('lets the call in it end when the server stops', async () => {
    let answer: () => void = () => {};
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const server = await intercepting({
      answer: () =>
        new Promise((resolve) => {
          answer = () => resolve(plain(200, 'late'));
          arrived();
        }),
    });
    const { wire } = await openTunnel(server.port);
    wire.send(CALL);
    await arrival;
    const closing = server.close(60_000);
    answer();

    expect(await wire.rest()).toMatch(/late$/);
    await closing;
  });
});

describe('a handshake that comes to nothing', () => {
  test.each<[string, TunnelOptions, RegExp]>([
    ['because the certificate is not trusted', { ca: 'other' }, /without a call|hang up|unknown ca/],
    ['because it is too old', { maxVersion: 'TLSv1.1' }, /unsupported protocol|version/i],
    ['because HTTP/1.1 is not wanted', { alpn: ['h2'] }, /protocol/i],
  ])('%s is reported, and the server lives', async (_, { ca, ...options }, reason) => {
    const server = await intercepting();
    const other = ca && (await makeCertificate(HOST)).pem;
    await expect(openTunnel(server.port, { ...options, ...(other && { ca: other }) })).rejects.toThrow();

    await expect.poll(() => server.failures).toEqual([[HOST, expect.stringMatching(reason)]]);
    expect(server.errors).toEqual([]);
    const { wire } = await openTunnel(server.port);
    wire.send(CALL);
    await wire.until('\r\n\r\n/a');
  });

  test.each([
    ['is not TLS', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['is an alert of the client', '\x15\x03\x01\x00\x02\x02\x30'],
    ['is broken TLS', '\x16\x03\x01\xff\xff\x01'],
  ])('because it %s is reported, and the server lives', async (_, text) => {
    const server = await intercepting();
    const wire = await openWire(server.port);
    wire.send(`${CONNECT}\r\n`);
    await wire.until('\r\n\r\n');
    wire.send(text);
    wire.socket.end();
    await wire.rest();

    await expect.poll(() => server.failures).toHaveLength(1);
    expect(server.calls).toEqual([]);
    expect(server.errors).toEqual([]);
  });

  test('takes as long as it may, and no longer', async () => {
    const server = await intercepting({ limits: { handshakeMs: 50 } });
    const wire = await openWire(server.port);
    wire.send(`${CONNECT}\r\n`);
    await wire.until('\r\n\r\n');
    wire.send('\x16\x03\x01\x00\xff');

    await wire.rest();
    expect(server.failures).toEqual([[HOST, 'the TLS handshake took more than 0.05 s']]);
  });

  test('because there is no certificate is answered', async () => {
    const server = await intercepting({}, { contextFor: () => Promise.reject(new Error('no CA')) });
    const wire = await openWire(server.port);
    wire.send(`${CONNECT}\r\n`);

    expect(await wire.rest()).toMatch(/^HTTP\/1\.1 500 [\s\S]+no CA/);
    expect(server.errors).toHaveLength(1);
  });
});

describe('a CONNECT that is refused', () => {
  test.each([
    [
      'another host',
      'CONNECT sts.amazonaws.com:443 HTTP/1.1\r\n\r\n',
      403,
      'in replay restage connects to nowhere',
    ],
    ['another port', `CONNECT ${HOST}:8443 HTTP/1.1\r\n\r\n`, 403, 'on port 443 alone'],
    ['a web page', `${CONNECT}Origin: https://evil.example\r\n\r\n`, 403, 'a web page asked for it'],
    ['another Host', `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: localhost\r\n\r\n`, 403, 'its Host is another'],
    ['a body', `${CONNECT}Content-Length: 40\r\n\r\n${CALL}`, 400, 'a CONNECT has no body'],
    ['chunks', `${CONNECT}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${CALL}`, 400, 'a CONNECT has no body'],
  ])('for %s is answered, reported once, and the connection closed', async (_, text, status, reason) => {
    const server = await intercepting();
    const wire = await openWire(server.port);
    wire.send(text);
    const answer = await wire.rest();

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(reason);
    expect(answer).toContain('\r\nConnection: close\r\n');
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(server.reports).toMatchObject([{ decision: { type: 'refuse', error: { status } } }]);
    expect(server.calls).toEqual([]);
  });

  test('asks for a password with status 407', async () => {
    const decide = (): TunnelDecision => ({
      type: 'refuse',
      error: new CallError('ProxyAuthenticationRequiredException', 'Cannot.'),
    });
    const server = await intercepting({}, { decide });
    const wire = await openWire(server.port);
    wire.send(`${CONNECT}\r\n`);
    const answer = await wire.rest();

    expect(answer).toMatch(/^HTTP\/1\.1 407 Proxy Authentication Required\r\n/);
    expect(answer).toContain('\r\nProxy-Authenticate: Basic realm="restage"\r\n');
  });

  test('is closed even if the client never does', async () => {
    const server = await intercepting({ limits: { lingerMs: 20 } });
    const wire = await openWire(server.port);
    wire.send('CONNECT sts.amazonaws.com:443 HTTP/1.1\r\n\r\n');
    await wire.rest();

    // The client's half is open still: what it sends finds nobody.
    await expect
      .poll(() => {
        wire.socket.write('x');
        return wire.socket.destroyed;
      })
      .toBe(true);
  });

  test('behind a call that is not answered yet breaks the connection', async () => {
    const server = await intercepting({ answer: () => new Promise(() => {}) });
    const wire = await openWire(server.port);
    wire.send(`${CALL}${CONNECT}\r\n`);

    expect(await wire.rest()).toBe('');
    expect(server.reports).toEqual([]);
  });
});

test('without tunnels a CONNECT is answered with 501', async () => {
  const server = await startBareServer();
  const wire = await openWire(server.port);
  wire.send(`${CONNECT}\r\n`);

  expect(await wire.rest()).toMatch(/^HTTP\/1\.1 501 Not Implemented\r\n[\s\S]+AWS_ENDPOINT_URL_API_GATEWAY/);
});
