import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { expect, onTestFinished, test } from 'vitest';
import { ask, recordInto, runOn, saidBy } from '../support/recorded.ts';
import { credentials, readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { type StandIn, sample } from '../support/stand-in.ts';

const COUNT = 64;
const numbers = Array.from({ length: COUNT }, (_, n) => n);

/** A service with as many APIs, each with a stage and a deployment of its own. */
async function startMany(): Promise<StandIn> {
  const service = await startService();
  for (const n of numbers)
    service.setStages(`api${n}`, [
      { stageName: `stage${n}`, deploymentId: `d${n}`, createdDate: 1_700_000_000 + n },
    ]);
  return service;
}

/** Asks with one client of the AWS SDK for JavaScript v3 for all inputs at once; gives the stages' names. */
async function askAtOnce(url: string, inputs: readonly { restApiId: string; deploymentId?: string }[]) {
  const client = new APIGatewayClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  const outputs = await Promise.all(inputs.map((input) => client.send(new GetStagesCommand(input))));
  return outputs.map(({ item = [] }) => item.map(({ stageName }) => stageName).join());
}

test('64 APIs recorded at once are each whole in a file of their own, and replay at once', async () => {
  const service = await startMany();
  const inputs = numbers.map((n) => ({ restApiId: `api${n}` }));
  const expected = numbers.map((n) => `stage${n}`);
  const recording = await run('record', { upstream: service.url });
  expect(await askAtOnce(recording.url, inputs)).toEqual(expected);
  await recording.close();
  const atOnce = await readCassette(recording.dir);
  await service.close();
  const replaying = await run('replay', { dir: recording.dir });

  expect(await askAtOnce(replaying.url, inputs)).toEqual(expected);
  expect(Object.keys(atOnce).sort()).toEqual(numbers.map((n) => `api${n}.json`).sort());
  for (const n of numbers)
    expect(JSON.parse(atOnce[`api${n}.json`] ?? '')).toMatchObject({
      restage: 1,
      restApiId: `api${n}`,
      interactions: [{ takes: [{ status: 200, stages: [{ stageName: `stage${n}` }] }] }],
    });
  expect(recording.calls().map(({ outcome }) => outcome)).toEqual(inputs.map(() => 'recorded'));
  expect(replaying.calls().map(({ outcome }) => outcome)).toEqual(inputs.map(() => 'replayed'));
  expect(recording.failures).toEqual([]);
});

test('64 keys of one file recorded at once are all in it, sorted, as if they had come one by one', async () => {
  const service = await startMany();
  const targets = numbers.map((n) => `/restapis/api0/stages?deploymentId=d${n}`);
  const recording = await run('record', { upstream: service.url });
  const answers = await Promise.all(targets.map((each) => ask(recording.url, service, each)));
  // Acknowledged is written: nothing is left for the end.
  const [whileRunning] = Object.values(await readCassette(recording.dir));
  await recording.close();
  const oneByOne = await recordInto(service, targets);

  expect(answers.map(({ outcome }) => outcome)).toEqual(targets.map(() => 'recorded'));
  const withoutDates = (text: string | undefined) => text?.replace(/"recordedAt": "[^"]+"/g, '');
  expect(withoutDates(whileRunning)).toBe(withoutDates((await readCassette(oneByOne))['api0.json']));
  expect(await readCassette(recording.dir)).toEqual({ 'api0.json': whileRunning });
  expect(JSON.parse(whileRunning ?? '').interactions).toHaveLength(COUNT);
});

test('two keys of one file, 32 calls each at once, are counted each for itself', async () => {
  const service = await startService();
  const two = [`/restapis/${sample.rich}/stages`, `/restapis/${sample.rich}/stages?deploymentId=dep002`];
  const recording = await run('record', { upstream: service.url });
  const answers = await Promise.all(numbers.map((n) => ask(recording.url, service, two[n % 2] ?? '')));
  await recording.close();
  const { interactions } = JSON.parse((await readCassette(recording.dir))[`${sample.rich}.json`] ?? '');

  expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['recorded']));
  expect(saidBy(answers.slice(0, 2))).toEqual(['prod,staging,dev', 'dev']);
  expect(interactions).toMatchObject([
    { takes: [{ times: COUNT / 2 }] },
    { deploymentId: 'dep002', takes: [{ times: COUNT / 2 }] },
  ]);
  expect(interactions.map(({ takes }: { takes: unknown[] }) => takes.length)).toEqual([1, 1]);
});

test('64 different answers to one key at once are 64 takes', async () => {
  const service = await startMany();
  const dir = await temporaryFolder();
  const held = service.fail('slow', { times: COUNT });
  const recording = await runOn('record', dir, service);
  const target = '/restapis/changing01/stages';
  const answers: ReturnType<typeof ask>[] = [];
  for (const n of numbers) {
    service.setStages('changing01', [{ stageName: `s${n}` }]);
    answers.push(ask(recording.url, service, target));
    await service.called(n + 1);
  }
  held.release();
  const said = saidBy(await Promise.all(answers));
  await recording.close();
  const { interactions } = JSON.parse((await readCassette(dir))['changing01.json'] ?? '');
  const replaying = await run('replay', { dir, order: 'strict' });
  const replayed = await Promise.all(numbers.map(() => ask(replaying.url, service, target)));

  expect(said).toEqual(numbers.map((n) => `s${n}`));
  expect(interactions[0].takes).toHaveLength(COUNT);
  expect(saidBy(replayed).sort()).toEqual([...said].sort());
});

test('auto asks once more at most for each call that came before the first answer, and then replays', async () => {
  const service = await startMany();
  const restage = await runOn('auto', await temporaryFolder(), service);
  const target = '/restapis/api7/stages';
  const first = await Promise.all(numbers.map(() => ask(restage.url, service, target)));
  const calls = service.calls.length;
  const then = await Promise.all(numbers.map(() => ask(restage.url, service, target)));

  expect(saidBy([...first, ...then])).toEqual([...numbers, ...numbers].map(() => 'stage7'));
  expect(first.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(calls);
  expect(then.every(({ outcome }) => outcome === 'replayed')).toBe(true);
  expect(service.calls).toHaveLength(calls);
});
