import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nock from 'nock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { jsClient, restage } from '../support/cli.ts';
import { ask, recordInto } from '../support/recorded.ts';
import { credentials, getStages, run, startService, temporaryFolder } from '../support/restage.ts';
import { refusalOf } from '../support/stand-in/signature.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.twoStages;
const target = `/restapis/${API}/stages?deploymentId=vakw79`;
const watcher = fileURLToPath(new URL('../support/watch/watch.cjs', import.meta.url));

beforeEach(() => {
  nock.disableNetConnect();
  nock.enableNetConnect(/^127\.0\.0\.1:/);
});
afterEach(() => {
  vi.restoreAllMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
  nock.activate();
});

test.each([
  ['us-east-1', 'apigateway.us-east-1.amazonaws.com'],
  ['cn-north-1', 'apigateway.cn-north-1.amazonaws.com.cn'],
])('what the service of %s gets is signed for its own host', async (region, host) => {
  const received: { host: string[]; refusal: unknown; authorization: string }[] = [];
  nock(`https://${host}`)
    .get(target)
    .reply(function () {
      const headers = Object.entries(this.req.headers).map(([name, value]) => [name, String(value)] as const);
      const sent = (wanted: string) => headers.filter(([name]) => name === wanted).map(([, value]) => value);
      const request = { method: 'GET', target, rawHeaders: headers.flat(), body: Buffer.alloc(0) };
      received.push({
        host: sent('host'),
        refusal: refusalOf(request, [credentials], Date.now()),
        authorization: sent('authorization').join(),
      });
      return [200, '{"item":[{"stageName":"real"}]}\n', { 'Content-Type': 'application/json' }];
    });
  const restage = await run('record', { 'client-key': ['CLIENT:client-secret'] });
  const client = { region, credentials: { accessKeyId: 'CLIENT', secretAccessKey: 'client-secret' } };
  const output = await getStages(restage.url, { restApiId: API, deploymentId: 'vakw79' }, client);

  expect(output).toEqual({ item: [{ stageName: 'real' }] });
  expect(received).toEqual([
    {
      host: [host],
      refusal: undefined,
      authorization: expect.stringContaining(`/${region}/apigateway/aws4_request`),
    },
  ]);
  expect(restage.calls()).toMatchObject([{ outcome: 'recorded', region }]);
});

test('replay opens no socket where a mode that forwards runs into the wall', async () => {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  // Without an upstream, what is forwarded goes to the service's own endpoint.
  const [replaying, forwarding] = [await run('replay', { dir }), await run('auto', { dir })];
  const connect = vi.spyOn(Socket.prototype, 'connect');
  const askAll = async (url: string) => [
    await ask(url, service, target),
    await ask(url, service, `/restapis/${API}/stages`),
    await ask(url, service, '/restapis'),
  ];
  const replayed = await askAll(replaying.url);
  const ports = connect.mock.calls.map(([first]) => [first].flat()[0] as { port?: unknown });
  const forwarded = await askAll(forwarding.url);

  expect(replayed.map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
    'replayed 200',
    'missed 400',
    'missed 400',
  ]);
  // One each, of the client to restage.
  expect(ports.map(({ port }) => port)).toEqual(replayed.map(() => replaying.port));
  expect(forwarded.map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
    'replayed 200',
    'forwarded 502',
    'forwarded 502',
  ]);
  expect(forwarded[1]?.text).toContain('Disallowed net connect');
});

test('a command under replay reaches restage alone, whatever its environment says', async () => {
  const service = await startService();
  const dir = await recordInto(service, [`/restapis/${API}/stages`]);
  const WATCH_FILE = join(await temporaryFolder(), 'notes');
  const command = [process.execPath, '--require', watcher, jsClient, API];
  const env = { WATCH_FILE, AWS_ENDPOINT_URL: service.url, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  const { status, stdout, stderr } = await restage(
    ['replay', '--dir', dir, '--log', 'json', '--', ...command],
    { env },
  ).ended;
  const lines = (await readFile(WATCH_FILE, 'utf8')).trim().split('\n');
  const notes: { kind: string; detail: string }[] = lines.map((line) => JSON.parse(line));
  const port = /listening on http:\S+:(\d+)/.exec(stderr)?.[1] ?? 'none';

  expect(status).toBe(0);
  expect(JSON.parse(stdout).item).toHaveLength(2);
  expect(notes.filter(({ kind }) => kind === 'dns')).toEqual([]);
  const sockets = notes.filter(({ kind }) => kind === 'socket').map(({ detail }) => detail);
  expect(sockets).toHaveLength(1);
  expect(sockets[0]).toContain(port);
});
