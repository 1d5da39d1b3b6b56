import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../src/retries/timeline.ts';

function timelineOf(times: readonly number[], size?: number): Timeline {
  const timeline = new Timeline(size);
  for (const at of times) timeline.add(at, at % 2 === 1);
  return timeline;
}

describe('the busiest second', () => {
  it.each<[number[], number, number]>([
    [[], 0, 0],
    [[5], 5, 1],
    [[0, 999], 0, 2],
    [[0, 1000], 0, 1],
    [[0, 1000, 1999, 1999.5], 1000, 3],
    [[1999, 0, 1000, 999], 0, 2],
    [[-2000, -1500, -1001], -2000, 3],
  ])('of %j begins at %d with %d attempts', (times, at, attempts) => {
    expect(timelineOf(times).findPeak()).toEqual({ at, attempts });
  });

  it('is the one that counting every window finds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1 }), (times) => {
        const counts = times.map((from) => times.filter((at) => at >= from && at < from + 1000).length);
        expect(timelineOf(times).findPeak().attempts).toBe(Math.max(...counts));
      }),
    );
  });
});

describe('columns', () => {
  it('are of a width that people read easily', () => {
    expect(timelineOf([0, 1, 10, 399]).divide(40)).toEqual({
      from: 0,
      columnMs: 10,
      answered: [1, 1, ...new Array(38).fill(0)],
      faulted: [1, ...new Array(38).fill(0), 1],
    });
  });

  it('are none of nothing, and one of one', () => {
    expect(timelineOf([]).divide(40)).toEqual({ from: 0, columnMs: 0, answered: [], faulted: [] });
    expect(timelineOf([7]).divide(40)).toEqual({ from: 7, columnMs: 10, answered: [0], faulted: [1] });
  });

  it('are never too many, and hold every attempt', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 200 }),
        (times, max) => {
          const { answered, faulted } = timelineOf(times).divide(max);
          expect(answered.length).toBeLessThanOrEqual(max);
          expect(faulted).toHaveLength(answered.length);
          expect([...answered, ...faulted].reduce((sum, n) => sum + n, 0)).toBe(times.length);
        },
      ),
    );
  });
});

it('a timeline keeps the last times and counts the others', () => {
  const timeline = timelineOf([1, 2, 3, 5000, 9000], 2);
  expect(timeline.forgotten).toBe(3);
  expect(timeline.findPeak().attempts).toBe(1);
  timeline.clear();
  timeline.add(1, false);
  timeline.add(2, false);
  expect(timeline.forgotten).toBe(0);
  expect(timeline.findPeak().attempts).toBe(2);
});
