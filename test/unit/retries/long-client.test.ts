import { expect, test } from 'vitest';
import { RetryLog } from '../../../src/retries/retry-log.ts';
import { journalEntry } from '../../support/journal-entry.ts';

test('calls without an invocation id are grouped by the longest user agent there can be', () => {
  const log = new RetryLog();
  const client = `127.0.0.1 ${'x'.repeat(200)}`;
  const at = Date.UTC(2024, 4, 6);
  log.add(journalEntry({ client, at, outcome: 'faulted', status: 429 }));
  log.add(journalEntry({ client, at: at + 1000 }));
  expect(log.calls.map(({ attempts }) => attempts.length)).toEqual([2]);
});
