import { documentBounds } from '../../../bounds.ts';
import { nameDistance } from '../../../known-names.ts';
import { splitTarget } from '../target.ts';
import type { OperationRow } from './operation-row.ts';

/** A word too much or too little. */
const WORD = 1;
/** A slash at the end. */
const EMPTY = 0.5;
/** Clients of the second version may leave this out. */
const VERSION = 0.2;
/** Any word may stand for a parameter, but where a literal fits that is what was meant. */
const PARAMETER = 0.05;
const OTHER_METHOD = 0.3;
/** What differs by more is something else. */
const MAX_COST = 1.7;
/** How much of its first word may differ. */
const MAX_FIRST = 0.5;

interface Candidate {
  readonly row: OperationRow;
  readonly segments: readonly string[];
}

/** What the row of an operation is called where a path is not understood: `GetStages 'GET /restapis/{restapi_id}/stages'`. */
export function describeRow({ name, method, path, fixedQuery }: OperationRow): string {
  return `${name} '${method} ${path}${fixedQuery === undefined ? '' : `?${fixedQuery}`}'`;
}

/** Finds the operation that a call was meant for that is of none; the cost is bounded whatever the path is. */
export class NearestOperation {
  readonly #candidates: readonly Candidate[];

  constructor(rows: readonly OperationRow[]) {
    this.#candidates = rows.map((row) => ({ row, segments: row.path.split('/').slice(1) }));
  }

  /** Nothing when none is like it. */
  find(method: string, target: string): OperationRow | undefined {
    // An ARN that is not encoded is one name all the same.
    const path = splitTarget(target).path.replace(/^((?:\/v2)?\/tags\/arn:[^/]*)\/.*$/, '$1');
    const asked = path.split('/', documentBounds.comparedSegments + 1).slice(1);
    const own = /^v\d$/.test(asked[0] ?? '') ? 1 : 0;
    const costs = new Map<string, number>();
    let best: { readonly row: OperationRow; readonly cost: number } | undefined;
    for (const { row, segments } of this.#candidates) {
      if (Math.abs(asked.length - segments.length) * EMPTY > MAX_COST) continue;
      const first = segments[0] === 'v2' ? 1 : 0;
      if (costOf(asked[own] ?? '', segments[first] ?? '', costs) > MAX_FIRST) continue;
      const cost = pathCost(asked, segments, costs) + (row.method === method ? 0 : OTHER_METHOD);
      if (cost <= MAX_COST && (best === undefined || cost < best.cost)) best = { row, cost };
    }
    return best?.row;
  }
}

/** How much two paths differ, segment by segment. [Levenshtein] */
function pathCost(asked: readonly string[], known: readonly string[], costs: Map<string, number>): number {
  let above = [0];
  for (const segment of known) above.push((above.at(-1) ?? 0) + lackOf(segment));
  for (const word of asked) {
    const gap = word === '' ? EMPTY : WORD;
    const row = [(above[0] ?? 0) + gap];
    for (const [at, segment] of known.entries()) {
      row.push(
        Math.min(
          (above[at] ?? 0) + costOf(word, segment, costs),
          (above[at + 1] ?? 0) + gap,
          (row[at] ?? 0) + lackOf(segment),
        ),
      );
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}

function lackOf(segment: string): number {
  return segment === 'v2' ? VERSION : WORD;
}

/** How much a word differs from a segment of a known path, from 0 to 1. Each pair is compared once a call. */
function costOf(word: string, segment: string, costs: Map<string, number>): number {
  if (word === segment) return 0;
  if (word === '') return WORD;
  if (segment.startsWith('{')) return PARAMETER;
  if (word.length > documentBounds.comparedWord) return WORD;
  const pair = `${word}/${segment}`;
  const known = costs.get(pair);
  if (known !== undefined) return known;
  const cost = nameDistance(word.toLowerCase(), segment) / Math.max(word.length, segment.length);
  costs.set(pair, cost);
  return cost;
}
