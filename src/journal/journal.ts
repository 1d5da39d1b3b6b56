import { memoryBounds } from '../bounds.ts';
import type { Outcome } from '../call.ts';
import type { JournalEntry } from './entry.ts';
import { EntryRing } from './entry-ring.ts';
import { MemoryBudget, type MemoryShare } from './memory-budget.ts';

/** The last calls and how they were answered, kept in memory. */
export class Journal {
  readonly #ring: EntryRing;
  /** Those that a replay missed: others must not crowd them out. */
  readonly #missed: EntryRing;
  #counts = emptyCounts();

  /** @param share counts what is kept, and has the oldest go when there is too much of it. */
  constructor(size: number = memoryBounds.journalCalls, share: MemoryShare = new MemoryBudget().open()) {
    this.#ring = new EntryRing(size, share);
    this.#missed = new EntryRing(memoryBounds.missedCalls, share);
  }

  /** @param isMiss whether a replay has missed it. */
  add(entry: JournalEntry, isMiss = false): void {
    this.#ring.add(entry);
    if (isMiss) this.#missed.add(entry);
    this.#counts[entry.outcome] += 1;
  }

  /** The calls that are still kept, oldest first. */
  get entries(): JournalEntry[] {
    return this.#ring.entries;
  }

  /** The calls that a replay missed, as far as they are still kept, oldest first. */
  get misses(): JournalEntry[] {
    return this.#missed.entries;
  }

  /** How many calls there were, by outcome. */
  get counts(): Readonly<Record<Outcome, number>> {
    return { ...this.#counts };
  }

  /** Forgets every call. */
  clear(): void {
    this.#ring.clear();
    this.#missed.clear();
    this.#counts = emptyCounts();
  }
}

function emptyCounts(): Record<Outcome, number> {
  return { recorded: 0, replayed: 0, forwarded: 0, faulted: 0, missed: 0, refused: 0 };
}
