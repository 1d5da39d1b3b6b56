import type { Build } from './settings.ts';
import { type Peer, peers } from './tapes.ts';

/** What is measured beside others in a row. */
export type Side =
  | { readonly kind: 'bare'; readonly label: 'bare' }
  | { readonly kind: 'restage'; readonly label: string; readonly build: Build }
  | { readonly kind: 'peer'; readonly label: Peer; readonly peer: Peer };

/** What each side gave, round by round; nothing where it took no part. */
export type Measured<T> = ReadonlyMap<string, ReadonlyArray<T | undefined>>;

/** Peers have no target: fewer rounds do for them. */
const PEER_ROUNDS = 3;

export function sidesOf(builds: readonly Build[], withPeers: readonly Peer[] = []): Side[] {
  return [
    { kind: 'bare', label: 'bare' },
    ...builds.map((build) => ({ kind: 'restage' as const, label: build.label, build })),
    ...peers
      .filter((peer) => withPeers.includes(peer))
      .map((peer) => ({ kind: 'peer' as const, label: peer, peer })),
  ];
}

/**
 * Measures all sides in each round, every time another one first. A side that fails takes part no more, and has nothing
 * to show: what fails is told. Without the bare one there is nothing to compare.
 */
export async function alternate<T>(
  sides: readonly Side[],
  rounds: number,
  measure: (side: Side, round: number) => Promise<T>,
): Promise<Measured<T>> {
  const failed = new Set<string>();
  const measured = new Map<string, (T | undefined)[]>(sides.map(({ label }) => [label, []]));
  for (let round = 0; round < rounds; round += 1) {
    const taking = sides.filter(
      ({ kind, label }) => !failed.has(label) && (kind !== 'peer' || round < PEER_ROUNDS),
    );
    const first = round % taking.length;
    for (const side of [...taking.slice(first), ...taking.slice(0, first)]) {
      try {
        const values = measured.get(side.label) ?? [];
        values[round] = await measure(side, round);
      } catch (error) {
        if (side.kind === 'bare') throw error;
        console.error(`${side.label} cannot do this: ${error instanceof Error ? error.message : error}`);
        failed.add(side.label);
        measured.set(side.label, []);
      }
    }
  }
  return measured;
}

/** What a side gave over what the bare one gave, round by round. */
export function ratiosOf<T>(measured: Measured<T>, label: string, pick: (value: T) => number): number[] {
  const bare = measured.get('bare') ?? [];
  return (measured.get(label) ?? []).flatMap((value, round) => {
    const base = bare[round];
    return value === undefined || base === undefined ? [] : [pick(value) / pick(base)];
  });
}

/** What a side gave, round by round. */
export function valuesOf<T>(measured: Measured<T>, label: string, pick: (value: T) => number): number[] {
  return (measured.get(label) ?? []).flatMap((value) => (value === undefined ? [] : [pick(value)]));
}
