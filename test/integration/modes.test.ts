import { describe, expect, test } from 'vitest';
import { credentials, type Running, readCassette, run, startService } from '../support/restage.ts';
import { type RequestToSign, send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const PLAIN = { accept: 'application/json' };
const target = '/restapis/changing01/stages';

/** Outcome, status and, of stages, the first one's name. */
async function ask({ url }: Running, request: Partial<RequestToSign> = {}) {
  const { status, headers, text } = await sendSigned(url, {
    target,
    credentials,
    headers: PLAIN,
    ...request,
  });
  const stage = /"stageName":"([^"]+)"/.exec(text)?.[1];
  return [headers['x-restage-outcome'], status, stage];
}

/** A service that calls the stage of `changing01` after the number of the call. */
async function startNumbering() {
  const service = await startService();
  const next = (name: string) => service.setStages('changing01', [{ stageName: name }]);
  return { service, next };
}

async function record(
  dir: string | undefined,
  upstream: string,
  next: (name: string) => void,
  names: string[],
) {
  const recording = await run('record', { upstream, ...(dir !== undefined && { dir }) });
  for (const name of names) {
    next(name);
    expect(await ask(recording)).toEqual(['recorded', 200, name]);
  }
  await recording.close();
  return recording.dir;
}

describe('auto', () => {
  test('replays what is recorded and records what is not', async () => {
    const { service, next } = await startNumbering();
    const dir = await record(undefined, service.url, next, ['old']);
    next('new');
    const auto = await run('auto', { dir, upstream: service.url });
    const calls = service.calls.length;

    expect(await ask(auto)).toEqual(['replayed', 200, 'old']);
    expect(service.calls).toHaveLength(calls);
    const other = { target: `/restapis/${sample.oneStage}/stages` };
    expect(await ask(auto, other)).toEqual(['recorded', 200, 'live']);
    expect(await ask(auto, other)).toEqual(['replayed', 200, 'live']);
    expect(service.calls).toHaveLength(calls + 1);
    await auto.close();
    expect(Object.keys(await readCassette(dir))).toEqual(['changing01.json', `${sample.oneStage}.json`]);
  });

  test('records anew what a strict order has used up, after what there was', async () => {
    const { service, next } = await startNumbering();
    const dir = await record(undefined, service.url, next, ['a', 'b']);
    next('c');
    const auto = await run('auto', { dir, upstream: service.url, order: 'strict' });
    const asked = [await ask(auto), await ask(auto), await ask(auto)];
    await auto.close();

    expect(asked).toEqual([
      ['replayed', 200, 'a'],
      ['replayed', 200, 'b'],
      ['recorded', 200, 'c'],
    ]);
    const replaying = await run('replay', { dir, order: 'strict' });
    const replayed = [await ask(replaying), await ask(replaying), await ask(replaying), await ask(replaying)];
    expect(replayed.map(([, , name]) => name)).toEqual(['a', 'b', 'c', undefined]);
  });

  test('replays without credentials what is recorded, and refuses the rest', async () => {
    const { service, next } = await startNumbering();
    const dir = await record(undefined, service.url, next, ['a']);
    const auto = await run('auto', { dir, upstream: service.url, profile: 'there-is-no-such-profile' });

    expect(await ask(auto)).toEqual(['replayed', 200, 'a']);
    expect(await ask(auto, { target: '/restapis/other/stages' })).toEqual(['refused', 400, undefined]);
    expect(service.calls).toHaveLength(1);
  });
});

test('passthrough forwards every call and touches no cassette', async () => {
  const { service, next } = await startNumbering();
  const dir = await record(undefined, service.url, next, ['old']);
  const before = await readCassette(dir);
  next('new');
  const through = await run('passthrough', { dir, upstream: service.url });

  expect(await ask(through)).toEqual(['forwarded', 200, 'new']);
  expect(await ask(through, { target: '/restapis/other/stages' })).toEqual(['forwarded', 404, undefined]);
  await through.close();
  expect(await readCassette(dir)).toEqual(before);
});

describe('the takes of a sequence', () => {
  test.each([
    ['sequence', ['a', 'b', 'b', 'c', 'c', 'c', 'c']],
    ['loop', ['a', 'b', 'b', 'c', 'a', 'b', 'b']],
    ['last', ['c', 'c', 'c', 'c', 'c', 'c', 'c']],
    ['strict', ['a', 'b', 'b', 'c', undefined, undefined, undefined]],
  ])('are replayed in the order %s, and from the beginning after a reset', async (order, expected) => {
    const { service, next } = await startNumbering();
    const dir = await record(undefined, service.url, next, ['a', 'b', 'b', 'c']);
    const replaying = await run('replay', { dir, order });
    const play = async () => {
      const names: unknown[] = [];
      for (const _ of expected) names.push((await ask(replaying))[2]);
      return names;
    };

    expect(await play()).toEqual(expected);
    const reset = await send(replaying.url, '/__restage/reset', { host: 'localhost' }, { method: 'POST' });
    expect(reset.status).toBe(200);
    expect(replaying.calls()).toEqual([]);
    expect(await play()).toEqual(expected);
  });
});

describe('other operations', () => {
  const others: ReadonlyArray<[string, Partial<RequestToSign>]> = [
    ['GetRestApis', { target: '/restapis' }],
    ['GetStage', { target: `/restapis/${sample.oneStage}/stages/live` }],
    ['UpdateStage', { target: `/restapis/${sample.oneStage}/stages/live`, method: 'PATCH', body: '{}' }],
    ['GetStages with a limit', { target: `/restapis/${sample.oneStage}/stages?limit=5` }],
    [
      'GetStages by both spellings',
      { target: `/restapis/${sample.oneStage}/stages?deploymentId=a&deployment_id=a` },
    ],
    [
      'GetStages filtered twice',
      { target: `/restapis/${sample.oneStage}/stages?deploymentId=a&deploymentId=b` },
    ],
  ];

  test.each(others)('%s is forwarded and not stored', async (_, request) => {
    for (const mode of ['record', 'auto', 'passthrough'] as const) {
      const service = await startService();
      const restage = await run(mode, { upstream: service.url });
      const direct = await sendSigned(service.url, { target, credentials, headers: PLAIN, ...request });
      const answer = await sendSigned(restage.url, { target, credentials, headers: PLAIN, ...request });

      expect(answer).toMatchObject({ status: direct.status, text: direct.text });
      expect(answer.headers['x-restage-outcome']).toBe('forwarded');
      expect(service.calls.map(({ signed, target: asked }) => [signed, asked])).toEqual([
        [true, request.target],
        [true, request.target],
      ]);
      await restage.close();
      expect(await readCassette(restage.dir)).toEqual({});
    }
  });

  test.each(others)('%s is a miss in replay that says so', async (_, { target: asked = '', ...options }) => {
    const replaying = await run('replay');
    const { method, body } = options;
    const answer = await send(replaying.url, asked, {}, { ...(method && { method }), ...(body && { body }) });

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-restage-outcome': 'missed', 'x-amzn-errortype': 'RecordingNotFoundException' },
    });
    expect(JSON.parse(answer.text).message).toMatch(
      /^Cannot replay .+: (?:only GetStages can be recorded|parameter 'limit' is not known|it filters by deployment twice)\. /,
    );
  });
});
