import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';
import { documentBounds } from './bounds.ts';

/** A JSON value whose numbers keep the text they were written with: `10000.0` stays `10000.0`. */
export type Json = null | boolean | string | number | LosslessNumber | Json[] | JsonObject;
export interface JsonObject {
  [field: string]: Json;
}

/**
 * Parses JSON and keeps the text of every number.
 * @throws SyntaxError for text that is not JSON, repeats a key with another value, or nests too deeply.
 */
export function parseJson(text: string, maxDepth = documentBounds.depth): Json {
  let value: Json;
  try {
    value = parse(text) as Json;
  } catch (cause) {
    if (cause instanceof RangeError) throw new SyntaxError('it nests too deeply', { cause });
    throw cause;
  }
  // What recurses over a value later must not be what runs out of stack.
  if (isDeeperThan(value, maxDepth)) throw new SyntaxError('it nests too deeply');
  return value;
}

function isDeeperThan(value: Json, levels: number): boolean {
  if (Array.isArray(value)) {
    if (levels === 0) return true;
    for (const item of value) if (isDeeperThan(item, levels - 1)) return true;
    return false;
  }
  if (!isJsonObject(value)) return false;
  if (levels === 0) return true;
  for (const name in value) if (isDeeperThan(value[name] as Json, levels - 1)) return true;
  return false;
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
  return writeJson(sortKeys(a)) === writeJson(sortKeys(b));
}
