import { memoryBounds } from '../bounds.ts';
import type { JournalEntry } from '../journal/entry.ts';
import { type Attempt, isRetryable, toAttempt } from './attempt.ts';
import { type CallGroup, CLOCK_GRAIN_MS } from './call-group.ts';
import { keyOf, toCalled } from './called.ts';

/** What comes later than this after an answer is a call of its own. No SDK backs off for longer than 20 s. */
const MAX_GAP_MS = 60_000;

/**
 * Calls without an invocation id that may get another attempt, by client and key.
 *
 * An attempt belongs to the call that has waited longest: clients that back off alike come back in the order in which
 * they were answered. What came in before a call's last answer had left cannot be a retry of it. Concurrent calls of one
 * client for one key cannot be told apart beyond that: their attempts may be exchanged, and a call that is made
 * within a minute after the client gave up on the same one counts as its next attempt.
 */
export class OpenCalls {
  readonly #byClient = new Map<string, Map<string, CallGroup[]>>();

  /** The call that this is an attempt of; nothing when it begins one. */
  find(entry: JournalEntry): CallGroup | undefined {
    // Most of the time nobody has anything open. A client's text is new with each call: to look it up is to hash it.
    if (this.#byClient.size === 0 || entry.attempt === 1) return undefined;
    const byKey = this.#byClient.get(entry.client);
    const waiting = byKey?.get(keyOf(toCalled(entry)));
    if (waiting === undefined) return undefined;
    const attempt = toAttempt(entry);
    return waiting.find((group) => canFollow(attempt, group.last));
  }

  /** Puts the call in its place after an attempt: at the end of those that wait, or nowhere when it is over. */
  update(group: CallGroup): void {
    this.remove(group);
    if (!isRetryable(group.last)) return;
    const { client } = group.called;
    const byKey = this.#byClient.get(client) ?? new Map<string, CallGroup[]>();
    this.#byClient.set(client, byKey);
    const waiting = byKey.get(group.key) ?? [];
    byKey.set(group.key, waiting);
    waiting.push(group);
    const now = group.last.answeredAt;
    while (waiting.length > memoryBounds.openCalls || isPast(waiting[0], now)) waiting.shift();
  }

  remove(group: CallGroup): void {
    if (this.#byClient.size === 0) return;
    const byKey = this.#byClient.get(group.called.client);
    if (byKey === undefined) return;
    const waiting = byKey.get(group.key);
    const place = waiting?.indexOf(group) ?? -1;
    if (waiting === undefined || place < 0) return;
    waiting.splice(place, 1);
    if (waiting.length === 0) byKey.delete(group.key);
    if (byKey.size === 0) this.#byClient.delete(group.called.client);
  }

  clear(): void {
    this.#byClient.clear();
  }
}

function canFollow(attempt: Attempt, last: Attempt): boolean {
  if (attempt.at - last.answeredAt > MAX_GAP_MS) return false;
  // A clock that was set back proves nothing.
  const isOverlapping =
    attempt.answeredAt >= last.answeredAt && attempt.at <= last.answeredAt - CLOCK_GRAIN_MS;
  return !isOverlapping || last.abandoned;
}

function isPast(group: CallGroup | undefined, now: number): boolean {
  return group !== undefined && now - group.last.answeredAt > MAX_GAP_MS;
}
