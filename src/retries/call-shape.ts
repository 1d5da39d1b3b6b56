import type { CallGroup } from './call-group.ts';

/** Calls that went alike: the same answers in the same order, and the same end. */
export interface CallShape {
  /** In the order in which they began; at least one. */
  readonly calls: readonly [CallGroup, ...CallGroup[]];
  /** How many different things they asked for. */
  readonly targets: number;
  /** Between the attempts, in order. */
  readonly waits: readonly WaitRange[];
  /** Whether their clients gave up early. */
  readonly isEarly: boolean;
}

/** In milliseconds. */
export interface WaitRange {
  readonly shortestMs: number;
  readonly longestMs: number;
}

/** With more shapes than these, what calls asked for makes no difference: a report shows few. */
const FEW = 10;

/**
 * All calls but those that succeeded at once, by their shapes: in the order in which the first of each began. Where there
 * are few, only calls for the same thing are of one shape.
 */
export function groupByShape(
  calls: readonly CallGroup[],
  earlyEnds: ReadonlyMap<CallGroup, number>,
): CallShape[] {
  const byTarget = groupBy(calls, earlyEnds, ({ key }) => key);
  return byTarget.length <= FEW ? byTarget : groupBy(calls, earlyEnds, () => '');
}

function groupBy(
  calls: readonly CallGroup[],
  earlyEnds: ReadonlyMap<CallGroup, number>,
  targetOf: (call: CallGroup) => string,
): CallShape[] {
  const groups = new Map<string, [CallGroup, ...CallGroup[]]>();
  for (const call of calls) {
    if (call.isPlain) continue;
    const answers = call.attempts.map(({ status, damaged }) => (damaged ? `${status}!` : status));
    const key = `${answers.join(' ')} ${call.ending} ${earlyEnds.has(call)} ${targetOf(call)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [call]);
    else group.push(call);
  }
  return [...groups.values()].map((alike) => ({
    calls: alike,
    targets: new Set(alike.map(({ key }) => key)).size,
    waits: rangesOf(alike.map(({ waits }) => waits)),
    isEarly: earlyEnds.has(alike[0]),
  }));
}

/** Each n-th wait from the shortest to the longest: all lists are of one length. */
function rangesOf(lists: readonly number[][]): WaitRange[] {
  const [first = []] = lists;
  return first.map((_, n) => {
    let shortestMs = Number.POSITIVE_INFINITY;
    let longestMs = 0;
    for (const waits of lists) {
      shortestMs = Math.min(shortestMs, waits[n] ?? 0);
      longestMs = Math.max(longestMs, waits[n] ?? 0);
    }
    return { shortestMs, longestMs };
  });
}
