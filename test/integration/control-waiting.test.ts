import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { controlBounds } from '../../src/bounds.ts';
import { restage as program } from '../support/cli.ts';
import { recordInto } from '../support/recorded.ts';
import { type Running, run, startService } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

const [ONE, TWO] = [sample.oneStage, sample.twoStages];
const stages = (api: string) => `/restapis/${api}/stages`;

async function startReplay(): Promise<Running> {
  const service = await startService();
  return run('replay', { dir: await recordInto(service, [stages(ONE), stages(TWO)]) });
}

async function get(url: string, path: string) {
  const answer = await fetch(`${url}/__restage/${path}`);
  const content = (await answer.json()) as { calls?: object[]; message?: string; unused?: object[] };
  return { status: answer.status, type: answer.headers.get('x-amzn-errortype'), ...content };
}

async function call(url: string, api: string = ONE): Promise<void> {
  await (await fetch(url + stages(api))).arrayBuffer();
}

test('calls are found by operation, status and time', async () => {
  let now = Date.parse('2030-01-01T00:00:00Z');
  const service = await startService();
  const dir = await recordInto(service, [stages(ONE)]);
  const { url } = await run('replay', { dir }, { now: () => now });
  await call(url);
  now += 1000;
  await call(url, 'unknown');
  await fetch(`${url}/account`);
  const count = async (query: string) => (await get(url, `calls?${query}`)).calls?.length;
  expect(await count('operation=GetStages')).toBe(2);
  expect(await count('operation=GetAccount')).toBe(1);
  expect(await count('status=400')).toBe(2);
  expect(await count('status=200&outcome=replayed')).toBe(1);
  expect(await count('since=2030-01-01T00:00:01.000Z')).toBe(2);
  expect(await count(`since=${now}&operation=GetStages`)).toBe(1);
  expect(await count('since=2031-01-01')).toBe(0);
});

test.each([
  ['calls?since=yesterday', "parameter 'since' is a time in ISO 8601, or in epoch milliseconds"],
  ['calls?status=2xx', "parameter 'status' is a status of HTTP"],
  ['calls?status=200.5', "parameter 'status' is a status of HTTP"],
  ['calls?operatoin=GetStages', "Did you mean 'operation'?"],
  ['wait?n=0', "parameter 'n' is a number from 1 to 1000"],
  ['wait?n=1001', "parameter 'n' is a number from 1 to 1000"],
  ['wait?timeout=0', "parameter 'timeout' is a number of seconds from 1 to 60"],
  ['wait?timeout=61', "parameter 'timeout' is a number of seconds from 1 to 60"],
  ['wait?limit=3', 'there is no parameter "limit"'],
  ['unused?api=x', 'it takes none'],
  ['check', "parameter 'expect' is an expectation"],
  ['check?expect=atempts', "Known forms are 'attempts<=N'"],
  ['check?expect=attempts%3C%3Dx', 'Correct it'],
])('GET %s is refused', async (path, words) => {
  const { status, message } = await get((await run('replay')).url, path);
  expect([status, message]).toEqual([400, expect.stringContaining(words)]);
});

test('whoever waits is answered when as many calls have ended, those of before and of no session included', async () => {
  const restage = await startReplay();
  await call(restage.url);
  const waiting = get(restage.url, 'wait?n=3&operation=GetStages&status=200');
  const ofSession = get(restage.url, 'wait?session=late&timeout=60');
  await call(restage.url, 'unknown');
  await call(restage.url);
  await call(`${restage.url}/@late`, TWO);
  expect(await waiting).toMatchObject({
    status: 200,
    calls: [{ restApiId: ONE }, { restApiId: ONE }, { restApiId: TWO, session: 'late' }],
  });
  expect(await ofSession).toMatchObject({ status: 200, calls: [{ restApiId: TWO }] });
  expect((await get(`${restage.url}/@late`, 'wait?n=1')).calls).toHaveLength(1);
});

