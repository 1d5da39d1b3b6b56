import { isLosslessNumber, LosslessNumber, stringify } from 'lossless-json';
import { documentBounds } from './bounds.ts';
import { type JsonLimits, type JsonNumbers, JsonParser } from './json-parser.ts';

export { JsonLimitError, tooManyValues } from './json-parser.ts';

/** A JSON value whose numbers keep the text they were written with: `10000.0` stays `10000.0`. */
export type Json = null | boolean | string | number | LosslessNumber | Json[] | JsonObject;
export interface JsonObject {
  [field: string]: Json;
}

/** What restage takes of a document whose size is bounded in bytes. */
const FILE_LIMITS: JsonLimits = { depth: documentBounds.depth, values: documentBounds.fileValues };
const NUMBERS: JsonNumbers<LosslessNumber> = { toNumber: numberOf, isSame: equalJson };

/**
 * Parses JSON and keeps the text of every number.
 * @throws SyntaxError for text that is not JSON or repeats a field with another value; {@link JsonLimitError} for what
 * nests too deeply or holds too much: what recurses over a value later must not be what runs out of stack or of time.
 */
export function parseJson(text: string, limits = FILE_LIMITS): Json {
  return new JsonParser(text, limits, NUMBERS).parse();
}

/** How many values it is: itself and all that it holds. */
export function countValues(value: Json): number {
  let count = 1;
  if (Array.isArray(value)) for (const item of value) count += countValues(item);
  else if (isJsonObject(value))
    for (const name of Object.keys(value)) count += countValues(value[name] as Json);
  return count;
}

/** Writes JSON with the numbers as they were read; `indent` spaces a level, compact without. */
export function writeJson(value: unknown, indent?: number): string {
  return stringify(value, undefined, indent) ?? 'null';
}

/** Whether the value is an object: neither an array, a number nor null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** The number's text when the value is a number as it was read, else nothing. */
export function numberText(value: Json | undefined): string | undefined {
  return isLosslessNumber(value) ? value.value : undefined;
}

/** A number to be written with exactly this text. */
export function numberOf(text: string): LosslessNumber {
  return new LosslessNumber(text);
}

/** Builds an object of its entries; a field named `__proto__` is a field like any other. */
export function objectOf(entries: Iterable<readonly [string, Json]>): JsonObject {
  return Object.fromEntries(entries);
}

/**
 * The value with the keys of every object in code-unit order, so that equal values have equal text. What is in order, as
 * everything is that was written so, is not copied.
 */
export function sortKeys<T extends Json>(value: T): T;
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(sortKeys);
    return items.every((item, at) => item === value[at]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value);
  // Each inner value is sorted once, and only once: they nest as deeply as whoever wrote them likes.
  const sorted = names.map((name) => sortKeys(value[name] as Json));
  const isSame = names.every(
    (name, at) => sorted[at] === value[name] && (at === 0 || (names[at - 1] as string) < name),
  );
  if (isSame) return value;
  const order = [...names.keys()].sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
  return objectOf(order.map((at) => [names[at] as string, sorted[at] as Json] as const));
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function equalJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, at) => equalJson(item, b[at] as Json));
  const number = numberText(a);
  if (number !== undefined) return number === numberText(b);
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalJson(a[name] as Json, b[name] as Json))
  );
}
