import { type Interaction, isSameInteraction, type Take } from './format.ts';
import type { OpenApi } from './open-apis.ts';

/** What was recorded of an API at a moment, to go back to. */
export interface Snapshot {
  readonly api: OpenApi;
  readonly interactions: readonly Interaction[];
  /** How often it had been saved. */
  readonly saves: number;
  readonly hadFile: boolean;
}

/** What one session has made of the recordings of one API. */
export interface Change {
  /** Before its first one. */
  readonly before: Snapshot;
  /** How often it was saved for this session. */
  saves: number;
  /** The interactions as it left them, by their keys' texts. */
  readonly made: Map<string, Interaction>;
  /** By region and key: what the run knew of earlier ones before this session recorded it. */
  readonly runs: Map<string, { readonly keyText: string; readonly earlier: readonly Take[] | undefined }>;
}

/** By the API's id; of the account without one. */
export type Changes = Map<string | undefined, Change>;
export type ReadonlyChanges = ReadonlyMap<string | undefined, Change>;

/** An API's interactions without a change, and whose those are that could not be taken back. */
export interface Undone {
  readonly interactions: readonly Interaction[];
  /** The texts of keys that somebody else has recorded to, or changed, since. */
  readonly kept: ReadonlySet<string>;
  /** Whether nobody else has saved to it since, and all is as it was. */
  readonly isWhole: boolean;
}

/**
 * What is recorded of an API without what one session has made of it. Where nobody else has saved to it since, all is as it
 * was; else each interaction that is still as the session left it. What others have built on stays.
 */
export function undo({ before, saves, made }: Change, now: Snapshot): Undone {
  if (now.api === before.api && now.saves === before.saves + saves)
    return { interactions: before.interactions, kept: new Set(), isWhole: true };
  const kept = new Set<string>();
  const interactions = now.interactions.flatMap((interaction) => {
    const { text } = interaction.key;
    const own = made.get(text);
    if (own === undefined) return [interaction];
    if (isSameInteraction(own, interaction))
      return before.interactions.filter(({ key }) => key.text === text);
    kept.add(text);
    return [interaction];
  });
  return { interactions, kept, isWhole: false };
}
