import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logNormal, normal, percentile, spike, uniform } from '../../../src/chaos/distribution.ts';

const SIDE = 200;
/** Draws that are even in two dimensions, always the same: the middles of the fields of a chessboard. */
const evenDraws = Array.from({ length: SIDE * SIDE }, (_, index): [u: number, v: number] => [
  (Math.floor(index / SIDE) + 0.5) / SIDE,
  ((index % SIDE) + 0.5) / SIDE,
]);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value that such a part of the values is less than. */
function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
}

const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const ms = fc.integer({ min: 0, max: 600_000 });

describe('uniform waits', () => {
  it('stay in their range', () => {
    fc.assert(
      fc.property(ms, ms, draw, (a, b, u) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const wait = uniform(min, max, u);
        expect(wait >= min && wait <= max).toBe(true);
      }),
    );
  });

  it('are spread evenly', () => {
    const waits = evenDraws.map(([u]) => uniform(100, 300, u));
    expect(mean(waits)).toBeCloseTo(200, 5);
    expect(Math.abs(quantile(waits, 0.25) - 150)).toBeLessThan(1);
  });
});

describe('normal waits', () => {
  const waits = evenDraws.map(([u, v]) => normal(500, 50, u, v));

  it('lie around their mean, two in three within the deviation', () => {
    expect(mean(waits)).toBeCloseTo(500, 5);
    expect(Math.sqrt(mean(waits.map((wait) => (wait - 500) ** 2)))).toBeCloseTo(50, 0);
    const within = waits.filter((wait) => Math.abs(wait - 500) <= 50).length / waits.length;
    expect(within).toBeCloseTo(0.683, 2);
    expect(waits.filter((wait) => Math.abs(wait - 500) > 150).length / waits.length).toBeCloseTo(0.0027, 2);
  });
});

describe('log-normal waits', () => {
  const waits = evenDraws.map(([u, v]) => logNormal(80, 0.7, u, v));

  it('have their median, and a long tail', () => {
    expect(Math.abs(quantile(waits, 0.5) - 80)).toBeLessThan(1);
    expect(Math.abs(quantile(waits, 0.95) - 80 * Math.exp(0.7 * 1.645))).toBeLessThan(3);
    expect(Math.abs(mean(waits) - 80 * Math.exp(0.7 ** 2 / 2))).toBeLessThan(1);
  });
});

it('normal and log-normal waits are numbers, whatever is drawn', () => {
  const nearlyOne = 1 - 2 ** -48;
  fc.assert(
    fc.property(fc.oneof(draw, fc.constantFrom(0, nearlyOne)), draw, ms, (u, v, center) => {
      expect(Number.isFinite(normal(center, 600_000, u, v))).toBe(true);
      expect(Number.isFinite(logNormal(center, 10, u, v))).toBe(true);
      expect(logNormal(center, 10, u, v)).toBeGreaterThanOrEqual(0);
    }),
  );
});

it('a spike is every so-manieth wait', () => {
  expect([1, 2, 3, 4].map((n) => spike(1, 9, 2, n))).toEqual([1, 9, 1, 9]);
  expect([1, 2].map((n) => spike(1, 9, 1, n))).toEqual([9, 9]);
});

describe('waits by percentile', () => {
  const points = [
    [10, 5],
    [50, 20],
    [90, 100],
    [99, 1000],
  ] as const;

  it.each([
    [0, 5],
    [0.1, 5],
    [0.3, 12.5],
    [0.5, 20],
    [0.7, 60],
    [0.9, 100],
    [0.99, 1000],
    [0.999, 1000],
  ])('are at %d what the points say: %d ms', (u, wait) => {
    expect(percentile(points, u)).toBeCloseTo(wait);
  });

  it('have the percentiles that were asked for', () => {
    const waits = evenDraws.map((_, index) => percentile(points, (index + 0.5) / evenDraws.length));
    for (const [percent, wait] of points) {
      expect(Math.abs(quantile(waits, percent / 100) - wait)).toBeLessThan(1);
    }
  });

  it('never fall as the draw rises, and stay between the first and the last', () => {
    const table = fc
      .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 })
      .chain((percents) =>
        fc.tuple(
          fc.constant([...percents].sort((a, b) => a - b)),
          fc
            .array(ms, { minLength: percents.length, maxLength: percents.length })
            .map((waits) => [...waits].sort((a, b) => a - b)),
        ),
      )
      .map(([percents, waits]) => percents.map((percent, at) => [percent, waits[at] ?? 0] as const));
    fc.assert(
      fc.property(table, draw, draw, (rising, a, b) => {
        const [low, high] = [percentile(rising, Math.min(a, b)), percentile(rising, Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high + 1e-6);
        expect(low).toBeGreaterThanOrEqual(rising[0]?.[1] ?? 0);
        expect(high).toBeLessThanOrEqual((rising.at(-1)?.[1] ?? 0) + 1e-6);
      }),
    );
  });
});
