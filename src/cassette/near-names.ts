import { documentBounds } from '../bounds.ts';
import { nameDistance } from '../known-names.ts';

/** In characters. What is longer is compared by its end: what a client asks for may be long, and the names many. */
const COMPARED_LENGTH = 64;

/**
 * Names in which to find those that are most like another one. They are put in order once; then only those are compared
 * that begin or end most like it, since a slip of the pen leaves one or the other as it was.
 */
export class NearNames {
  readonly #byBeginning: readonly string[];
  readonly #byEnd: ReadonlyArray<readonly [ending: string, name: string]>;

  constructor(names: readonly string[]) {
    this.#byBeginning = [...names].sort(byText);
    this.#byEnd = names
      .map((name) => [backwards(name), name] as const)
      .sort(([a, nameA], [b, nameB]) => byText(a, b) || byText(nameA, nameB));
  }

  /** So many names at most, the most alike first. */
  find(name: string, most: number): string[] {
    const half = documentBounds.comparedNames / 2;
    const ending = backwards(name);
    const candidates = new Set([
      ...around(this.#byBeginning, (other) => other < name, half),
      ...around(this.#byEnd, ([other]) => other < ending, half).map(([, other]) => other),
    ]);
    const ranked = [...candidates].map((other) => ({ other, distance: nameDistance(other, name) }));
    return ranked
      .sort((a, b) => a.distance - b.distance || byText(a.other, b.other))
      .slice(0, most)
      .map(({ other }) => other);
  }
}

/** So many items of an ordered list, of those before and behind a place in it: where what is before it ends. */
function around<T>(list: readonly T[], isBefore: (item: T) => boolean, count: number): readonly T[] {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  const from = Math.max(0, Math.min(low - count / 2, list.length - count));
  return list.slice(from, from + count);
}

function backwards(name: string): string {
  return name.slice(-COMPARED_LENGTH).split('').reverse().join('');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
