import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeFaults } from '../../src/chaos/catalogue.ts';
import { faultKinds } from '../../src/chaos/fault.ts';
import { startRestage } from '../../src/index.ts';
import { chaosClients } from '../support/chaos/chaos-clients.ts';
import { isSameButForVersions, writeChaosPage } from '../support/chaos/chaos-page.ts';
import { faultSamples } from '../support/chaos/fault-samples.ts';
import { type Encounter, meetFaults } from '../support/chaos/meet-faults.ts';
import { CALLS, type MetPreset } from '../support/chaos/meet-presets.ts';
import { atMost } from '../support/clients/at-most.ts';
import { describeWithClient } from '../support/clients.ts';
import { ask } from '../support/recorded.ts';
import { sampleApis } from '../support/stand-in/sample.ts';
import { sample, startStandIn } from '../support/stand-in.ts';

const TIMEOUT_MS = 120_000;
const restApiId = sample.twoStages;
/** An older name of a kind need not be met. */
const kinds = Object.keys(faultKinds).filter((kind) => faultKinds[kind]?.newName === undefined);
/** A kind that is not in the samples is shown as it is. */
const samples = kinds.flatMap((kind) => faultSamples[kind] ?? [{ spec: `${kind},first=99` }]);
/** Clients take a core to start, and then mostly wait for their answers. */
const inTurn = atMost(3);
const dir = mkdtempSync(join(tmpdir(), 'restage-chaos-'));
const encounters = new Map<string, Encounter>();

/** What becomes of each default's calls in a preset: the presets are tuned to it. */
const NEW_DEFAULT = {
  'throttle-storm': 'some lost',
  brownout: 'none lost',
  'retry-quota': 'some lost early',
};
const fates: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'JS v3, standard': NEW_DEFAULT,
  'boto3, standard of 2026': NEW_DEFAULT,
  'boto3, legacy': { ...NEW_DEFAULT, 'retry-quota': 'some lost' },
};

function sumUp({ gaveUp, gaveUpEarly }: MetPreset['totals']): string {
  if (gaveUpEarly > 0) return 'some lost early';
  return gaveUp > 0 ? 'some lost' : 'none lost';
}

beforeAll(async () => {
  const service = await startStandIn();
  const recording = await startRestage('record', { dir, port: 0, upstream: service.url });
  const [beta = {}, prod = {}] = sampleApis('123456789012').get(restApiId) ?? [];
  for (const deploymentId of ['before', 'vakw79']) {
    service.setStages(restApiId, [beta, { ...prod, deploymentId }]);
    await ask(recording.url, service, `/restapis/${restApiId}/stages`);
  }
  await recording.close();
  await service.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('there is a sample of every kind, and of no other', () => {
  expect(Object.keys(faultSamples).sort()).toEqual([...kinds].sort());
});

describe.concurrent('every kind of fault', () => {
  for (const client of chaosClients) {
    const tests = () => {
      test('is met in each attempt of a call', { timeout: TIMEOUT_MS }, async ({ expect }) => {
        const encounter = await inTurn(() => meetFaults(client, { dir, restApiId }, samples));
        encounters.set(client.name, encounter);

        expect(encounter.healthy).toMatchObject({
          attempts: 1,
          hits: 0,
          seen: { stages: [{ stageName: 'beta' }, { stageName: 'prod' }] },
        });
        const missed = [...encounter.bySpec].filter(
          ([, { attempts, hits }]) => attempts === 0 || hits < attempts,
        );
        expect(missed).toEqual([]);
        for (const { succeeded, totals } of encounter.byPreset.values())
          expect(totals).toMatchObject({ succeeded, gaveUp: CALLS - succeeded });
        const told = [...encounter.byPreset].map(([preset, { totals }]) => [preset, sumUp(totals)]);
        expect(Object.fromEntries(told)).toEqual(client.isDefault ? fates[client.name] : {});
      });
    };
    if (client.needs === undefined) describe(client.name, tests);
    else describeWithClient(client.needs, client.name, tests);
  }
});

test('docs/chaos.md shows what was seen', async (context) => {
  const missing = chaosClients.filter(({ name }) => !encounters.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    // Reporters count skipped tests and rarely say why.
    console.warn(
      `Skipped the comparison with docs/chaos.md, since these were not run:\n${missing.join('\n')}`,
    );
    context.skip('not every client was run');
  }
  const clients = chaosClients.flatMap(({ name }) => {
    const encounter = encounters.get(name);
    return encounter === undefined ? [] : [{ name, encounter }];
  });

  const page = writeChaosPage({ samples, clients }, describeFaults());
  // What the page says of some versions may be true of the ones that are installed here, too.
  const file = new URL('../../docs/chaos.md', import.meta.url);
  const said = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!isSameButForVersions(page, said)) await expect(page).toMatchFileSnapshot(fileURLToPath(file));
});
