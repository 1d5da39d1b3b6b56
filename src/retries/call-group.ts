import type { JournalEntry } from '../journal/entry.ts';
import { type Attempt, type Ending, endingOf, isSuccess } from './attempt.ts';
import { type Called, keyOf, sizeOfCalled, toCalled } from './called.ts';

/** `at` is read from a clock that knows whole milliseconds: what is a millisecond apart may have been at once. */
export const CLOCK_GRAIN_MS = 1;

/** What an attempt takes in memory, as measured. */
export const ATTEMPT_BYTES = 250;

/** One call of a client with all its attempts, in the order in which they were made. */
export class CallGroup {
  readonly called: Called;
  readonly #attempts: Attempt[];
  #key: string | undefined;
  readonly #calledBytes: number;

  constructor(entry: JournalEntry, first: Attempt) {
    this.called = toCalled(entry);
    this.#calledBytes = sizeOfCalled(this.called);
    this.#attempts = [first];
  }

  /**
   * Adds an attempt in its place. Attempts are told of when they are answered: one that was delayed for longer than its
   * client had patience comes after the retry that followed it.
   */
  add(attempt: Attempt): void {
    let place = this.#attempts.length;
    while (place > 0 && isBefore(attempt, this.#attempts[place - 1])) place -= 1;
    if (place === this.#attempts.length) this.#attempts.push(attempt);
    else this.#attempts.splice(place, 0, attempt);
  }

  /** What it has in common with calls that may be its retries. Most calls are never asked. */
  get key(): string {
    this.#key ??= keyOf(this.called);
    return this.#key;
  }

  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  /** What it takes in memory, at most. */
  get bytes(): number {
    return this.#calledBytes + this.#attempts.length * ATTEMPT_BYTES;
  }

  get first(): Attempt {
    return present(this.#attempts[0]);
  }

  get last(): Attempt {
    return present(this.#attempts[this.#attempts.length - 1]);
  }

  get ending(): Ending {
    return endingOf(this.last);
  }

  /** Whether there is nothing to tell: the first attempt succeeded and was the only one. */
  get isPlain(): boolean {
    return this.#attempts.length === 1 && isSuccess(this.first);
  }

  /** How long the client waited before the n-th attempt, counted from 0, since the answer before; none before the first. */
  waitBefore(n: number): number | undefined {
    const attempt = this.#attempts[n];
    const previous = this.#attempts[n - 1];
    if (attempt === undefined || previous === undefined) return undefined;
    // A client that did not wait for the answer, or a clock that was set back.
    return Math.max(0, attempt.at - previous.answeredAt);
  }

  /** Every wait, in order. */
  get waits(): number[] {
    return this.#attempts.slice(1).map((_, i) => this.waitBefore(i + 1) ?? 0);
  }
}

/** Whether an attempt that was told of later was made before the other. */
function isBefore(later: Attempt, earlier: Attempt | undefined): boolean {
  if (earlier === undefined) return false;
  if (later.number !== undefined && earlier.number !== undefined && later.number !== earlier.number)
    return later.number < earlier.number;
  // Where the clock was set back in between, only the order in which they came is left.
  return later.at < earlier.at && later.answeredAt >= earlier.answeredAt;
}

function present(attempt: Attempt | undefined): Attempt {
  if (attempt === undefined) throw new Error('a call without attempts');
  return attempt;
}
