import type { Outcome } from '../call.ts';
import type { CallError } from '../errors.ts';

/** What is told of one call: nothing that could hold a secret. */
export interface JournalEntry {
  /** When it was answered, in epoch milliseconds. */
  readonly at: number;
  /** The session it belongs to; absent for calls without one. */
  readonly session: string | undefined;
  /** The operation's name, or method and path of one that is not understood. */
  readonly operation: string;
  readonly restApiId: string | undefined;
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly region: string | undefined;
  readonly outcome: Outcome;
  /** 0 when no status line was sent: the connection hung or was reset. */
  readonly status: number;
  /** How long it took until there was an answer to send. */
  readonly durationMs: number;
  /** How long the upstream took, when it was asked. */
  readonly upstreamMs: number | undefined;
  readonly invocationId: string | undefined;
  readonly attempt: number | undefined;
  /** Who called, to tell clients apart that send no invocation id: address and user agent. */
  readonly client: string;
  /** Whether the client had gone before there was an answer. */
  readonly abandoned: boolean;
  /** Whether a fault made an answer that clients cannot read, whatever its status: cut off, or not what it says it is. */
  readonly damaged: boolean;
  /** How long the answer told the client to wait: `Retry-After` or `x-amz-retry-after`. */
  readonly retryAfterMs: number | undefined;
  /** The rule that answered. */
  readonly fault: string | undefined;
  /** The rules that fired: the one that answered, and those that delayed. */
  readonly hits: readonly string[];
  /** What the client was not told, or why something was not recorded. */
  readonly note: string | undefined;
}

/** Told of each call. */
export type Observer = (entry: JournalEntry) => void;

/** What is told of a request that no call came of. */
export function refusedEntry(what: string, error: CallError, at: number): JournalEntry {
  return {
    at,
    session: undefined,
    operation: what,
    restApiId: undefined,
    parameters: undefined,
    region: undefined,
    outcome: 'refused',
    status: error.status,
    durationMs: 0,
    upstreamMs: undefined,
    invocationId: undefined,
    attempt: undefined,
    client: '-',
    abandoned: false,
    damaged: false,
    retryAfterMs: undefined,
    fault: undefined,
    hits: [],
    note: error.message,
  };
}

/** What is told of a call to people and programs: without what is not there, times in ISO 8601. */
export function describeEntry(entry: JournalEntry): object {
  const { at, durationMs, upstreamMs, hits, abandoned, damaged, ...rest } = entry;
  return {
    at: new Date(at).toISOString(),
    ...rest,
    durationMs: rounded(durationMs),
    ...(upstreamMs !== undefined && { upstreamMs: rounded(upstreamMs) }),
    ...(hits.length > 0 && { hits }),
    ...(abandoned && { abandoned }),
    ...(damaged && { damaged }),
  };
}

function rounded(ms: number): number {
  return Number(ms.toFixed(2));
}
