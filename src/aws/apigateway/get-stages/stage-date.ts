import { type Json, type JsonObject, numberText } from '../../../json.ts';
import { epochSeconds, isoDate } from '../date.ts';
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
