import type { JournalEntry } from '../../src/journal/entry.ts';
import { RetryLog, type RetryLogLimits } from '../../src/retries/retry-log.ts';
import { journalEntry } from './journal-entry.ts';

/** When the calls that are made by hand begin. */
export const START = Date.UTC(2024, 4, 6, 7, 8, 9);

/** A call's attempts by the status of their answers, with the waits between them; each takes 1 ms. */
export function attemptsOf(
  statuses: readonly number[],
  waitsMs: readonly number[] = [],
  fields: Partial<JournalEntry> & { readonly start?: number } = {},
): JournalEntry[] {
  const { start = START, ...others } = fields;
  let at = start;
  return statuses.map((status, i) => {
    if (i > 0) at += waitsMs[i - 1] ?? 0;
    at += 1;
    const isFault = status === 0 || status === 429 || status >= 500;
    return journalEntry({
      at,
      durationMs: 1,
      status,
      ...(others.invocationId === undefined ? {} : { attempt: i + 1 }),
      ...(isFault ? { outcome: 'faulted', fault: 'throttle' } : {}),
      ...others,
    });
  });
}

/** A log of these answers, in the order in which they were given. */
export function logOf(entries: readonly JournalEntry[], limits?: Partial<RetryLogLimits>): RetryLog {
  const log = new RetryLog(limits);
  for (const entry of entries) log.add(entry);
  return log;
}

/** As a proxy tells of calls that run at once: when they are answered. */
export function inOrderOfAnswers(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.toSorted((a, b) => a.at - b.at);
}
