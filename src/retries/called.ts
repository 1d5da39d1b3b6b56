import type { JournalEntry } from '../journal/entry.ts';
import { sizeOfText } from '../journal/memory-budget.ts';

/** What was called, and by whom. */
export interface Called {
  readonly operation: string;
  readonly restApiId: string | undefined;
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly region: string | undefined;
  readonly session: string | undefined;
  readonly client: string;
  readonly invocationId: string | undefined;
  /** How often its client may try, as far as it says so. */
  readonly maxAttempts: number | undefined;
}

/** What a journal's entry says was called. */
export function toCalled(entry: JournalEntry): Called {
  return {
    operation: entry.operation,
    restApiId: entry.restApiId,
    parameters: entry.parameters,
    region: entry.region,
    session: entry.session,
    client: entry.client,
    invocationId: entry.invocationId,
    maxAttempts: entry.maxAttempts,
  };
}

/** What it takes to find a call again that has no invocation id. */
const FOUND_BY_CLIENT_BYTES = 600;

/** What it takes in memory, in bytes and at most: its texts, and those that it is found by. */
export function sizeOfCalled(called: Called): number {
  const found = called.invocationId ? 2 * sizeOfText(called.invocationId) : FOUND_BY_CLIENT_BYTES;
  return found + sizeOfText(called.client) + 3 * sizeOfText(keyOf(called));
}

/** What calls of one client have in common when one may be the other's retry. */
export function keyOf({ operation, restApiId, parameters, region, session }: Called): string {
  return JSON.stringify([operation, restApiId, parameters, region, session]);
}

/** `GetStages a1b2c3d4e5 deploymentId=vakw79 us-east-1`, with `@session` in the end where there is one. Not escaped. */
export function describeCalled({
  operation,
  restApiId,
  parameters = {},
  region,
  session,
}: Omit<Called, 'client' | 'invocationId' | 'maxAttempts'>): string {
  const filters = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const parts = [operation, restApiId, ...filters, region, session && `@${session}`];
  return parts.filter((part) => part !== undefined).join(' ');
}
