import type { Outcome } from '../call.ts';
import type { CallError } from '../errors.ts';
import { withoutSecrets, withoutSecretsIn } from '../secrets.ts';
import { sizeOfText } from './memory-budget.ts';
import { ownText, ownTexts } from './own-text.ts';

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
  /** How often the client may try, as far as it says so. */
  readonly maxAttempts: number | undefined;
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
  return keptEntry({
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
    maxAttempts: undefined,
    client: '-',
    abandoned: false,
    damaged: false,
    retryAfterMs: undefined,
    fault: undefined,
    hits: [],
    note: error.message,
  });
}

/**
 * A call as it is kept and told of. Everything that a client, an upstream or a file may have chosen is shortened here, and
 * here alone, and made a text of its own: a part of a longer one would keep the whole in memory.
 */
export function keptEntry(entry: FreshEntry): JournalEntry {
  entry.operation = ownText(entry.operation);
  if (entry.restApiId !== undefined) entry.restApiId = ownText(withoutSecrets(entry.restApiId));
  if (entry.parameters !== undefined) entry.parameters = ownTexts(withoutSecretsIn(entry.parameters));
  if (entry.note !== undefined) entry.note = ownText(entry.note, MAX_NOTE);
  return entry;
}

/** One that nobody knows yet. */
export type FreshEntry = { -readonly [Field in keyof JournalEntry]: JournalEntry[Field] };

/** A note says what was wrong and what to do. */
const MAX_NOTE = 1000;
/** An entry without its texts, as measured. */
const ENTRY_BYTES = 400;

/** What an entry takes in memory, in bytes and at most. */
export function sizeOfEntry(entry: JournalEntry): number {
  const { operation, restApiId, parameters, invocationId, client, note } = entry;
  let bytes =
    ENTRY_BYTES +
    sizeOfText(operation) +
    sizeOfText(restApiId) +
    sizeOfText(invocationId) +
    sizeOfText(client) +
    sizeOfText(note) +
    8 * entry.hits.length;
  for (const name in parameters) bytes += sizeOfText(name) + sizeOfText(parameters[name]);
  return bytes;
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
