import type { JournalEntry } from '../journal/journal.ts';
import { toAttempt } from './attempt.ts';
import { CallGroup } from './call-group.ts';

/**
 * Calls that succeeded at once, the last of them: nearly all of a run. They are kept as they were told of; what a report
 * says of them is worked out for whoever asks.
 */
export class PlainCalls {
  readonly #entries: (JournalEntry | undefined)[];
  #next = 0;
  #size = 0;

  /** @param limit how many are kept, from 1. */
  constructor(limit: number) {
    this.#entries = new Array<JournalEntry | undefined>(limit).fill(undefined);
  }

  /** Takes a call in. @returns whether the oldest one had to go for it. */
  add(entry: JournalEntry): boolean {
    const isForgetting = this.#entries[this.#next] !== undefined;
    this.#entries[this.#next] = entry;
    this.#next = this.#next + 1 === this.#entries.length ? 0 : this.#next + 1;
    if (!isForgetting) this.#size += 1;
    return isForgetting;
  }

  /** Takes out the call of that invocation id, which is tried again after all; nothing when it is not kept. */
  take(invocationId: string): CallGroup | undefined {
    if (this.#size === 0) return undefined;
    const place = this.#entries.findIndex((entry) => entry?.invocationId === invocationId);
    const entry = this.#entries[place];
    if (entry === undefined) return undefined;
    this.#entries[place] = undefined;
    this.#size -= 1;
    return toGroup(entry);
  }

  get groups(): CallGroup[] {
    return this.#entries.filter((entry) => entry !== undefined).map(toGroup);
  }

  clear(): void {
    this.#entries.fill(undefined);
    this.#next = 0;
    this.#size = 0;
  }
}

function toGroup(entry: JournalEntry): CallGroup {
  return new CallGroup(entry, toAttempt(entry));
}
