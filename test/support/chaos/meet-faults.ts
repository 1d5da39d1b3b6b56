import { startRestage } from '../../../src/index.ts';
import { credentialVariables } from '../cli.ts';
import { credentials } from '../restage.ts';
import type { ChaosClient, Seen } from './chaos-clients.ts';
import type { FaultSample } from './fault-samples.ts';
import { type MetPreset, meetPresets } from './meet-presets.ts';

/** What came of one call. */
export interface Met {
  /** How often restage saw it tried. */
  readonly attempts: number;
  /** How many of these a rule hit. */
  readonly hits: number;
  readonly seen: Seen;
}

/** What a client met: without any fault, with each sample by its text, and, by default, with presets by their names. */
export interface Encounter {
  /** Which version it is. */
  readonly version: string;
  readonly healthy: Met;
  readonly bySpec: ReadonlyMap<string, Met>;
  readonly byPreset: ReadonlyMap<string, MetPreset>;
}

/** Has a client, one process, make a call without a fault, one for each sample and many for presets, one after the other. */
export async function meetFaults(
  client: ChaosClient,
  where: { readonly dir: string; readonly restApiId: string },
  samples: readonly FaultSample[],
): Promise<Encounter> {
  const { dir, restApiId } = where;
  const conversation = client.start({ ...credentialVariables(credentials), AWS_REGION: 'us-east-1' });
  const { ask, end } = conversation;
  const { version } = (await ask({})) as { version: string };
  const meet = async (fault: readonly string[], readTimeoutMs?: number): Promise<Met> => {
    const restage = await startRestage('replay', { dir, port: 0, order: 'last', fault });
    const seen = (await ask({ endpoint: restage.url, restApiId, readTimeoutMs })) as Seen;
    // What came in last may be answered yet.
    await restage.close();
    const calls = restage.calls();
    return { attempts: calls.length, hits: calls.filter(({ hits }) => hits.length > 0).length, seen };
  };
  const healthy = await meet([]);
  const bySpec = new Map<string, Met>();
  for (const { spec, readTimeoutMs } of samples) bySpec.set(spec, await meet([spec], readTimeoutMs));
  const byPreset = client.isDefault ? await meetPresets(conversation, where) : new Map<string, MetPreset>();
  await end();
  return { version, healthy, bySpec, byPreset };
}
