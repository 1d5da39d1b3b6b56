import * as z from 'zod';
import { milliseconds, numberBetween } from './parameter.ts';

const MESSAGE = "takes PERCENT:MS pairs such as '50:20/99:1000'";
const MAX_POINTS = 100;

const percent = numberBetween(0, 100);

/**
 * Waits by percentile: `50:20/99:1000` in a spec, `{ "50": 20, "99": 1000 }` in a file. Parsed, it is the latter, with
 * percents from 0 to 100 and milliseconds that do not fall as the percents rise.
 */
export const percentileTable = z
  .union([z.string(), z.record(z.string(), z.union([z.number(), z.string()]))], MESSAGE)
  .transform((given, context) => {
    const table = readTable(typeof given === 'string' ? pairsOf(given) : Object.entries(given));
    if (typeof table !== 'string') return table;
    context.addIssue(table);
    return z.NEVER;
  });

/** Percent and milliseconds of each point, in rising order. */
export function pointsOf(table: Readonly<Record<string, number>>): Array<readonly [number, number]> {
  return Object.entries(table)
    .map(([at, ms]) => [Number(at), ms] as const)
    .sort(([a], [b]) => a - b);
}

function pairsOf(text: string): Array<readonly [string, string]> {
  return text.split('/').map((pair) => {
    const [at = '', ms = '', ...more] = pair.split(':');
    return more.length > 0 ? ['', ''] : [at.trim(), ms.trim()];
  });
}

/** The table, or what is wrong with it. */
function readTable(
  pairs: ReadonlyArray<readonly [string, number | string]>,
): Record<string, number> | string {
  if (pairs.length === 0 || pairs.length > MAX_POINTS) return `takes 1 to ${MAX_POINTS} points`;
  const table = new Map<number, number>();
  for (const [at, wait] of pairs) {
    const [point, ms] = [percent.safeParse(at), milliseconds.safeParse(wait)];
    if (at === '' || wait === '') return MESSAGE;
    if (!point.success) return `takes percents from 0 to 100, and '${at}' is none`;
    if (!ms.success) return `takes waits from 0 to 600000 ms, and '${wait}' is none`;
    if (table.has(point.data)) return `takes each percent once, and ${point.data} is there twice`;
    table.set(point.data, ms.data);
  }
  const record = Object.fromEntries(table);
  const points = pointsOf(record);
  const falling = points.findIndex(([, ms], index) => ms < (points[index - 1]?.[1] ?? 0));
  if (falling < 0) return record;
  return `takes waits that rise with the percents, and that of ${points[falling]?.[0]} is less than the one before`;
}
