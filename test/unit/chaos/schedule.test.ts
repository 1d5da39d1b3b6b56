import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrival, Schedule, type Turn } from '../../../src/chaos/schedule.ts';
import { findContradiction, type ScheduleSettings } from '../../../src/chaos/schedule-settings.ts';

/** A call of the key, at the beginning of time unless said otherwise. */
function arrival(key: string, fields: Partial<Arrival> = {}): Arrival {
  return { key, region: 'us-east-1', nowMs: 0, ...fields };
}

/** The turn of a call that is counted. */
function count(schedule: Schedule, key: string, fields: Partial<Arrival> = {}): Turn {
  const turn = schedule.count(arrival(key, fields));
  if (turn === undefined) throw new Error('the call is not counted');
  return turn;
}

/** Which of the calls, given by their keys, a schedule fires for: one character each, `x` or `.`. */
function run(
  settings: ScheduleSettings,
  keys: string,
  draw: (key: string, n: number) => number = () => 0,
): string {
  const schedule = new Schedule(settings, draw, false, 0);
  return fireAll(schedule, keys);
}

function fireAll(schedule: Schedule, keys: string): string {
  return [...keys]
    .map((key) => {
      const turn = count(schedule, key);
      if (turn.isDue) turn.hit();
      return turn.isDue ? 'x' : '.';
    })
    .join('');
}

