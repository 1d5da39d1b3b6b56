import { describe, expect, test } from 'vitest';
import { ask, saidBy } from '../support/recorded.ts';
import { run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import type { StandIn } from '../support/stand-in.ts';

const API = 'changing01';
const target = `/restapis/${API}/stages`;
const filtered = `${target}?deploymentId=d`;
const MISS = 'RecordingNotFoundException';

/** Records, in one run, one answer of the service for each name; an empty one is a 404. */
async function recordSequence(service: StandIn, names: readonly string[], alsoFiltered = false) {
  const recording = await run('record', { upstream: service.url });
  for (const stageName of names) {
    service.setStages(API, stageName === '' ? undefined : [{ deploymentId: 'd', stageName }]);
    await ask(recording.url, service, target);
    if (alsoFiltered) await ask(recording.url, service, filtered);
  }
  await recording.close();
  return recording.dir;
}

describe('five calls for a sequence of b, b, a', () => {
  test.each<['sequence' | 'loop' | 'last' | 'strict', string[]]>([
    ['sequence', ['b', 'b', 'a', 'a', 'a']],
    ['loop', ['b', 'b', 'a', 'b', 'b']],
    ['last', ['a', 'a', 'a', 'a', 'a']],
    ['strict', ['b', 'b', 'a', MISS, MISS]],
  ])('get in order %s: %s', async (order, expected) => {
    const service = await startService();
    const dir = await recordSequence(service, ['b', 'b', 'a']);
    const replaying = await run('replay', { dir, order });
    const five = async () => {
      const answers = [];
      for (let n = 0; n < 5; n += 1) answers.push(await ask(replaying.url, service, target));
      return saidBy(answers);
    };

    expect(await five()).toEqual(expected);
    await send(replaying.url, '/__restage/reset', { host: 'localhost' }, { method: 'POST' });
    expect(await five()).toEqual(expected);
  });
});

test('an error is a take like any other', async () => {
  const service = await startService();
  const dir = await recordSequence(service, ['a', '', 'b']);
  const replaying = await run('replay', { dir, order: 'loop' });
  const answers = [];
  for (let n = 0; n < 4; n += 1) answers.push(await ask(replaying.url, service, target));

  expect(saidBy(answers)).toEqual(['a', 'NotFoundException', 'b', 'a']);
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 200]);
});

test('each key has its own place in its sequence, and each start begins anew', async () => {
  const service = await startService();
  const dir = await recordSequence(service, ['a', 'b', 'c'], true);
  for (const _ of [1, 2]) {
    const replaying = await run('replay', { dir, order: 'strict' });
    const answers = [];
    for (const each of [target, target, filtered, target, filtered, filtered, filtered])
      answers.push(await ask(replaying.url, service, each));

    expect(saidBy(answers)).toEqual(['a', 'b', 'a', 'c', 'b', 'c', MISS]);
  }
});

test('both representations share one place in the sequence', async () => {
  const service = await startService();
  const dir = await recordSequence(service, ['a', 'b', 'c']);
  const replaying = await run('replay', { dir });
  const first = await ask(replaying.url, service, target);
  // Signed for the same region, since each region has a place of its own.
  const { credentials } = service;
  const { text } = await sendSigned(replaying.url, { target, credentials });
  const third = await ask(replaying.url, service, target);

  expect(saidBy([first, third])).toEqual(['a', 'c']);
  expect(JSON.parse(text)._embedded.item.stageName).toBe('b');
});

test('64 calls at once get each take of a strict sequence once', async () => {
  const service = await startService();
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const dir = await recordSequence(service, names);
  const replaying = await run('replay', { dir, order: 'strict' });
  const answers = await Promise.all(Array.from({ length: 64 }, () => ask(replaying.url, service, target)));

  const misses = Array.from({ length: 64 - names.length }, () => MISS);
  expect(saidBy(answers).sort()).toEqual([...names, ...misses].sort());
});
