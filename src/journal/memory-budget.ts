import { memoryBounds } from '../bounds.ts';
import { CallError } from '../errors.ts';

/** What can be forgotten, oldest first. */
export interface Forgetful {
  /** When the oldest of it was, in epoch milliseconds; nothing when it is empty. */
  readonly oldestAt: number | undefined;
  /** Forgets the oldest, until about so many bytes are free or nothing is left. */
  forget(bytes: number): void;
}

/** How much is forgotten at once: to look for the oldest is to look at everybody. */
const STEP = 1 / 256;

/**
 * One budget in bytes for what is remembered of calls and for what sessions hold. Beyond it history gives way, the
 * oldest first, whosever it is. What a session needs to go on, such as its place in the takes, never goes silently:
 * what would need more than there is, is refused.
 */
export class MemoryBudget {
  readonly limit: number;
  readonly #histories = new Set<Forgetful>();
  #bytes = 0;
  #heldBytes = 0;

  /** @param limit in bytes, as {@link MemoryShare.add} counts them. */
  constructor(limit: number = memoryBounds.rememberedBytes) {
    this.limit = limit;
  }

  /** How many bytes are in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A share for one session. */
  open(): MemoryShare {
    return new MemoryShare(this);
  }

  /** For shares. */
  join(history: Forgetful): void {
    this.#histories.add(history);
  }

  /** For shares. */
  leave(history: Forgetful): void {
    this.#histories.delete(history);
  }

  /** For shares: counts bytes of history, fewer when negative. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.limit) this.#makeRoom();
  }

  /** For shares: whether so many bytes more can be held that cannot be forgotten. */
  hasRoomFor(bytes: number): boolean {
    return bytes <= 0 || this.#heldBytes + bytes <= this.limit;
  }

  /** For shares: counts bytes that cannot be forgotten, fewer when negative. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.add(bytes);
  }

  #makeRoom(): void {
    while (this.#bytes > this.limit) {
      let oldest: Forgetful | undefined;
      let oldestAt = Number.POSITIVE_INFINITY;
      for (const history of this.#histories) {
        const at = history.oldestAt;
        if (at !== undefined && at < oldestAt) {
          oldest = history;
          oldestAt = at;
        }
      }
      if (oldest === undefined) return;
      oldest.forget(this.limit * STEP);
    }
  }
}

/** What one session takes of the budget. */
export class MemoryShare {
  readonly #budget: MemoryBudget;
  readonly #histories: Forgetful[] = [];
  #bytes = 0;
  #heldBytes = 0;
  #isClosed = false;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Has the history give way when others need room. */
  join(history: Forgetful): void {
    this.#histories.push(history);
    this.#budget.join(history);
  }

  /** Counts bytes of history, fewer when negative. */
  add(bytes: number): void {
    // A call that was under way when its session ended is told to what nobody keeps any more.
    if (this.#isClosed || bytes === 0) return;
    this.#bytes += bytes;
    this.#budget.add(bytes);
  }

  /** Counts bytes that cannot be forgotten, fewer when negative. @throws {@link CallError} when there is no room. */
  hold(bytes: number): void {
    if (!this.#budget.hasRoomFor(bytes)) throw noRoom(this.#budget.limit);
    this.take(bytes);
  }

  /** Counts bytes that cannot be forgotten, room or not: others are refused then. */
  take(bytes: number): void {
    if (this.#isClosed) return;
    this.#heldBytes += bytes;
    this.#budget.hold(bytes);
  }

  /** Gives everything back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const history of this.#histories) this.#budget.leave(history);
    this.#budget.add(-this.#bytes);
    this.#budget.hold(-this.#heldBytes);
  }
}

function noRoom(limit: number): CallError {
  return new CallError(
    'MemoryLimitExceededException',
    `Cannot take this in: sessions hold ${Math.round(limit / 1024 / 1024)} MB already. ` +
      'Reset or remove some with DELETE /__restage/sessions/NAME.',
  );
}

/** What a text takes at most: its head, and two bytes a character. */
export function sizeOfText(text: string | undefined): number {
  return text === undefined ? 0 : 24 + 2 * text.length;
}
