import { describe, expect, test } from 'vitest';
import { requestHead, sendRaw } from '../support/raw.ts';
import { recordInto } from '../support/recorded.ts';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { type RequestToSign, send, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const target = `/restapis/${sample.oneStage}/stages`;
const own = { host: 'localhost' };

/** A path that would lead elsewhere, were somebody to tidy it up. */
interface Trick {
  readonly path: string;
  /** What the service gets, if anything. */
  readonly forwarded?: string;
  /** What is signed, where that is not the path: Signature Version 4 resolves the dots. */
  readonly signedAs?: string;
}

const tricks: readonly Trick[] = [
  { path: '/@a/../__restage/reset', forwarded: '/../__restage/reset', signedAs: '/__restage/reset' },
  { path: '/@a/%2e%2e/__restage/reset', forwarded: '/%2e%2e/__restage/reset' },
  { path: '/@a/%2E%2E/%2E%2E/__restage/reset', forwarded: '/%2E%2E/%2E%2E/__restage/reset' },
  { path: '/@a/./__restage/reset', forwarded: '/./__restage/reset', signedAs: '/@a/__restage/reset' },
  { path: '/@a/%5f%5frestage/reset', forwarded: '/%5f%5frestage/reset' },
  { path: '/@a/__restage%2freset', forwarded: '/__restage%2freset' },
  { path: '/@a/@b/__restage/reset', forwarded: '/@b/__restage/reset' },
  { path: '/@a/%40b/__restage/reset', forwarded: '/%40b/__restage/reset' },
  { path: '/@a?/__restage/reset', forwarded: '/?/__restage/reset' },
  { path: '/@a//__restage/reset' },
  { path: '//__restage/reset' },
  { path: '/@a%2f..%2f__restage/reset' },
  { path: '/@a/__restage/../../__restage/reset' },
  { path: '/@a\\..\\__restage\\reset' },
  { path: '/@a;/../__restage/reset' },
];

describe('a path under a session', () => {
  test.each(tricks)('$path resets neither the server nor another session', async ({ path }) => {
    const service = await startService();
    const dir = await recordInto(service, [target]);
    const restage = await run('replay', { dir, order: 'strict' });
    for (const prefix of ['', '/@b']) {
      expect((await send(restage.url, `${prefix}${target}`, own)).headers['x-restage-outcome']).toBe(
        'replayed',
      );
    }
    const answer = await send(restage.url, path, own, { method: 'POST' });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    // What was used up is used up still, and the journals are as they were.
    for (const prefix of ['', '/@b']) {
      expect((await send(restage.url, `${prefix}${target}`, own)).headers['x-restage-outcome']).toBe(
        'missed',
      );
    }
    expect(restage.calls().length).toBeGreaterThanOrEqual(4);
  });

  test.each(tricks)(
    '$path is forwarded nowhere but to the path it says',
    async ({ path, forwarded, signedAs = path }) => {
      const service = await startService();
      const restage = await run('passthrough', { upstream: service.url });
      const headers = signedHeaders(restage.url, { method: 'POST', target: signedAs, credentials });
      await send(restage.url, path, headers, { method: 'POST' });

      expect(service.calls.map(({ target }) => target)).toEqual(forwarded === undefined ? [] : [forwarded]);
    },
  );

  test.each([
    'sessions',
    'sessions/b',
    'metrics',
    '../__restage/sessions',
    '%2e%2e/%2e%2e/__restage/sessions',
  ])('leads to no %s, which are the server’s', async (path) => {
    const restage = await run('replay');
    await send(restage.url, `/@b${target}`, own);
    for (const method of ['GET', 'DELETE', 'POST']) {
      const answer = await send(restage.url, `/@a/__restage/${path}`, own, { method });
      expect(answer.status).toBe(404);
    }
    const { sessions } = JSON.parse((await send(restage.url, '/__restage/sessions', own)).text);
    expect(sessions).toMatchObject([{ session: 'b' }]);
  });
});

describe.each(['record', 'auto', 'passthrough'] as const)('while it may %s', (mode) => {
  const stranger = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' };
  const sessionsOf = async (url: string) =>
    JSON.parse((await send(url, '/__restage/sessions', own)).text).sessions as { session: string }[];

  test('no session is made for whoever may not call, and the log tells which was named', async () => {
    const service = await startService();
    const restage = await run(mode, { upstream: service.url, 'client-key': ['AKIDCLIENT:secret'] });
    const path = `/@new${target}`;
    const signed = (request: Partial<RequestToSign>) =>
      signedHeaders(restage.url, { target: path, credentials, ...request });
    const strangers: ReadonlyArray<Parameters<typeof send>> = [
      [restage.url, path, own],
      [restage.url, path, signed({ credentials: stranger })],
      [restage.url, path, signed({ credentials: { ...credentials, secretAccessKey: 'forged' } })],
      [restage.url, path, signed({ target })],
      [restage.url, path, { ...signed({}), 'x-http-method': 'DELETE' }],
      [
        restage.url,
        path,
        signed({ method: 'DELETE', credentials: { accessKeyId: 'AKIDCLIENT', secretAccessKey: 'secret' } }),
        { method: 'DELETE' },
      ],
    ];
    for (const call of strangers) expect((await send(...call)).status).toBe(403);

    expect(await sessionsOf(restage.url)).toEqual([]);
    expect(restage.calls().map(({ session, outcome }) => [session, outcome])).toEqual(
      strangers.map(() => ['new', 'refused']),
    );
    expect((await send(restage.url, path, signed({}))).status).toBe(200);
    expect(await sessionsOf(restage.url)).toMatchObject([{ session: 'new' }]);
    expect((await send(restage.url, path, own)).status).toBe(403);
  });
});

test('no session is made for whoever shows no password to the forward proxy, off loopback', async () => {
  const token = 'sixteen-characters';
  const restage = await run('replay', {
    host: '0.0.0.0',
    'admin-token': token,
    intercept: true,
    'ca-dir': await temporaryFolder(),
  });
  const host = 'apigateway.us-east-1.amazonaws.com';
  for (const password of ['', 'wrong'])
    await sendRaw(
      restage.port,
      requestHead(`GET http://${host}${target}`, {
        host,
        'proxy-authorization': `Basic ${Buffer.from(`new:${password}`).toString('base64')}`,
      }),
    );
  const right = { ...own, authorization: `Bearer ${token}` };
  const url = `http://127.0.0.1:${restage.port}`;
  expect(JSON.parse((await send(url, '/__restage/sessions', right)).text)).toEqual({ sessions: [] });
});

test('whoever may not use control makes no session by it', async () => {
  const restage = await run('replay', { 'admin-token': 'sixteen-characters' });
  expect((await send(restage.url, '/@made/__restage/status', own)).status).toBe(401);

  const right = { ...own, authorization: 'Bearer sixteen-characters' };
  expect(JSON.parse((await send(restage.url, '/__restage/sessions', right)).text)).toEqual({ sessions: [] });
});
