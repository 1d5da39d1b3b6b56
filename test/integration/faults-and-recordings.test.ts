import { mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { faultKinds } from '../../src/chaos/fault.ts';
import { startRestage } from '../../src/index.ts';
import { faultSamples } from '../support/chaos/fault-samples.ts';
import { ask, modes, runOn } from '../support/recorded.ts';
import { type Running, readCassette, startService, temporaryFolder } from '../support/restage.ts';
import { sampleApis } from '../support/stand-in/sample.ts';
import { type StandIn, sample, startStandIn } from '../support/stand-in.ts';
import { virtualClock } from '../support/virtual-clock.ts';

type Mode = (typeof modes)[number];

const api = sample.oneStage;
const target = `/restapis/${api}/stages`;
/** How a call is answered that no fault answers. */
const ordinary = {
  record: 'recorded',
  auto: 'replayed',
  passthrough: 'forwarded',
  replay: 'replayed',
} as const;
/** Kinds that need something recorded to alter; in passthrough nothing is read, and so nothing is hit. */
const ALTERING = ['stale', 'drop', 'empty-list', 'missing-field', 'unknown-enum', 'extra-field'];
/** Every sample of every kind that answers. */
const samples = Object.keys(faultKinds)
  .filter((kind) => kind !== 'latency')
  .flatMap((kind) =>
    (faultSamples[kind] ?? []).map(({ spec }) => [kind, spec.replace('first=99', 'first=1')] as const),
  );

/** A recording with two takes, of the deployments `first` and `second`: each test has a copy of its own. */
const recorded = mkdtempSync(join(tmpdir(), 'restage-recorded-'));
const [stage = {}] = sampleApis('123456789012').get(api) ?? [];

beforeAll(async () => {
  const service = await startStandIn();
  const recording = await startRestage('record', { dir: recorded, port: 0, upstream: service.url });
  for (const deploymentId of ['first', 'second']) {
    service.setStages(api, [{ ...stage, deploymentId }]);
    expect((await ask(recording.url, service, target)).outcome).toBe('recorded');
  }
  await recording.close();
  await service.close();
});
afterAll(() => rmSync(recorded, { recursive: true, force: true }));

/** A service that changed since it was recorded: it now has a third deployment. */
async function startChanged(): Promise<{ service: StandIn; dir: string }> {
  const service = await startService();
  const dir = await temporaryFolder();
  await cp(recorded, dir, { recursive: true });
  service.setStages(api, [{ ...stage, deploymentId: 'third' }]);
  return { service, dir };
}

/** Makes a call that may break off or never be answered; settled once restage has told of it. */
async function provoke(restage: Running, service: StandIn): Promise<void> {
  const before = restage.calls().length;
  // What comes back, if anything does, is another test's.
  ask(restage.url, service, target).catch(() => undefined);
  await vi.waitFor(() => expect(restage.calls().length).toBe(before + 1), { interval: 5 });
}

/** Makes calls one after the other: how each was answered, and with which deployment. */
async function answersOf(restage: Running, service: StandIn, count: number): Promise<string[]> {
  const answers: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { outcome, body } = await ask(restage.url, service, target);
    answers.push(`${outcome} ${body.item?.[0].deploymentId ?? '-'}`);
  }
  return answers;
}

/** What three calls in a row are answered with when each take is played once. */
const undisturbed: Readonly<Record<Mode, readonly string[]>> = {
  replay: ['replayed first', 'replayed second', 'missed -'],
  auto: ['replayed first', 'replayed second', 'recorded third'],
  record: ['recorded third', 'recorded third', 'recorded third'],
  passthrough: ['forwarded third', 'forwarded third', 'forwarded third'],
};

describe.each(modes)('in %s', (mode) => {
  const hittable = samples.filter(([kind]) => mode !== 'passthrough' || !ALTERING.includes(kind));

  test.each(hittable)(
    'a call hit by %s (%s) is not forwarded, not stored, and uses up no take',
    async (kind, spec) => {
      const { service, dir } = await startChanged();
      const before = { files: await readCassette(dir), calls: service.calls.length };
      // Of each take once, there is none before the first that a stale answer could be.
      const order = kind === 'stale' ? 'last' : 'strict';
      const restage = await runOn(mode, dir, service, { fault: [spec], order });
      await provoke(restage, service);

      expect(restage.calls()).toMatchObject([{ outcome: 'faulted', fault: spec, hits: [spec] }]);
      expect(service.calls.length).toBe(before.calls);
      expect(await readCassette(dir)).toEqual(before.files);
      if (order === 'strict') expect(await answersOf(restage, service, 3)).toEqual(undisturbed[mode]);
      else expect(await answersOf(restage, service, 1)).toEqual([expect.stringContaining(ordinary[mode])]);
      await restage.close();
      if (mode === 'replay' || mode === 'passthrough') expect(await readCassette(dir)).toEqual(before.files);
      expect([restage.failures, restage.errors]).toEqual([[], []]);
    },
  );

  test('a call that was only delayed is an ordinary one', async () => {
    const { service, dir } = await startChanged();
    const fault = ['latency,ms=500,name=slow', 'latency,distribution=uniform,min=1,max=9,name=slower'];
    const restage = await runOn(mode, dir, service, { fault, order: 'strict' }, virtualClock());

    expect(await answersOf(restage, service, 3)).toEqual(undisturbed[mode]);
    expect(restage.calls().map(({ fault: rule, hits, status }) => [rule, hits, status])).toEqual(
      undisturbed[mode].map((answer) => [undefined, ['slow', 'slower'], answer === 'missed -' ? 400 : 200]),
    );
    for (const { durationMs } of restage.calls()) expect(durationMs).toBeGreaterThanOrEqual(501);
  });

  test('where nothing is recorded, what alters recordings hits nothing, and the call is an ordinary one', async () => {
    const service = await startService();
    const fault = [...ALTERING];
    const restage = await runOn(mode, await temporaryFolder(), service, { fault });
    const { outcome } = await ask(restage.url, service, target);

    expect(outcome).toBe(
      { record: 'recorded', auto: 'recorded', passthrough: 'forwarded', replay: 'missed' }[mode],
    );
    expect(restage.calls()).toMatchObject([{ hits: [] }]);
  });
});

test('in passthrough, what alters recordings hits nothing, whatever is recorded', async () => {
  const { service, dir } = await startChanged();
  const restage = await runOn('passthrough', dir, service, { fault: [...ALTERING] });

  expect(await answersOf(restage, service, 1)).toEqual(['forwarded third']);
  expect(restage.calls()).toMatchObject([{ hits: [] }]);
});
