import type { JournalEntry } from '../journal/entry.ts';
import { EntryRing } from '../journal/entry-ring.ts';
import type { MemoryShare } from '../journal/memory-budget.ts';
import { toAttempt } from './attempt.ts';
import { CallGroup } from './call-group.ts';

/**
 * Calls that succeeded at once, the last of them: nearly all of a run. They are kept as they were told of; what a report
 * says of them is worked out for whoever asks.
 */
export class PlainCalls {
  readonly #ring: EntryRing;

  /** @param limit how many are kept, from 1. */
  constructor(limit: number, share: MemoryShare) {
    this.#ring = new EntryRing(limit, share);
  }

  add(entry: JournalEntry): void {
    this.#ring.add(entry);
  }

  /** How many are no longer kept. */
  get forgotten(): number {
    return this.#ring.forgotten;
  }

  /** Takes out the call of that invocation id, which is tried again after all; nothing when it is not kept. */
  take(invocationId: string): CallGroup | undefined {
    const entry = this.#ring.take(invocationId);
    return entry && toGroup(entry);
  }

  get groups(): CallGroup[] {
    return this.#ring.entries.map(toGroup);
  }

  clear(): void {
    this.#ring.clear();
  }
}

function toGroup(entry: JournalEntry): CallGroup {
  return new CallGroup(entry, toAttempt(entry));
}