describe('a schedule', () => {
  it.each<[ScheduleSettings, string, string]>([
    [{}, 'aaaa', 'xxxx'],
    [{ after: 2 }, 'aaaaa', '..xxx'],
    [{ first: 2 }, 'aaaaa', 'xx...'],
    [{ first: 0 }, 'aaaaa', '.....'],
    [{ every: 1 }, 'aaaa', 'xxxx'],
    [{ every: 3 }, 'aaaaaaa', '..x..x.'],
    [{ times: 2 }, 'aaaa', 'xx..'],
    [{ times: 0 }, 'aaaa', '....'],
    [{ p: 0 }, 'aaaa', '....'],
    [{ p: 1 }, 'aaaa', 'xxxx'],
    [{ after: 2, first: 2 }, 'aaaaaa', '..xx..'],
    [{ after: 1, every: 2 }, 'aaaaaaa', '..x.x.x'],
    [{ first: 4, every: 2 }, 'aaaaaaaa', '.x.x....'],
    [{ first: 1, every: 2 }, 'aaaaaa', '......'],
    [{ every: 2, times: 2 }, 'aaaaaaaa', '.x.x....'],
    [{ after: 1, first: 5, every: 2, times: 1 }, 'aaaaaaaa', '..x.....'],
    [{ after: 0 }, 'aa', 'xx'],
    [{ first: 2 }, 'abab', 'xx..'],
    [{ first: 1, per: 'key' }, 'abacab', 'xx.x..'],
    [{ after: 1, per: 'key' }, 'abaabb', '..xxxx'],
    [{ every: 2, per: 'key' }, 'aabbab', '.x.x..'],
    [{ times: 1, per: 'key' }, 'aabba', 'x.x..'],
    [{ times: 1 }, 'aabba', 'x....'],
    [{ after: 1, first: 2, every: 2, times: 1, per: 'key' }, 'aaaabbbb', '..x...x.'],
    [{ p: 0, per: 'key' }, 'aabb', '....'],
    [{ cycle: { fail: 1, pass: 2 } }, 'aaaaaaa', 'x..x..x'],
    [{ cycle: { fail: 2, pass: 1 } }, 'aaaaaaa', 'xx.xx.x'],
    [{ cycle: { fail: 2, pass: 2 }, after: 1 }, 'aaaaaaa', '.xx..xx'],
    [{ cycle: { fail: 1, pass: 1 }, first: 3 }, 'aaaaaaa', 'x.x....'],
    [{ cycle: { fail: 1, pass: 1 }, times: 2 }, 'aaaaaaa', 'x.x....'],
    [{ cycle: { fail: 1, pass: 1 }, per: 'key' }, 'aabbab', 'x.x.xx'],
    [{ rate: 1, burst: 3 }, 'aabba', '...xx'],
    [{ rate: 2.5 }, 'aaaaa', '...xx'],
    [{ rate: 0.1 }, 'aaa', '.xx'],
    [{ rate: 1, burst: 2, after: 3 }, 'aaaaa', '...xx'],
    [{ rate: 1, burst: 1, after: 1, times: 2 }, 'aaaaa', '.xx..'],
  ])('of %j on %s fires %s', (settings, keys, expected) => {
    expect(run(settings, keys)).toBe(expected);
  });

  it('draws by key and number, and fires when the draw is below p', () => {
    const draws: [string, number][] = [];
    const draw = (key: string, n: number): number => {
      draws.push([key, n]);
      return key === 'a' ? 0.5 : 0.49;
    };
    expect(run({ p: 0.5 }, 'abbab', draw)).toBe('.xx.x');
    expect(draws).toEqual([
      ['a', 1],
      ['b', 1],
      ['b', 2],
      ['a', 2],
      ['b', 3],
    ]);
  });

  it('counts times by what fired, not by what was tried', () => {
    expect(run({ p: 0.5, times: 2 }, 'aaaaaa', (_, n) => (n % 2 === 0 ? 0 : 0.9))).toBe('.x.x..');
  });

  it('counts a turn that was not taken, but not as fired', () => {
    const schedule = new Schedule({ times: 1 }, () => 0, false, 0);
    count(schedule, 'a');
    count(schedule, 'a');
    expect(schedule.counts).toEqual({ seen: 2, hits: 0 });
    expect(fireAll(schedule, 'aa')).toBe('x.');
    expect(schedule.counts).toEqual({ seen: 4, hits: 1 });
  });

  it.each<[ScheduleSettings]>([
    [{ first: 1 }],
    [{ first: 1, per: 'key' }],
    [{ times: 1, per: 'key' }],
    [{ after: 1, p: 1 }],
  ])('of %j starts again when it is reset', (settings) => {
    const schedule = new Schedule(settings, () => 0, false, 0);
    const first = fireAll(schedule, 'aabab');
    schedule.reset(0);
    expect(schedule.counts).toEqual({ seen: 0, hits: 0 });
    expect(fireAll(schedule, 'aabab')).toBe(first);
  });

  it('tells the number of the call of its key', () => {
    const schedule = new Schedule({}, () => 0, true, 0);
    expect([...'abaab'].map((key) => count(schedule, key).nOfKey)).toEqual([1, 1, 2, 3, 2]);
  });

  it('forgets the oldest keys when there is no memory for more, and gives all back', () => {
    let left = 1000;
    const reserve = (bytes: number): boolean => {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    };
    const schedule = new Schedule({ first: 1, per: 'key' }, () => 0, false, 0, reserve);
    const fire = (key: string): boolean => count(schedule, key).isDue;
    expect('abcdef'.split('').map(fire)).toEqual([true, true, true, true, true, true]);
    expect([fire('a'), left > 0]).toEqual([false, true]);
    expect(['g', 'h', 'x'.repeat(16_000)].map(fire)).toEqual([true, true, true]);
    expect(fire('a')).toBe(true);
    schedule.reset(0);
    expect(left).toBe(1000);
  });

  it('goes on without counting keys apart when there is no memory at all', () => {
    const schedule = new Schedule(
      { first: 1, per: 'key' },
      () => 0,
      false,
      0,
      () => false,
    );
    expect([count(schedule, 'a').isDue, count(schedule, 'a').isDue]).toEqual([true, true]);
  });

  it('counts long keys each for itself', () => {
    const schedule = new Schedule({ first: 1, per: 'key' }, () => 0, false, 0);
    const long = 'x'.repeat(16_000);
    expect([`${long}1`, `${long}2`, `${long}1`].map((key) => count(schedule, key).isDue)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('forgets the oldest keys, so that made-up ones do not fill the memory', () => {
    const schedule = new Schedule({ first: 1, per: 'key' }, () => 0, false, 0);
    expect(count(schedule, 'a').isDue).toBe(true);
    for (let i = 0; i < 99_999; i += 1) count(schedule, `key ${i}`);
    expect(count(schedule, 'a').isDue).toBe(false);
    count(schedule, 'one more');
    expect(count(schedule, 'a').isDue).toBe(true);
  });

  it('does what the conditions say, one after the other', () => {
    const settings = fc.record(
      {
        after: fc.nat(5),
        first: fc.nat(8),
        every: fc.integer({ min: 1, max: 4 }),
        times: fc.nat(5),
        per: fc.constant('key' as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        settings,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 }),
        (given, keys) => {
          const {
            after = 0,
            first = Number.POSITIVE_INFINITY,
            every = 1,
            times = Number.POSITIVE_INFINITY,
            per,
          } = given;
          // Said otherwise: of each row of calls, a slice, of that each N-th, of that the first few.
          const names = per === 'key' ? new Set(keys) : ['all'];
          const rows = [...names].map((name) =>
            [...keys].flatMap((key, at) => (name === 'all' || name === key ? [at] : [])),
          );
          const due = rows.flatMap((row) =>
            row
              .slice(after, after + first)
              .filter((_, index) => (index + 1) % every === 0)
              .slice(0, times),
          );
          expect(run(given, keys)).toBe([...keys].map((_, at) => (due.includes(at) ? 'x' : '.')).join(''));
        },
      ),
    );
  });
});

describe('a schedule in time', () => {
  /** At which of these seconds a call is hit: `x`, is not: `.`, is not even counted: `-`. */
  function over(settings: ScheduleSettings, seconds: readonly number[], armedAt = 0): string {
    const schedule = new Schedule(settings, () => 0.5, false, armedAt * 1000);
    return seconds
      .map((second) => {
        const turn = schedule.count(arrival('a', { nowMs: (armedAt + second) * 1000 }));
        if (turn?.isDue) turn.hit();
        return turn === undefined ? '-' : turn.isDue ? 'x' : '.';
      })
      .join('');
  }

  it.each<[ScheduleSettings, readonly number[], string]>([
    [{ for: 10 }, [0, 5, 9.999, 10, 11], 'xxx--'],
    [{ for: 0 }, [0, 1e9], 'xx'],
    [{ until: 10 }, [0, 9.999, 10], 'xx-'],
    [{ until: 0 }, [0], '-'],
    [{ from: 10 }, [0, 9.999, 10, 1e6], '--xx'],
    [{ from: 5, until: 10 }, [0, 5, 9, 10], '-xx-'],
    [{ from: 5, for: 10 }, [0, 5, 9, 10], '-xx-'],
    [{ from: 5, first: 2 }, [0, 1, 5, 6, 7], '--xx.'],
    [{ from: 5, after: 1 }, [4, 5, 6], '-.x'],
    // The chance of a draw of 0.5.
    [{ ramp: 10 }, [0, 4, 5, 5.1, 10, 20], '...xxx'],
    [{ ramp: 10, p: 0.8 }, [0, 6, 6.3, 10, 20], '..xxx'],
    [{ ramp: 10, p: 0.4 }, [10, 100], '..'],
    [{ ramp: 10, from: 5 }, [5, 10, 10.1], '..x'],
    [{ rate: 1, burst: 1 }, [0, 0.5, 1, 1, 2, 2.9], '.x.x.x'],
    [{ rate: 1, burst: 2, from: 5 }, [4, 4, 4, 5, 5, 5], '---..x'],
  ])('of %j at %j s does %s, whenever it is armed', (settings, seconds, expected) => {
    expect(over(settings, seconds)).toBe(expected);
    expect(over(settings, seconds, 1000)).toBe(expected);
  });

  it('tells how long it still holds', () => {
    const schedule = new Schedule({ for: 10 }, () => 0, false, 1000);
    expect([1000, 4000, 11_000, 12_000].map((nowMs) => schedule.remainingMs(nowMs))).toEqual([
      10_000, 7000, 0, 0,
    ]);
    schedule.reset(20_000);
    expect(schedule.remainingMs(21_000)).toBe(9000);
    expect(new Schedule({ for: 0 }, () => 0, false, 0).remainingMs(1e12)).toBe(Number.POSITIVE_INFINITY);
  });

  it('has a bucket for each region, and one for calls without a region', () => {
    const schedule = new Schedule({ rate: 1, burst: 1 }, () => 0, false, 0);
    const regions = ['eu-west-1', 'us-east-1', undefined, 'eu-west-1', undefined];
    expect(regions.map((region) => count(schedule, 'a', { region }).isDue)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('conditions that contradict each other', () => {
  it.each<[ScheduleSettings, string, string]>([
    [{ cycle: { fail: 1, pass: 1 }, every: 2 }, 'cycle', 'every'],
    [{ burst: 2 }, 'burst', 'rate'],
    [{ for: 10, until: 5 }, 'for', 'until'],
    [{ from: 10, until: 5 }, 'from', 'until'],
    [{ from: 5, until: 5 }, 'from', 'until'],
    [{ from: 0, until: 0 }, 'from', 'until'],
    [{ from: 10, for: 10 }, 'from', 'for'],
  ])('%j are refused, naming both', (settings, one, other) => {
    const { reason } = findContradiction(settings) ?? {};
    expect(reason).toContain(`'${one}'`);
    expect(reason).toContain(`'${other}'`);
  });

  it.each<[ScheduleSettings]>([
    [{}],
    [{ cycle: { fail: 1, pass: 1 }, first: 20, after: 1, p: 0.5, ramp: 10 }],
    [{ from: 10, for: 0 }],
    [{ until: 10, for: 0 }],
    [{ from: 1, until: 2 }],
    [{ rate: 1, burst: 1, first: 3, every: 2, times: 1 }],
  ])('%j are none', (settings) => {
    expect(findContradiction(settings)).toBeUndefined();
  });
});
