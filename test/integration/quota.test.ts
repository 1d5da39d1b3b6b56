import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, forwardingModes, recordInto, runOn } from '../support/recorded.ts';
import { credentials, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const target = `/restapis/${sample.oneStage}/stages`;

async function startQuota(mode: 'replay' | (typeof forwardingModes)[number]) {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  const clock = virtualClock();
  const restage = await runOn(mode, dir, service, { quota: 'aws' }, clock);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  /** So many calls at once, and how many of them were answered with each status. */
  const send = async (count: number, { region = 'us-east-1', path = target, method = 'GET' } = {}) => {
    const calls = Array.from({ length: count }, () =>
      sendSigned(restage.url, { target: path, credentials, region, method }, agent),
    );
    const statuses: Record<number, number> = {};
    for (const { status } of await Promise.all(calls)) statuses[status] = (statuses[status] ?? 0) + 1;
    return statuses;
  };
  return { service, restage, clock, send };
}

describe.each(['replay', ...forwardingModes] as const)('in %s, --quota aws', (mode) => {
  test('gives 40 of 41 calls at once an answer and throttles one; a second later ten more pass', async () => {
    const { restage, clock, send } = await startQuota(mode);

    expect(await send(41)).toEqual({ 200: 40, 429: 1 });
    clock.advance(1000);
    expect(await send(11)).toEqual({ 200: 10, 429: 1 });
    clock.advance(100);
    expect(await send(2)).toEqual({ 200: 1, 429: 1 });
    clock.advance(60_000);
    expect(await send(41)).toEqual({ 200: 40, 429: 1 });
    const faults = restage.calls().filter(({ outcome }) => outcome === 'faulted');
    expect(faults.map(({ fault, status }) => [fault, status])).toEqual(faults.map(() => ['quota', 429]));
  });

  test('has a bucket for each region', async () => {
    const { send } = await startQuota(mode);

    expect(await send(41)).toEqual({ 200: 40, 429: 1 });
    expect(await send(41, { region: 'eu-west-1' })).toEqual({ 200: 40, 429: 1 });
    expect(await send(1)).toEqual({ 429: 1 });
  });
});

describe.each(forwardingModes)('in %s, --quota aws', (mode) => {
  test.each([
    ['an operation that is not understood', '/restapis/', 'GET'],
    ['a parameter that is not understood', `${target}?limit=5`, 'GET'],
    ['a write that is not understood', '/restapis/', 'POST'],
  ])('is drawn on by %s, too, and what finds no token is not forwarded', async (_, path, method) => {
    const { service, send } = await startQuota(mode);
    const before = service.calls.length;
    await send(39, { path, method });

    expect(service.calls.length - before).toBe(39);
    expect(await send(2)).toEqual({ 200: 1, 429: 1 });
    const forwarded = service.calls.length;
    expect(await send(3, { path, method })).toEqual({ 429: 3 });
    expect(service.calls.length).toBe(forwarded);
  });

  test('throttles an operation by its own bucket, too, and says so', async () => {
    const { service, restage, clock, send } = await startQuota(mode);
    const before = service.calls.length;
    const throttledBy = () =>
      restage
        .calls()
        .filter(({ outcome }) => outcome === 'faulted')
        .map(({ fault }) => fault);
    await send(3, { path: '/restapis', method: 'POST' });

    // A replay of writes is not added to.
    expect(service.calls.length - before).toBe(mode === 'auto' ? 0 : 1);
    expect(throttledBy()).toEqual(['quota-CreateRestApi', 'quota-CreateRestApi']);
    await send(6, { path: `/restapis/${sample.oneStage}/resources` });
    expect(throttledBy().slice(2)).toEqual(['quota-GetResources']);
    // Of another operation of the same path nothing is taken.
    await send(1, { path: '/restapis' });
    clock.advance(3001);
    await send(2, { path: '/restapis', method: 'POST' });
    expect(throttledBy().slice(3)).toEqual(['quota-CreateRestApi']);
  });

  test('is not drawn on by calls that are refused', async () => {
    const { restage, send } = await startQuota(mode);
    const stranger = { accessKeyId: 'AKIDUNKNOWN', secretAccessKey: 'unknown' };
    for (let n = 0; n < 5; n += 1) {
      const { status } = await sendSigned(restage.url, { target, credentials: stranger });
      expect(status).toBe(403);
    }

    expect(await send(41)).toEqual({ 200: 40, 429: 1 });
  });
});

test('a quota given twice counts each call twice over, under names of their own', async () => {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  const restage = await runOn('replay', dir, service, { quota: 'aws', preset: ['quota'] }, virtualClock());
  for (let n = 0; n < 41; n += 1) await ask(restage.url, service, target);

  const { faults } = JSON.parse((await send(restage.url, '/__restage/faults', {})).text);
  expect(faults.filter(({ name }: { name: string }) => !name.startsWith('quota-'))).toMatchObject([
    { name: 'quota', matched: 41, fired: 1 },
    { name: 'quota#2', matched: 41, fired: 0 },
  ]);
});
