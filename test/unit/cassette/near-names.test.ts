import leven from 'leven';
import { describe, expect, it } from 'vitest';
import { NearNames } from '../../../src/cassette/near-names.ts';
import { growthOf } from '../../support/growth.ts';

/** Ids like those of the service, the same in every run. */
function ids(count: number): string[] {
  let state = 1;
  return Array.from({ length: count }, () =>
    Array.from({ length: 10 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return (state % 36).toString(36);
    }).join(''),
  );
}

describe('the nearest names', () => {
  it('are those that the fewest changes lead to, the first in order of equally near ones', () => {
    const names = ids(50);
    const ranked = [...names].sort(
      (a, b) => leven(a, 'a1b2c3d4e5') - leven(b, 'a1b2c3d4e5') || (a < b ? -1 : 1),
    );
    expect(new NearNames(names).find('a1b2c3d4e5', 3)).toEqual(ranked.slice(0, 3));
    expect(new NearNames(names.reverse()).find('a1b2c3d4e5', 3)).toEqual(ranked.slice(0, 3));
  });

  it('are none of none', () => {
    expect(new NearNames([]).find('a', 3)).toEqual([]);
  });

  it.each([
    ['first', (id: string) => `_${id.slice(1)}`],
    ['middle', (id: string) => `${id.slice(0, 5)}_${id.slice(6)}`],
    ['last', (id: string) => `${id.slice(0, 9)}_`],
    ['missing', (id: string) => id.slice(0, 4) + id.slice(5)],
  ])('are found among 20,000 for a slip of the pen: the %s character', (_, slip) => {
    const names = ids(20_000);
    const near = new NearNames(names);
    for (let i = 0; i < names.length; i += 1999) {
      expect(near.find(slip(names[i] as string), 1)).toEqual([names[i]]);
    }
  });

  it('take as long to find among very many as among many', () => {
    const times = growthOf(
      5_000,
      (size) => new NearNames(ids(size)),
      (near) => {
        for (let i = 0; i < 20; i += 1) near.find('a1b2c3d4e5', 3);
      },
    );
    expect(times).toBeLessThan(3);
  });

  it('are found among very long names without delay', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `${'x'.repeat(1000)}${i}`);
    const startedAt = process.cpuUsage();
    expect(new NearNames(names).find('y'.repeat(8000), 3)).toHaveLength(3);
    expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(2000);
  });
});
