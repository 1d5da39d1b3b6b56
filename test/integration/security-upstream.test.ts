import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultLimits, Forwarder } from '../../src/http/upstream/forwarder.ts';
import { createCa } from '../support/certificates.ts';
import { credentials, readCassette, run, startService } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { startUpstream } from '../support/upstream.ts';

const target = `/restapis/${sample.oneStage}/stages`;

describe('a hostile upstream', () => {
  test.each([301, 302, 307, 308])('that answers %i leads restage nowhere', async (status) => {
    const elsewhere = await startService();
    const upstream = await startUpstream((_, response) =>
      response.writeHead(status, { Location: elsewhere.url + target }).end(),
    );
    const restage = await run('record', { upstream });
    const answer = await sendSigned(restage.url, { target, credentials });

    expect(answer).toMatchObject({ status, headers: { 'x-restage-outcome': 'forwarded' } });
    expect(elsewhere.calls).toEqual([]);
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test('is not unpacked beyond 8 MB, and others are answered meanwhile', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, ' '), { level: 9 });
    const upstream = await startUpstream((request, response) => {
      if (request.url !== target) response.end('{"item":[]}');
      else response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': bomb.length }).end(bomb);
    });
    const restage = await run('record', { upstream });
    const before = process.memoryUsage().rss;
    const [bombed, other] = await Promise.all([
      sendSigned(restage.url, { target, credentials }),
      sendSigned(restage.url, { target: '/restapis/other/stages', credentials }),
    ]);

    expect(bombed).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'forwarded' } });
    expect(bombed.body.equals(bomb)).toBe(true);
    expect(other.headers['x-restage-outcome']).toBe('recorded');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test.each([
    ['a type that is no name', 404, 'NotFound Exception; x=<script>'],
    ['a type of another status', 404, 'BadRequestException'],
    ['a type that is a path', 404, '../NotFoundException'],
  ])('that sends %s has nothing stored', async (_, status, type) => {
    const upstream = await startUpstream((_request, response) =>
      response.writeHead(status, { 'x-amzn-ErrorType': type }).end('{"message":"x"}'),
    );
    const restage = await run('record', { upstream });
    const answer = await sendSigned(restage.url, { target, credentials });

    expect(answer.headers['x-restage-outcome']).toBe('forwarded');
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test.each([
    ['a client key', { 'client-key': ['CLIENTKEY:client-secret'] }, {}],
    ['trust', { 'trust-clients': true }, { sessionToken: 'client-token' }],
  ])('gets no secret, and nothing of the keys of a client that is known by %s', async (_, options, token) => {
    const received: string[] = [];
    const upstream = await startUpstream((request, response) => {
      received.push(...request.rawHeaders, request.url ?? '');
      response.end('{"item":[]}');
    });
    const restage = await run('record', { upstream, 'admin-token': 'sixteen-characters', ...options });
    const client = { accessKeyId: 'CLIENTKEY', secretAccessKey: 'client-secret', ...token };
    const answer = await sendSigned(restage.url, { target, credentials: client });

    expect(answer.status).toBe(200);
    expect(received.join('\n')).toMatch(/Credential=AKIDEXAMPLE\//);
    expect(received.join('\n')).not.toMatch(
      /example-secret|CLIENTKEY|client-secret|client-token|sixteen-char/,
    );
  });
});

describe('an https upstream that is reached directly', () => {
  async function forwardTo(names: readonly string[], isTrusted: boolean, host = '127.0.0.1') {
    const [own, other] = [await createCa(), await createCa()];
    const server = createServer(await own.issue(...names), (_, response) => response.end('{"item":[]}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = new URL(`https://${host}:${(server.address() as AddressInfo).port}`);
    const forwarder = await Forwarder.open(origin, defaultLimits, {
      env: {},
      ca: (isTrusted ? own : other).ca,
    });
    onTestFinished(() => {
      forwarder.close();
      server.close();
      server.closeAllConnections();
    });
    // A kept call names the service, not the upstream.
    const headers = ['Host', 'apigateway.us-east-1.amazonaws.com'];
    return forwarder.forward({ origin, method: 'GET', target, headers, body: Buffer.of() }, true);
  }

  test('is sent calls when its certificate is for it, by a CA that is trusted', async () => {
    expect(await forwardTo(['127.0.0.1'], true)).toMatchObject({ status: 200 });
  });

  // Another way to say 127.0.0.1. Node.js 22.23 takes no certificate for one of an IPv6 address.
  test('is told by an IPv6 address, too', async () => {
    const mapped = '[::ffff:7f00:1]';
    expect(await forwardTo(['::ffff:7f00:1'], true, mapped)).toMatchObject({ status: 200 });
    await expect(forwardTo(['::ffff:7f00:2', '127.0.0.1', 'a.example'], true, mapped)).rejects.toMatchObject({
      type: 'UpstreamUnreachableException',
    });
  });

  test.each([
    ['another name', ['other.example'], true],
    ['the name that the call is for', ['apigateway.us-east-1.amazonaws.com'], true],
    ['a CA that is not trusted', ['127.0.0.1'], false],
  ])('is sent nothing when its certificate has %s', async (_, names, isTrusted) => {
    await expect(forwardTo(names, isTrusted)).rejects.toMatchObject({ type: 'UpstreamUnreachableException' });
  });
});
