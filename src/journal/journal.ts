import { memoryBounds } from '../bounds.ts';
import type { Outcome } from '../call.ts';
import type { JournalEntry } from './entry.ts';
import { EntryRing } from './entry-ring.ts';
import { MemoryBudget, type MemoryShare } from './memory-budget.ts';

/** The last calls and how they were answered, kept in memory. */
export class Journal {
  readonly #ring: EntryRing;
  #counts = emptyCounts();

  /** @param share counts what is kept, and has the oldest go when there is too much of it. */
  constructor(size: number = memoryBounds.journalCalls, share: MemoryShare = new MemoryBudget().open()) {
    this.#ring = new EntryRing(size, share);
  }

  add(entry: JournalEntry): void {
    this.#ring.add(entry);
    this.#counts[entry.outcome] += 1;
  }

  /** The calls that are still kept, oldest first. */
  get entries(): JournalEntry[] {
    return this.#ring.entries;
  }

  /** How many calls there were, by outcome. */
  get counts(): Readonly<Record<Outcome, number>> {
    return { ...this.#counts };
  }

  /** Forgets every call. */
  clear(): void {
    this.#ring.clear();
    this.#counts = emptyCounts();
  }
}

function emptyCounts(): Record<Outcome, number> {
  return { recorded: 0, replayed: 0, forwarded: 0, faulted: 0, missed: 0, refused: 0 };
}
