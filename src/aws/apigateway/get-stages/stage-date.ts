import { type Json, type JsonObject, numberOf, numberText, objectOf } from '../../../json.ts';
import { isWrapped, unwrap } from './verbatim.ts';

const dateFields = ['createdDate', 'lastUpdatedDate'] as const;

export function mapDates(stage: JsonObject, convert: (date: Json) => Json): JsonObject {
  const dates = dateFields.filter((field) => Object.hasOwn(stage, field));
  return { ...stage, ...objectOf(dates.map((field) => [field, convert(stage[field] as Json)] as const)) };
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

/** Epoch seconds of an ISO 8601 date in whole seconds, UTC; nothing for whatever else. */
export function epochSeconds(date: Json): Json | undefined {
  if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date)) return undefined;
  const seconds = Date.parse(date) / 1000;
  return isoDate(seconds) === date ? numberOf(String(seconds)) : undefined;
}