test('whoever waits in vain is told how many came, and when restage stops', async () => {
  const restage = await startReplay();
  await call(restage.url);
  expect(await get(restage.url, 'wait?n=2&timeout=1')).toMatchObject({
    status: 408,
    type: 'CallsNotSeenException',
    message: expect.stringContaining('in 1 s there came 1.'),
  });
  const waiting = get(restage.url, 'wait?n=2&timeout=60');
  await untilWaiting(restage, 1);
  await restage.close();
  expect(await waiting).toMatchObject({ status: 408, message: expect.stringContaining('restage stops') });
});

test('no more wait than may, and none that has gone', async () => {
  const restage = await startReplay();
  const sockets = Array.from({ length: controlBounds.waiters }, () => {
    const socket = connect(restage.port, '127.0.0.1');
    socket.write(`GET /__restage/wait?n=9&timeout=60 HTTP/1.1\r\nHost: 127.0.0.1:${restage.port}\r\n\r\n`);
    return socket;
  });
  await untilWaiting(restage, controlBounds.waiters);
  expect(await get(restage.url, 'wait?timeout=1')).toMatchObject({
    status: 400,
    message: expect.stringContaining('too many wait already'),
  });
  for (const socket of sockets) socket.destroy();
  await untilWaiting(restage, 0);
  await call(restage.url);
  expect((await get(restage.url, 'wait')).status).toBe(200);
});

/** Asks until so many are told of: each is asked in a turn of its own. */
async function untilWaiting({ url }: Running, count: number): Promise<void> {
  for (;;) {
    const { waiting } = (await (await fetch(`${url}/__restage/status`)).json()) as { waiting: number };
    if (waiting === count) return;
  }
}

test('what was never played is told of the server and of a session', async () => {
  const { url } = await startReplay();
  await call(`${url}/@a`);
  await call(`${url}/@b`);
  const recording = (restApiId: string) => ({ operation: 'GetStages', restApiId, parameters: {}, takes: 1 });
  expect(await get(url, 'unused')).toMatchObject({ count: 1, unused: [recording(TWO)] });
  await fetch(`${url}/__restage/sessions/a`, { method: 'DELETE' });
  await fetch(`${url}/@b/__restage/reset`, { method: 'POST' });
  expect(await get(url, 'unused')).toMatchObject({ count: 1, unused: [recording(TWO)] });
  await call(`${url}/@b`, TWO);
  expect(await get(`${url}/@b`, 'unused')).toMatchObject({ count: 0, unused: [] });
});

test('--fail-on-unused exits with 1 and the list, when no session has played a recording', async () => {
  const service = await startService();
  const dir = await recordInto(service, [stages(ONE), stages(TWO)]);
  const replay = (targets: string[], ...args: string[]) => {
    const script = `for (const target of ${JSON.stringify(targets)}) await fetch(process.env.RESTAGE_URL + target);`;
    const command = [process.execPath, '--input-type=module', '-e', script];
    return program(['replay', '--dir', dir, ...args, '--', ...command]).ended;
  };
  const [all, one, unasked] = await Promise.all([
    replay([stages(ONE), `/@s${stages(TWO)}`], '--fail-on-unused', '--log', 'silent'),
    replay([stages(ONE)], '--fail-on-unused', '--log', 'silent'),
    replay([stages(ONE)]),
  ]);
  expect([all.status, all.stderr]).toEqual([0, expect.not.stringContaining('never played')]);
  expect([one.status, one.stderr]).toEqual([
    1,
    expect.stringContaining(
      `1 recording was never played of cassette 'default': GetStages ${TWO}. Remove it, or see why nothing calls for it any more.\n`,
    ),
  ]);
  expect([unasked.status, unasked.stderr]).toEqual([0, expect.not.stringContaining('never played')]);
});

test('an expectation is checked of a session, and of its calls alone', async () => {
  const { url } = await startReplay();
  const check = (of: string) => get(of, `check?expect=${encodeURIComponent('all succeed')}`);
  await call(`${url}/@fine`);
  await call(`${url}/@amiss`, 'unknown');
  expect(await check(`${url}/@fine`)).toMatchObject({ status: 200, expected: 'all succeed', passed: true });
  expect(await check(`${url}/@amiss`)).toMatchObject({ status: 200, passed: false });
});
