import type { JournalEntry } from '../../src/journal/entry.ts';

/** What is told of a replayed call. */
export function journalEntry(fields: Partial<JournalEntry> = {}): JournalEntry {
  return {
    at: Date.UTC(2024, 4, 6, 7, 8, 9),
    session: undefined,
    operation: 'GetStages',
    restApiId: 'a1b2c3d4e5',
    parameters: {},
    region: 'us-east-1',
    outcome: 'replayed',
    status: 200,
    durationMs: 0.42,
    upstreamMs: undefined,
    invocationId: undefined,
    attempt: undefined,
    maxAttempts: undefined,
    client: '127.0.0.1 test',
    abandoned: false,
    damaged: false,
    retryAfterMs: undefined,
    fault: undefined,
    hits: [],
    note: undefined,
    ...fields,
  };
}
