/** What follows makes waits, in milliseconds, of numbers from 0 up to 1: the same numbers, the same wait. */

/** Any wait of the range is as likely as another. */
export function uniform(min: number, max: number, u: number): number {
  return min + (max - min) * u;
}

/** Waits around a mean, of which two in three are no more than the deviation away from it. */
export function normal(mean: number, deviation: number, u: number, v: number): number {
  return mean + deviation * standardNormal(u, v);
}

/** Half of the waits are shorter than the median; the more sigma, the longer the tail. */
export function logNormal(median: number, sigma: number, u: number, v: number): number {
  return median * Math.exp(sigma * standardNormal(u, v));
}

/** Every so many calls one waits longer; `n` counts them from 1. */
export function spike(base: number, peak: number, every: number, n: number): number {
  return n % every === 0 ? peak : base;
}

/**
 * The wait that so many percent of the calls do not exceed: linear between two points, and before the first and after
 * the last one what they say. The points are in rising order.
 */
export function percentile(points: ReadonlyArray<readonly [percent: number, ms: number]>, u: number): number {
  const at = u * 100;
  const next = points.findIndex(([percent]) => at < percent);
  if (next < 0) return points.at(-1)?.[1] ?? 0;
  const [toPercent, toMs] = points[next] ?? [100, 0];
  const [fromPercent, fromMs] = points[next - 1] ?? [0, toMs];
  return fromMs + ((toMs - fromMs) * (at - fromPercent)) / (toPercent - fromPercent);
}

/** Box and Muller's: two even draws make one of the bell curve. 1 - u is never 0, whose logarithm there is not. */
function standardNormal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}
