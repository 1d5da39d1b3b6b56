import { type Json, numberOf } from '../../json.ts';

/** ISO 8601 in whole seconds, UTC; nothing for what is out of a date's range. */
export function isoDate(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return text.length === '2016-04-15T17:38:08.000Z'.length ? text.replace('.000Z', 'Z') : undefined;
}

const WHOLE_SECONDS = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Epoch seconds of an ISO 8601 date in whole seconds, UTC; nothing for whatever else. */
export function epochSeconds(date: Json): Json | undefined {
  if (typeof date !== 'string' || !WHOLE_SECONDS.test(date)) return undefined;
  const seconds = Date.parse(date) / 1000;
  // Only the last days of a month may be none.
  const isThere = date.slice(8, 10) <= '28' || isoDate(seconds) === date;
  return isThere ? numberOf(String(seconds)) : undefined;
}
