import { memoryBounds } from '../bounds.ts';
import type { JournalEntry } from '../journal/entry.ts';
import { type Forgetful, MemoryBudget, type MemoryShare } from '../journal/memory-budget.ts';
import { type Attempt, isSuccess, toAttempt } from './attempt.ts';
import { ATTEMPT_BYTES, CallGroup } from './call-group.ts';
import { OpenCalls } from './open-calls.ts';
import { PlainCalls } from './plain-calls.ts';
import { Queue } from './queue.ts';
import { Timeline } from './timeline.ts';

/** How much is kept. */
export interface RetryLogLimits {
  /** Calls that succeeded at once. */
  readonly plainCalls: number;
  /** Calls that did not. */
  readonly calls: number;
  /** Attempts of the calls that did not succeed at once, all together. */
  readonly attempts: number;
  /** A call with more attempts is told as several. */
  readonly attemptsOfCall: number;
}

export const retryLogLimits: RetryLogLimits = {
  plainCalls: memoryBounds.plainCalls,
  calls: memoryBounds.eventfulCalls,
  attempts: memoryBounds.attempts,
  attemptsOfCall: memoryBounds.attemptsOfCall,
};

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
export class RetryLog implements Forgetful {
  readonly #limits: RetryLogLimits;
  /** Calls that did not succeed at once, by their invocation ids. */
  readonly #byId = new Map<string, CallGroup>();
  readonly #open = new OpenCalls();
  readonly #plain: PlainCalls;
  readonly #eventful = new Queue<CallGroup>();
  #eventfulAttempts = 0;
  #forgotten = { eventful: 0, eventfulAttempts: 0 };
  readonly #share: MemoryShare;
  /** When attempts were made, for rates. */
  readonly timeline: Timeline;

  /** @param share counts what is kept, and has the oldest go when there is too much of it. */
  constructor(limits: Partial<RetryLogLimits> = {}, share: MemoryShare = new MemoryBudget().open()) {
    this.#limits = { ...retryLogLimits, ...limits };
    this.#share = share;
    share.join(this);
    this.#plain = new PlainCalls(this.#limits.plainCalls, share);
    this.timeline = new Timeline(undefined, share);
  }

  /** Takes in an answered call. */
  add(entry: JournalEntry): void {
    this.timeline.add(entry.at - entry.durationMs, entry.outcome === 'faulted');
    const known = this.#find(entry);
    if (known === undefined && isSuccess(entry)) {
      this.#plain.add(entry);
      return;
    }
    const attempt = toAttempt(entry);
    const isFull = known !== undefined && known.attempts.length >= this.#limits.attemptsOfCall;
    if (isFull) this.#open.remove(known);
    if (known === undefined || isFull) this.#begin(entry, attempt);
    else this.#continue(known, attempt);
    this.#forgetOldest();
  }

  /** The calls that are kept, in the order in which they began. */
  get calls(): CallGroup[] {
    return [...this.#plain.groups, ...this.#eventful].sort((a, b) => a.first.at - b.first.at);
  }

  get forgotten(): Forgotten {
    return { plain: this.#plain.forgotten, ...this.#forgotten };
  }

  get oldestAt(): number | undefined {
    return this.#eventful.oldest?.last.answeredAt;
  }

  forget(bytes: number): void {
    for (let freed = 0; freed < bytes && this.#eventful.size > 0; ) freed += this.#takeOldest();
  }

  /** Begins anew. */
  clear(): void {
    this.#byId.clear();
    this.#open.clear();
    this.#plain.clear();
    for (const group of this.#eventful) this.#share.add(-group.bytes);
    this.#eventful.clear();
    this.#eventfulAttempts = 0;
    this.#forgotten = { eventful: 0, eventfulAttempts: 0 };
    this.timeline.clear();
  }

  /** The call that this is another attempt of. */
  #find(entry: JournalEntry): CallGroup | undefined {
    const { invocationId, attempt } = entry;
    if (!invocationId) return this.#open.find(entry);
    const known = this.#byId.size === 0 ? undefined : this.#byId.get(invocationId);
    // A first attempt that succeeded, as nearly all do, has nothing before it.
    if (known !== undefined || (attempt === 1 && isSuccess(entry))) return known;
    const plain = this.#plain.take(invocationId);
    if (plain === undefined) return undefined;
    this.#keep(plain);
    // To make room for it, it may have been forgotten itself.
    return this.#byId.get(invocationId) === plain ? plain : undefined;
  }

  #begin(entry: JournalEntry, attempt: Attempt): void {
    this.#keep(new CallGroup(entry, attempt));
  }

  #keep(group: CallGroup): void {
    const { invocationId } = group.called;
    if (invocationId) this.#byId.set(invocationId, group);
    else this.#open.update(group);
    this.#eventful.add(group);
    this.#eventfulAttempts += 1;
    // Last of all: it may be what is forgotten for it.
    this.#share.add(group.bytes);
  }

  #continue(group: CallGroup, attempt: Attempt): void {
    group.add(attempt);
    this.#eventfulAttempts += 1;
    if (!group.called.invocationId) this.#open.update(group);
    // Last of all: it may be what is forgotten for it.
    this.#share.add(ATTEMPT_BYTES);
  }

  #forgetOldest(): void {
    const { calls, attempts } = this.#limits;
    while (this.#eventful.size > calls || this.#eventfulAttempts > attempts) this.#takeOldest();
  }

  /** Lets the oldest call go that did not succeed at once. @returns how many bytes that frees. */
  #takeOldest(): number {
    const group = this.#eventful.takeOldest();
    const { invocationId } = group.called;
    if (invocationId && this.#byId.get(invocationId) === group) this.#byId.delete(invocationId);
    this.#open.remove(group);
    this.#eventfulAttempts -= group.attempts.length;
    this.#forgotten.eventful += 1;
    this.#forgotten.eventfulAttempts += group.attempts.length;
    this.#share.add(-group.bytes);
    return group.bytes;
  }
}
