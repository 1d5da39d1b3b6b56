import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';

/** Marks a value that would otherwise be taken for something else: null, and what is marked already. */
export function wrap(value: Json): Json {
  return value === null || isWrapped(value) ? { verbatim: value } : value;
}

export function unwrap(value: Json): Json {
  return isWrapped(value) ? (value.verbatim as Json) : value;
}

export function isWrapped(value: Json): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length === 1 && Object.hasOwn(value, 'verbatim');
}
