import type { JournalEntry } from '../journal.ts';

/** Clients choose these texts, up to the size of a request's head; many calls are kept. */
const MAX_TEXT = 200;

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
    operation: shorten(entry.operation),
    restApiId: entry.restApiId && shorten(entry.restApiId),
    parameters: entry.parameters && shortenValues(entry.parameters),
    region: entry.region && shorten(entry.region),
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

function shortenValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name in values) {
    if ((values[name]?.length ?? 0) > MAX_TEXT)
      return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, shorten(value)]));
  }
  return values;
}

/** The beginning of a long text, as a copy: a slice would keep the whole. */
function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${Buffer.from(text.slice(0, MAX_TEXT)).toString()}…` : text;
}
