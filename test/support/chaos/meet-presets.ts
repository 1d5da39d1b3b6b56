import { setTimeout as sleep } from 'node:timers/promises';
import { startRestage } from '../../../src/index.ts';
import type { Conversation } from '../clients.ts';

/** How many calls a client makes, one after the other. */
export const CALLS = 100;
/** The presets that retries, and the quota of them, make a difference to. */
export const metPresets = ['throttle-storm', 'brownout', 'retry-quota'] as const;
export const SEED = 1;
/** After that, all that rises with time is at its height. */
const LATER_MS = 60_000;

/** What came of the calls. */
export interface MetPreset {
  /** What the program got. */
  readonly succeeded: number;
  /** What restage reported. */
  readonly totals: Readonly<Record<'succeeded' | 'gaveUp' | 'gaveUpEarly' | 'attempts', number>>;
}

/** Has one client make its calls through each preset. */
export async function meetPresets(
  { ask }: Conversation,
  { dir, restApiId }: { readonly dir: string; readonly restApiId: string },
): Promise<ReadonlyMap<string, MetPreset>> {
  const met = new Map<string, MetPreset>();
  for (const preset of metPresets) {
    let laterMs = 0;
    const clock = {
      now: Date.now,
      elapsed: () => performance.now() + laterMs,
      // How slow answers are makes no difference to how often they are asked for.
      sleep: () => sleep(0),
    };
    const options = { dir, port: 0, order: 'last', preset: [preset], seed: SEED } as const;
    const restage = await startRestage('replay', options, { clock });
    laterMs = LATER_MS;
    const question = { endpoint: restage.url, restApiId, calls: CALLS };
    const { succeeded } = (await ask(question)) as { succeeded: number };
    await restage.close();
    met.set(preset, { succeeded, totals: restage.retries().totals });
  }
  return met;
}
