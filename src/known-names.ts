import leven from 'leven';
import { documentBounds } from './bounds.ts';
import { listNames } from './errors.ts';

/** Names may be long that a stranger chose: they are compared by their ends. */
const COMPARED = 64;
/** What differs by more is another name, and no slip. */
const MAX_DISTANCE = 3;
const MIN_LIKENESS = 0.5;

/** Longer lists are not read: of them, the nearest are told. */
const MAX_LISTED = 40;
const NEAREST_LISTED = 12;

/**
 * What to answer a name with that is not known, without the full stop: `Did you mean 'b'? Known kinds are a, b`.
 */
export function suggestNames(name: string, known: readonly string[], lead = 'Known are'): string {
  const nearest = nearestName(name, known);
  const question = nearest === undefined ? '' : `Did you mean '${nearest}'? `;
  if (known.length <= MAX_LISTED) return `${question}${lead} ${listNames(known)}`;
  const near = known
    .slice(0, documentBounds.comparedNames)
    .map((each) => ({ each, distance: nameDistance(name, each) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NEAREST_LISTED)
    .map(({ each }) => each);
  return `${question}${lead}, the nearest first, ${listNames(near)} and ${known.length - near.length} more`;
}

/** The known name that was meant, most likely; nothing when none is like it. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const asked = plain(name);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known.slice(0, documentBounds.comparedNames)) {
    const other = plain(candidate);
    const distance = isSlip(asked, other) ? 1 : nameDistance(asked, other);
    const likeness = 1 - distance / Math.max(asked.length, other.length, 1);
    if (distance > MAX_DISTANCE || likeness <= MIN_LIKENESS) continue;
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best?.name;
}

/** How many characters must change to make one name of the other. */
export function nameDistance(a: string, b: string): number {
  return leven(a.slice(-COMPARED), b.slice(-COMPARED));
}

/** What differs by more characters than it seems to: a beginning of the name, or all of its letters in another order. */
function isSlip(asked: string, other: string): boolean {
  if (asked.length < 2 || asked.length > COMPARED || asked === other) return false;
  return other.startsWith(asked) || (asked.length === other.length && sorted(asked) === sorted(other));
}

function sorted(name: string): string {
  return [...name].sort().join('');
}

/** Capitals, dashes and underscores are no difference. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
