import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, forwardingModes, modes, recordInto, runOn } from '../support/recorded.ts';
import { credentials, readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const target = `/restapis/${sample.oneStage}/stages`;
const HOST = { host: 'localhost' };
const KINDS = [
  'throttle',
  'limit-exceeded',
  'not-found',
  'bad-request',
  'unauthorized',
  'access-denied',
  'expired-token',
  'conflict',
  'internal',
  'unavailable',
];

async function rulesOf(url: string) {
  return JSON.parse((await send(url, '/__restage/status', HOST)).text).faults;
}

describe.each(modes)('in %s', (mode) => {
  test('no kind of fault lets a call through to the service, the cassette or its takes', async () => {
    const service = await startService();
    const dir = await recordInto(service, [target]);
    const before = await readCassette(dir);
    const forwarded = service.calls.length;
    // The n-th rule fires for the n-th call alone.
    const fault = KINDS.map((kind, index) => `${kind},after=${index},times=1,name=${kind}`);
    const restage = await runOn(mode, dir, service, { fault, order: 'strict' });
    for (const _ of KINDS) await ask(restage.url, service, target);
    const whileFaulted = service.calls.length;
    const next = await ask(restage.url, service, target);
    await restage.close();

    expect(restage.calls().map((call) => [call.outcome, call.fault])).toEqual([
      ...KINDS.map((kind) => ['faulted', kind]),
      [next.outcome, undefined],
    ]);
    expect(whileFaulted).toBe(forwarded);
    const ordinary = { record: 'recorded', auto: 'replayed', passthrough: 'forwarded', replay: 'replayed' };
    expect(next.outcome).toBe(ordinary[mode]);
    expect(await readCassette(dir)).toEqual(before);
  });

  test('an operation that is not understood is faulted, too, but in no scope of an API', async () => {
    const service = await startService();
    const fault = [`conflict,api=${sample.oneStage}`, 'throttle,times=1'];
    const restage = await runOn(mode, await temporaryFolder(), service, { fault });
    const first = await ask(restage.url, service, '/restapis/');
    const second = await ask(restage.url, service, '/restapis/');

    expect(first).toMatchObject({ status: 429, outcome: 'faulted' });
    expect(second.outcome).toBe(mode === 'replay' ? 'missed' : 'forwarded');
    expect(await rulesOf(restage.url)).toMatchObject([{ matched: 0 }, { matched: 2, fired: 1 }]);
  });

  test('latencies add up, and the fault that follows still answers', async () => {
    const service = await startService();
    const restage = await runOn(mode, await temporaryFolder(), service, {
      fault: ['latency,ms=15', 'latency,ms=15,jitter=2', 'throttle'],
    });
    const answer = await ask(restage.url, service, target);

    expect(answer).toMatchObject({ status: 429, outcome: 'faulted' });
    // Timers may come a millisecond early.
    expect(restage.calls()[0]?.durationMs).toBeGreaterThanOrEqual(29);
    expect(service.calls).toEqual([]);
  });
});

describe.each(forwardingModes)('in %s, what is refused counts for no fault', (mode) => {
  const wrong = [
    ['a wrong secret', { credentials: { ...credentials, secretAccessKey: 'wrong' } }],
    ['an unknown key', { credentials: { accessKeyId: 'AKIDUNKNOWN', secretAccessKey: 'example-secret' } }],
    ['a stale date', { credentials, date: Date.now() - 3_600_000 }],
    ['another service', { credentials, service: 's3' }],
  ] as const;

  test.each(wrong)('%s', async (_, request) => {
    const service = await startService();
    const restage = await runOn(mode, await temporaryFolder(), service, { fault: ['throttle,first=1'] });
    const refused = await sendSigned(restage.url, { target, ...request });
    const unsigned = await send(restage.url, target, {});
    const rules = await rulesOf(restage.url);
    const rightful = await ask(restage.url, service, target);

    expect(refused).toMatchObject({ status: 403, headers: { 'x-restage-outcome': 'refused' } });
    expect(unsigned).toMatchObject({ status: 403, headers: { 'x-restage-outcome': 'refused' } });
    expect(rules).toMatchObject([{ matched: 0, fired: 0 }]);
    expect(rightful.outcome).toBe('faulted');
    expect(service.calls).toEqual([]);
  });
});

test('a reset lets rules, takes and the journal begin anew', async () => {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  const restage = await runOn('replay', dir, service, { order: 'strict', fault: ['throttle,first=1'] });
  const round = async () => [
    (await ask(restage.url, service, target)).outcome,
    (await ask(restage.url, service, target)).outcome,
    (await ask(restage.url, service, target)).outcome,
  ];
  const first = await round();
  await send(restage.url, '/__restage/reset', HOST, { method: 'POST' });
  const { calls } = JSON.parse((await send(restage.url, '/__restage/calls', HOST)).text);

  expect(first).toEqual(['faulted', 'replayed', 'missed']);
  expect(calls).toEqual([]);
  expect(await rulesOf(restage.url)).toMatchObject([{ matched: 0, fired: 0 }]);
  expect(await round()).toEqual(first);
});

test('per=key counts each key for itself, whatever the spelling of its parameter', async () => {
  const restage = await run('replay', { fault: ['throttle,first=1,per=key'] });
  const targets = [
    '/restapis/a/stages',
    '/restapis/a/stages?deploymentId=d',
    '/restapis/a/stages?deployment_id=d',
    '/restapis/b/stages',
    '/restapis/%61/stages',
  ];
  const outcomes: unknown[] = [];
  for (const each of targets) outcomes.push((await send(restage.url, each, {})).headers['x-restage-outcome']);

  expect(outcomes).toEqual(['faulted', 'faulted', 'missed', 'faulted', 'missed']);
});

test('one seed faults the same calls at a concurrency of 1 and of 64, whatever comes in between', async () => {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const targets = Array.from({ length: 128 }, (_, index) => `/restapis/api${index}/stages`);
  const faultedOf = async (concurrency: number, order: readonly string[], seed = 11) => {
    const restage = await run('replay', { fault: ['throttle,p=0.25'], seed });
    const faulted = new Set<string>();
    const queue = [...order];
    const work = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const { status } = await send(restage.url, next, {}, { agent });
        if (status === 429) faulted.add(next);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    await restage.close();
    return targets.filter((each) => faulted.has(each));
  };
  const alone = await faultedOf(1, targets);

  expect(await faultedOf(64, targets)).toEqual(alone);
  const strangers = targets.map((each) => `${each}?deploymentId=stranger`);
  expect(await faultedOf(64, [...strangers, ...[...targets].reverse()])).toEqual(alone);
  expect(await faultedOf(64, targets, 12)).not.toEqual(alone);
  expect(alone.length).toBeGreaterThan(10);
  expect(alone.length).toBeLessThan(60);
});
