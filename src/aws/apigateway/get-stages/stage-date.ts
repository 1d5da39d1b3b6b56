import { type Json, type JsonObject, numberOf, numberText } from '../../../json.ts';
import { isWrapped, unwrap } from './verbatim.ts';

const dateFields = ['createdDate', 'lastUpdatedDate'] as const;

export function mapDates(stage: JsonObject, convert: (date: Json) => Json): JsonObject {
  const mapped = { ...stage };
  for (const field of dateFields)
    if (Object.hasOwn(stage, field)) mapped[field] = convert(stage[field] as Json);
  return mapped;
}

/** Whole epoch seconds become ISO 8601. Text that looks like it is marked, so that it can come back as text. */
export function dateFromPlain(date: Json): Json {
  const text = numberText(date);
  if (text !== undefined && /^(0|-?[1-9]\d{0,11})$/.test(text)) return isoDate(Number(text)) ?? date;
  return epochSeconds(date) !== undefined || isWrapped(date) ? { verbatim: date } : date;
}

export function dateToPlain(date: Json): Json {
  return isWrapped(date) ? unwrap(date) : (epochSeconds(date) ?? date);
}

function isoDate(seconds: number): string | undefined {
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
