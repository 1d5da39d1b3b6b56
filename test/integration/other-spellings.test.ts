import { describe, expect, test } from 'vitest';
import { serverRoutes } from '../../src/control/routes.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { ask, forwardingModes, recordInto, runOn, saidBy } from '../support/recorded.ts';
import { credentials, getStages, readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.twoStages;
const target = `/restapis/${API}/stages`;
const health = '/__restage/health';

async function recorded() {
  const service = await startService();
  return { service, dir: await recordInto(service, [target]) };
}

/** The status line, the headers that tell of the body, and the body. */
async function rawAnswer(port: number, method: string, path: string, headers: Record<string, string> = {}) {
  const answer = await sendRaw(port, requestHead(`${method} ${path}`, { Host: 'localhost', ...headers }));
  const [head = '', body] = answer.split('\r\n\r\n');
  const told = ['content-type', 'content-length', 'x-restage-outcome'].map((name) =>
    new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim(),
  );
  return { status: head.split('\r\n')[0], told, body };
}

describe('HEAD is answered as GET is, without the body', () => {
  const asked = serverRoutes
    .filter(({ method, path }) => method === 'GET' && path !== '/events' && path !== '/wait')
    .map(({ path }) => `/__restage${path.replace(':name', 'no-such')}`);

  test.each([...asked, target])('%s', async (path) => {
    const { dir } = await recorded();
    const { port } = await run('replay', { dir });
    const got = await rawAnswer(port, 'GET', path);
    const looked = await rawAnswer(port, 'HEAD', path);

    expect(got.body).not.toBe('');
    expect(looked).toMatchObject({ status: got.status, body: '' });
    expect(looked.told[0]).toBe(got.told[0]);
    // What is told of the time may be longer the next moment.
    if (!/status|metrics/.test(path)) expect(looked.told).toEqual(got.told);
  });

  test('by what waits for calls, when they have come', async () => {
    const { port, url } = await run('replay');
    await fetch(url + target);
    expect(await rawAnswer(port, 'HEAD', '/__restage/wait')).toMatchObject({
      status: 'HTTP/1.1 200 OK',
      body: '',
    });
  });

  test('by a stream too, which begins no reading', async () => {
    const { port } = await run('replay');
    for (let i = 0; i < 101; i += 1)
      expect(await rawAnswer(port, 'HEAD', '/__restage/events')).toMatchObject({
        status: 'HTTP/1.1 200 OK',
        body: '',
      });
  });

  test('and uses up no take', async () => {
    const service = await startService();
    service.setStages(API, [{ stageName: 'first' }]);
    const dir = await recordInto(service, [target]);
    const { url } = await run('replay', { dir, order: 'strict' });
    const look = async () => (await sendSigned(url, { method: 'HEAD', target, credentials })).status;
    for (let i = 0; i < 3; i += 1) expect(await look()).toBe(200);
    expect(saidBy([await ask(url, service, target)])).toEqual(['first']);
    expect(await look()).toBe(400);
  });

  test('and makes no session', async () => {
    const { url } = await run('replay');
    expect((await fetch(`${url}/@nobody/__restage/status`, { method: 'HEAD' })).status).toBe(404);
  });

  test.each(forwardingModes)('and is not recorded in %s', async (mode) => {
    const service = await startService();
    const restage = await runOn(mode, (await recorded()).dir, service);
    const before = await readCassette(restage.dir);
    const answer = await sendSigned(restage.url, {
      method: 'HEAD',
      target: `${target}?deploymentId=vakw79`,
      credentials,
    });

    expect(answer.headers['x-restage-outcome']).toBe('forwarded');
    expect(service.calls).toMatchObject([{ method: 'HEAD' }]);
    // Nobody expects a recording of it, so that there is none is not told.
    expect(restage.calls()[0]?.note).toBeUndefined();
    expect(await readCassette(restage.dir)).toEqual(before);
  });
});

describe('the health address', () => {
  test.each(['GET', 'HEAD'])(
    'answers a %s without the token, through a proxy, and tells nothing',
    async (method) => {
      const { port, calls } = await run('replay', { 'admin-token': 'sixteen-or-more-letters' });
      const through = { 'X-Forwarded-For': '192.0.2.1' };
      for (const path of [health, `/@a${health}`])
        expect(await rawAnswer(port, method, path, through)).toMatchObject({
          status: 'HTTP/1.1 200 OK',
          body: method === 'GET' ? '{}\n' : '',
        });
      expect(calls()).toEqual([]);
      const status = await rawAnswer(port, method, '/__restage/status', through);
      expect(status.status).toBe('HTTP/1.1 401 Unauthorized');
      const sessions = await fetch(`http://127.0.0.1:${port}/__restage/sessions`, {
        headers: { authorization: 'Bearer sixteen-or-more-letters' },
      });
      expect(JSON.stringify(await sessions.json())).not.toContain('"a"');
    },
  );

  test.each<[string, string, Record<string, string>]>([
    ['another name', 'GET', { Host: 'evil.example' }],
    ['a web page', 'GET', { Origin: 'http://evil.example' }],
  ])('is not for %s', async (_, method, headers) => {
    const { port } = await run('replay');
    expect((await rawAnswer(port, method, health, headers)).status).toBe('HTTP/1.1 403 Forbidden');
  });

  test('knows no other methods', async () => {
    const { port } = await run('replay');
    expect((await rawAnswer(port, 'DELETE', health)).status).toBe('HTTP/1.1 405 Method Not Allowed');
  });
});

describe('an endpoint that ends in slashes', () => {
  test.each(['/', '//', '/@t1', '/@t1/', '/@t1//'])('is understood from JS v3: %s', async (end) => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    const whole = await getStages(recording.url + end, { restApiId: API });
    const session = end.startsWith('/@') ? 't1' : undefined;
    expect(recording.calls()).toMatchObject([{ outcome: 'recorded', restApiId: API, session }]);
    expect(service.calls).toMatchObject([{ signed: true, target }]);
    await recording.close();

    const replaying = await run('replay', { dir: recording.dir });
    expect(await getStages(replaying.url + end, { restApiId: API })).toEqual(whole);
    expect(replaying.calls()).toMatchObject([{ outcome: 'replayed', session }]);
  });
});

test('a host name may end in a dot wherever it stands', async () => {
  const { dir } = await recorded();
  const { port, url } = await run('replay', { dir, 'allow-host': ['restage.test.'] });
  for (const host of ['localhost.', 'LOCALHOST.:1', 'restage.test', 'restage.test.:80'])
    expect((await rawAnswer(port, 'GET', target, { Host: host })).status, host).toBe('HTTP/1.1 200 OK');
  const service = 'apigateway.us-east-1.amazonaws.com';
  for (const [named, host] of [
    [`${service}.`, `${service}.`],
    [`${service}.`, service],
    [service, `${service}.:80`],
  ] as const)
    expect((await send(url, `http://${named}${target}`, { host })).status, named).toBe(200);
});
