import type { CallMatcher } from './call-filter.ts';
import type { JournalEntry } from './entry.ts';

/** What came of waiting. */
export interface Waited {
  /** The calls that are meant, oldest first: as many as were waited for or, where they did not come, as many as came. */
  readonly calls: readonly JournalEntry[];
  /** Why the waiting is over. `ended`: whoever waited has gone, or there is nothing to wait for any more. */
  readonly reason: 'came' | 'timeout' | 'ended';
}

/** A wait that is under way. */
export interface Wait {
  readonly over: Promise<Waited>;
  /** Ends it before its time; nothing happens when it is over. */
  readonly end: () => void;
}

/** What is waited for. */
export interface WaitFor {
  readonly count: number;
  readonly matches: CallMatcher;
  /** The calls that are meant and have ended already. */
  readonly past: readonly JournalEntry[];
  readonly timeoutMs: number;
  /** Whose calls they are: with it the wait ends. */
  readonly of?: object;
}

/** One who waits. */
interface Waiter {
  readonly take: (entry: JournalEntry) => void;
  readonly end: () => void;
  readonly of: object | undefined;
}

/** Those who wait until calls have ended. */
export class CallWaiters {
  readonly #waiters = new Set<Waiter>();
  #isClosed = false;

  /** How many wait. */
  get count(): number {
    return this.#waiters.size;
  }

  /** Tells of a call that has ended. Costs nothing while nobody waits. */
  publish(entry: JournalEntry): void {
    if (this.#waiters.size === 0) return;
    for (const { take } of this.#waiters) take(entry);
  }

  wait({ count, matches, past, timeoutMs, of }: WaitFor): Wait {
    const calls = [...past];
    const isThere = calls.length >= count;
    if (isThere || this.#isClosed)
      return { over: Promise.resolve({ calls, reason: isThere ? 'came' : 'ended' }), end: () => {} };
    let resolve = (_: Waited): void => {};
    const over = new Promise<Waited>((settle) => {
      resolve = settle;
    });
    const finish = (reason: Waited['reason']): void => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
      resolve({ calls, reason });
    };
    const waiter: Waiter = {
      take: (entry) => {
        if (!matches(entry)) return;
        calls.push(entry);
        if (calls.length >= count) finish('came');
      },
      end: () => finish('ended'),
      of,
    };
    const timer = setTimeout(() => finish('timeout'), timeoutMs);
    this.#waiters.add(waiter);
    return { over, end: waiter.end };
  }

  /** Ends every wait for calls of that session. */
  endOf(session: object): void {
    for (const { of, end } of this.#waiters) if (of === session) end();
  }

  /** Ends every wait, those to come as well. */
  close(): void {
    this.#isClosed = true;
    for (const { end } of this.#waiters) end();
  }
}
