import { describe, expect, test } from 'vitest';
import { credentials, getStages, type Running, readCassette, run, startService } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const ID = sample.oneStage;
const target = `/restapis/${ID}/stages`;

/** A cassette with a sequence of two answers: stage `first`, then stage `second`. */
async function recordSequence(): Promise<string> {
  const service = await startService();
  const restage = await run('record', { upstream: service.url });
  for (const stageName of ['first', 'second']) {
    service.setStages(ID, [{ stageName, deploymentId: 'abc123' }]);
    await getStages(restage.url, { restApiId: ID });
  }
  await restage.close();
  return restage.dir;
}

async function stageNames(url: string): Promise<string> {
  const answer = await fetch(`${url}${target}`, { headers: { accept: 'application/json' } });
  const content = (await answer.json()) as { item?: { stageName: string }[]; message?: string };
  return content.item?.map(({ stageName }) => stageName).join() ?? `${answer.status}`;
}

async function control(url: string, method: string, path: string, body?: object) {
  const answer = await fetch(`${url}/__restage/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, content: (await answer.json()) as Record<string, unknown> };
}

function at({ url }: Running, name: string): string {
  return `${url}/@${name}`;
}

describe('sessions of a replaying server', () => {
  test('each have cursors, rules and a journal of their own, 50 in parallel', async () => {
    const dir = await recordSequence();
    const restage = await run('replay', { dir });
    const names = Array.from({ length: 50 }, (_, index) => `session-${index}`);
    for (const [index, name] of names.entries()) {
      if (index % 2 === 0) continue;
      const faults = [`throttle,after=1,first=${index}`];
      expect(await control(restage.url, 'POST', 'sessions', { name, faults })).toMatchObject({ status: 200 });
    }
    const seen = await Promise.all(
      names.map(async (name) => [
        await stageNames(at(restage, name)),
        await stageNames(at(restage, name)),
        await stageNames(at(restage, name)),
      ]),
    );
    for (const [index, answers] of seen.entries()) {
      const throttled = index % 2 === 1;
      const expected = throttled
        ? ['first', '429', index === 1 ? 'second' : '429']
        : ['first', 'second', 'second'];
      expect(answers, names[index]).toEqual(expected);
    }
    expect(await stageNames(restage.url)).toBe('first');
    const { content } = await control(restage.url, 'GET', '../@session-2/__restage/calls');
    expect(content.calls).toHaveLength(3);
    expect((await control(restage.url, 'GET', 'calls?session=session-3')).content.calls).toHaveLength(3);
    expect((await control(restage.url, 'GET', 'calls')).content.calls).toHaveLength(151);
  });

  test('may replay another cassette, in another order', async () => {
    const dir = await recordSequence();
    const restage = await run('replay', { dir, cassette: 'empty' });
    await control(restage.url, 'POST', 'sessions', { name: 'a', cassette: 'default', order: 'last' });
    expect(await stageNames(at(restage, 'a'))).toBe('second');
    expect(await stageNames(restage.url)).toBe('400');
  });

  test('cannot be made to record or to forward', async () => {
    const restage = await run('replay', { dir: await recordSequence() });
    for (const mode of ['record', 'auto', 'passthrough']) {
      const { status, content } = await control(restage.url, 'POST', 'sessions', { name: 'a', mode });
      expect(status).toBe(400);
      expect(content.message).toContain('it can be in replay');
    }
    expect((await control(restage.url, 'GET', 'sessions/a')).status).toBe(404);
  });

  test('start anew when they are removed', async () => {
    const restage = await run('replay', { dir: await recordSequence() });
    expect(await stageNames(at(restage, 'a'))).toBe('first');
    expect(await stageNames(at(restage, 'a'))).toBe('second');
    expect(await control(restage.url, 'DELETE', 'sessions/a')).toMatchObject({ status: 200 });
    expect(await stageNames(at(restage, 'a'))).toBe('first');
    expect(await control(restage.url, 'DELETE', 'sessions/b')).toMatchObject({ status: 404 });
  });

  test('end for good when they were made and are removed: what comes late is refused, until one is made again', async () => {
    const restage = await run('replay', { dir: await recordSequence() });
    const make = () => control(restage.url, 'POST', 'sessions', { name: 'a', faults: ['throttle,first=1'] });
    expect((await make()).status).toBe(200);
    expect((await control(restage.url, 'DELETE', 'sessions/a')).status).toBe(200);
    expect(await stageNames(at(restage, 'a'))).toBe('400');
    for (const [url, method, path, body] of [
      [at(restage, 'a'), 'GET', 'calls'],
      [at(restage, 'a'), 'POST', 'faults', { kind: 'throttle' }],
      [at(restage, 'a'), 'POST', 'discard'],
      [restage.url, 'GET', 'sessions/a'],
      [restage.url, 'DELETE', 'sessions/a'],
    ] as const) {
      const { content } = await control(url, method, path, body);
      expect(content.message, `${method} ${path}`).toContain("session 'a': whoever made it has closed it");
    }
    expect((await make()).status).toBe(200);
    expect(await stageNames(at(restage, 'a'))).toBe('429');
  });

  test('are reset one by one', async () => {
    const restage = await run('replay', { dir: await recordSequence() });
    for (const name of ['a', 'b']) await stageNames(at(restage, name));
    await control(at(restage, 'a'), 'POST', 'reset');
    expect(await stageNames(at(restage, 'a'))).toBe('first');
    expect(await stageNames(at(restage, 'b'))).toBe('second');
  });

  test('are at most 1,000: one ends for a new one, or by itself when it is not used', async () => {
    const clock = { time: 0 };
    const restage = await run('replay', { dir: await recordSequence() }, { elapsed: () => clock.time });
    await Promise.all(Array.from({ length: 1000 }, (_, index) => stageNames(at(restage, `s${index}`))));
    clock.time += 1;
    expect(await stageNames(at(restage, 's7'))).toBe('second');
    expect(await stageNames(at(restage, 'one-more'))).toBe('first');
    expect((await control(restage.url, 'GET', 'sessions')).content.sessions).toHaveLength(1000);
    clock.time += 3_599_000;
    await stageNames(at(restage, 's7'));
    clock.time += 1_000;
    expect((await control(restage.url, 'GET', 'sessions')).content.sessions).toMatchObject([
      { session: 's7' },
    ]);
  });
});

describe('sessions of a recording server', () => {
  test('record to cassettes of their own', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      expect(await control(restage.url, 'POST', 'sessions', { name, cassette: name })).toMatchObject({
        status: 200,
        content: { session: name, mode: 'record', cassette: name },
      });
    }
    const ids = [sample.oneStage, sample.noStages, sample.rich];
    await Promise.all(
      names.map((name, index) => getStages(at(restage, name), { restApiId: ids[index] ?? '' })),
    );
    await restage.close();
    for (const [index, name] of names.entries())
      expect(Object.keys(await readCassette(restage.dir, name))).toEqual([`${ids[index]}.json`]);
    expect(await readCassette(restage.dir)).toEqual({});
  });

  test('are signed with their prefix, which is gone upstream', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const answer = await sendSigned(restage.url, { target: `/@a${target}`, credentials });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    expect(service.calls).toMatchObject([{ target, signed: true }]);
    const unsigned = await fetch(`${at(restage, 'a')}${target}`);
    expect(unsigned.status).toBe(403);
    expect(service.calls).toHaveLength(1);
  });

  test("serve HAL links that are the service's", async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    const recorded = await sendSigned(restage.url, { target: `/@a${target}`, credentials });
    await restage.close();
    const replay = await run('replay', { dir: restage.dir });
    const replayed = await fetch(`${at(replay, 'b')}${target}`);
    expect(await replayed.text()).toBe(recorded.text);
    expect(recorded.text).toContain(`"/restapis/${ID}/stages`);
  });

  test('may only replay, and then store and forward nothing', async () => {
    const service = await startService();
    const restage = await run('record', { upstream: service.url });
    await control(restage.url, 'POST', 'sessions', { name: 'a', mode: 'replay' });
    expect(await stageNames(at(restage, 'a'))).toBe('400');
    await getStages(restage.url, { restApiId: ID });
    expect(service.calls).toHaveLength(1);
    expect(await stageNames(at(restage, 'a'))).not.toBe('400');
  });
});
