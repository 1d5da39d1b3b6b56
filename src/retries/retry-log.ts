import type { JournalEntry } from '../journal.ts';
import { type Attempt, toAttempt } from './attempt.ts';
import { CallGroup } from './call-group.ts';
import { OpenCalls } from './open-calls.ts';
import { Queue } from './queue.ts';
import { Timeline } from './timeline.ts';

/** How much is kept. */
export interface RetryLogLimits {
  /** Calls that succeeded at once, and as many that did not. */
  readonly calls: number;
  /** Attempts of the calls that did not succeed at once, all together. */
  readonly attempts: number;
  /** A call with more attempts is told as several. */
  readonly attemptsOfCall: number;
}

export const retryLogLimits: RetryLogLimits = { calls: 10_000, attempts: 50_000, attemptsOfCall: 1000 };

/** What is no longer kept. */
export interface Forgotten {
  /** Calls that succeeded at the first attempt: all there is to know of them. */
  readonly plain: number;
  /** Other calls, and their attempts. */
  readonly eventful: number;
  readonly eventfulAttempts: number;
}

/**
 * Calls and their attempts: what clients do about a throttle or a fault. By `amz-sdk-invocation-id`; without one by
 * client and key, as {@link OpenCalls} says.
 *
 * It is on the way of every answered call, so it only sorts attempts in; all else is worked out for whoever asks. Calls
 * that succeeded at once are kept apart from the others, lest they crowd them out.
 */
export class RetryLog {
  readonly #limits: RetryLogLimits;
  readonly #byId = new Map<string, CallGroup>();
  readonly #open = new OpenCalls();
  /** Calls that succeeded at once. */
  readonly #plain = new Queue<CallGroup>();
  readonly #eventful = new Queue<CallGroup>();
  #eventfulAttempts = 0;
  #forgotten = { plain: 0, eventful: 0, eventfulAttempts: 0 };
  /** When attempts were made, for rates. */
  readonly timeline = new Timeline();

  constructor(limits: Partial<RetryLogLimits> = {}) {
    this.#limits = { ...retryLogLimits, ...limits };
  }

  /** Takes in an answered call. */
  add(entry: JournalEntry): void {
    const attempt = toAttempt(entry);
    this.timeline.add(attempt.at, entry.outcome === 'faulted');
    const known = entry.invocationId ? this.#byId.get(entry.invocationId) : this.#open.find(entry, attempt);
    const isFull = known !== undefined && known.attempts.length >= this.#limits.attemptsOfCall;
    if (isFull) this.#open.remove(known);
    const group =
      known === undefined || isFull ? this.#begin(entry, attempt) : this.#continue(known, attempt);
    if (!entry.invocationId && !group.isPlain) this.#open.update(group);
    this.#forgetOldest();
  }

  /** The calls that are kept, in the order in which they began. */
  get calls(): CallGroup[] {
    return [...this.#plain, ...this.#eventful].sort((a, b) => a.first.at - b.first.at);
  }

  get forgotten(): Forgotten {
    return { ...this.#forgotten };
  }

  /** Begins anew. */
  clear(): void {
    this.#byId.clear();
    this.#open.clear();
    this.#plain.clear();
    this.#eventful.clear();
    this.#eventfulAttempts = 0;
    this.#forgotten = { plain: 0, eventful: 0, eventfulAttempts: 0 };
    this.timeline.clear();
  }

  #begin(entry: JournalEntry, attempt: Attempt): CallGroup {
    const group = new CallGroup(entry, attempt);
    if (entry.invocationId) this.#byId.set(entry.invocationId, group);
    if (group.isPlain) this.#plain.add(group);
    else {
      this.#eventful.add(group);
      this.#eventfulAttempts += 1;
    }
    return group;
  }

  #continue(group: CallGroup, attempt: Attempt): CallGroup {
    if (group.isPlain) {
      this.#plain.delete(group);
      this.#eventful.add(group);
      this.#eventfulAttempts += 1;
    }
    group.add(attempt);
    this.#eventfulAttempts += 1;
    return group;
  }

  #forgetOldest(): void {
    const { calls, attempts } = this.#limits;
    if (this.#plain.size > calls) {
      this.#forget(this.#plain.takeOldest());
      this.#forgotten.plain += 1;
    }
    while (this.#eventful.size > calls || this.#eventfulAttempts > attempts) {
      const group = this.#forget(this.#eventful.takeOldest());
      this.#eventfulAttempts -= group.attempts.length;
      this.#forgotten.eventful += 1;
      this.#forgotten.eventfulAttempts += group.attempts.length;
    }
  }

  #forget(group: CallGroup): CallGroup {
    const { invocationId } = group.called;
    if (invocationId && this.#byId.get(invocationId) === group) this.#byId.delete(invocationId);
    this.#open.remove(group);
    return group;
  }
}
