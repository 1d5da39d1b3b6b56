import type { Outcome } from '../call.ts';
import type { JournalEntry } from '../journal/entry.ts';

/** One try of a call, and what came of it. */
export interface Attempt {
  /** When it came in, in epoch milliseconds. */
  readonly at: number;
  /** When it was answered, in epoch milliseconds; for one that was left hanging, when that began. */
  readonly answeredAt: number;
  /** What the client says of it, from 1. */
  readonly number: number | undefined;
  /** 0 when there was no status line. */
  readonly status: number;
  readonly outcome: Outcome;
  /** The rule that answered. */
  readonly fault: string | undefined;
  /** How long the answer told the client to wait. */
  readonly retryAfterMs: number | undefined;
  /** Whether the client had gone before there was an answer. */
  readonly abandoned: boolean;
  /** Whether the answer broke off or is no such answer as its status promises. */
  readonly damaged: boolean;
}

/** How a call ended, as far as its last attempt tells. */
export const endings = ['succeeded', 'failed', 'gave up', 'abandoned'] as const;
export type Ending = (typeof endings)[number];

/** What the retry report keeps of a journal's entry: nothing that a client chose, so that its size is known. */
export function toAttempt(entry: JournalEntry): Attempt {
  return {
    at: entry.at - entry.durationMs,
    answeredAt: entry.at,
    number: entry.attempt,
    status: entry.status,
    outcome: entry.outcome,
    fault: entry.fault,
    retryAfterMs: entry.retryAfterMs,
    abandoned: entry.abandoned,
    damaged: entry.damaged,
  };
}

/** Whether the client got what it asked for. An altered answer counts: a fault may be one that is legal JSON. */
export function isSuccess({
  status,
  abandoned,
  damaged,
}: Pick<Attempt, 'status' | 'abandoned' | 'damaged'>): boolean {
  return status >= 200 && status < 300 && !damaged && !abandoned;
}

/**
 * Whether clients try again after this. JS v3 does so on every 5xx, the others on 500, 502, 503 and 504; all of them on
 * 429 and on connections that break.
 */
export function isRetryable({ status, abandoned, damaged }: Attempt): boolean {
  return status === 0 || status === 429 || status >= 500 || damaged || abandoned;
}

/** How a call ended whose last attempt this is. */
export function endingOf(last: Attempt): Ending {
  if (last.abandoned) return 'abandoned';
  if (isSuccess(last)) return 'succeeded';
  return isRetryable(last) || last.fault !== undefined ? 'gave up' : 'failed';
}
