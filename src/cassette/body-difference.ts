import { bodyOf, type Key, quote } from '../aws/apigateway/key.ts';
import { documentBounds } from '../bounds.ts';
import { equalJson, isJsonObject, type Json, writeJson } from '../json.ts';
import { REDACTED } from '../redaction/redacted.ts';

/** The first place where two bodies differ, and in how many they do. */
interface Difference {
  readonly place: string;
  readonly asked: Json | undefined;
  readonly recorded: Json | undefined;
  readonly count: number;
}

/**
 * Where what is sent differs from what is recorded of the same call with another body, the nearest of those.
 * Nothing where the call is not recorded with any body.
 */
export function describeBodyDifference(key: Key, recorded: Iterable<Key>): string | undefined {
  let nearest: Difference | undefined;
  let compared = 0;
  for (const other of recorded) {
    if (other.operation !== key.operation || other.path !== key.path) continue;
    compared += 1;
    if (compared > documentBounds.comparedNames) break;
    const difference = differenceOf(bodyOf(key), bodyOf(other));
    if (difference !== undefined && difference.count < (nearest?.count ?? Number.POSITIVE_INFINITY))
      nearest = difference;
  }
  if (nearest === undefined) return undefined;
  const { place, asked, recorded: known, count } = nearest;
  const more = count > 1 ? `, and in ${count - 1} more ${count === 2 ? 'place' : 'places'}` : '';
  const kinds = isOneRedacted(asked, known)
    ? `one of them is redacted, and the other is not; replay with the same --no-redact as it was recorded with`
    : `it is ${show(asked)}, recorded is ${show(known)}`;
  return `its body differs from the recorded one at ${quote(place)}: ${kinds}${more}`;
}

/** Whether what stands in one body was taken out of the other: it may be a secret, and is not shown. */
function isOneRedacted(a: Json | undefined, b: Json | undefined): boolean {
  const [first, second] = [a, b].map((value) => typeof value === 'string' && value.includes(REDACTED));
  return typeof a === 'string' && typeof b === 'string' && first !== second && a !== '' && b !== '';
}

function differenceOf(asked: Json, recorded: Json): Difference | undefined {
  let first: Omit<Difference, 'count'> | undefined;
  let count = 0;
  const compare = (a: Json | undefined, b: Json | undefined, place: string): void => {
    if (isJsonObject(a) && isJsonObject(b)) {
      for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
        compare(own(a, name), own(b, name), place === '' ? name : `${place}.${name}`);
    } else if (Array.isArray(a) && Array.isArray(b)) {
      for (let at = 0; at < Math.max(a.length, b.length); at += 1) compare(a[at], b[at], `${place}[${at}]`);
    } else if (a === undefined || b === undefined || !equalJson(a, b)) {
      first ??= { place, asked: a, recorded: b };
      count += 1;
    }
  };
  compare(asked, recorded, '');
  return first && { ...first, count };
}

function own(object: { readonly [name: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  return typeof value === 'string' ? quote(value) : quote(writeJson(value));
}
