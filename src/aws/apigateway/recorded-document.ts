import { documentBounds } from '../../bounds.ts';
import { countValues, type Json, type JsonObject, parseJson } from '../../json.ts';

const ANSWER_LIMITS = { depth: documentBounds.recordedDepth, values: documentBounds.takeValues };

/** The JSON of an answer, as far as it is within the limits; null for whatever else. */
export function parseAnswer(body: string | Uint8Array): Json {
  if (typeof body !== 'string') return null;
  try {
    return parseJson(body, ANSWER_LIMITS);
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** Whether it is more than one answer may hold: each take is read, compared, written and sent in one go. */
export function isTooMuch(content: JsonObject): boolean {
  return countValues(content) > documentBounds.takeValues;
}
