import type { JournalEntry } from '../journal/entry.ts';
import { shortText, shortTexts } from '../journal/short-text.ts';

/** What was called, and by whom. */
export interface Called {
  readonly operation: string;
  readonly restApiId: string | undefined;
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly region: string | undefined;
  readonly session: string | undefined;
  readonly client: string;
  readonly invocationId: string | undefined;
}

/** What a journal's entry says was called, long texts cut. */
export function toCalled(entry: JournalEntry): Called {
  return {
    operation: shortText(entry.operation),
    restApiId: entry.restApiId && shortText(entry.restApiId),
    parameters: entry.parameters && shortTexts(entry.parameters),
    region: entry.region && shortText(entry.region),
    session: entry.session,
    client: entry.client,
    invocationId: entry.invocationId,
  };
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
}: Omit<Called, 'client' | 'invocationId'>): string {
  const filters = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const parts = [operation, restApiId, ...filters, region, session && `@${session}`];
  return parts.filter((part) => part !== undefined).join(' ');
}
