import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Schedule, type ScheduleSettings } from '../../../src/chaos/schedule.ts';

/** Which of the calls, given by their keys, a schedule fires for: one character each, `x` or `.`. */
function run(
  settings: ScheduleSettings,
  keys: string,
  draw: (key: string, n: number) => number = () => 0,
): string {
  const schedule = new Schedule(settings, draw, false);
  return fireAll(schedule, keys);
}

function fireAll(schedule: Schedule, keys: string): string {
  return [...keys]
    .map((key) => {
      const turn = schedule.count(key);
      if (turn.isDue) turn.fire();
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
    const schedule = new Schedule({ times: 1 }, () => 0, false);
    schedule.count('a');
    schedule.count('a');
    expect(schedule.counts).toEqual({ seen: 2, fired: 0 });
    expect(fireAll(schedule, 'aa')).toBe('x.');
    expect(schedule.counts).toEqual({ seen: 4, fired: 1 });
  });

  it.each<[ScheduleSettings]>([
    [{ first: 1 }],
    [{ first: 1, per: 'key' }],
    [{ times: 1, per: 'key' }],
    [{ after: 1, p: 1 }],
  ])('of %j starts again when it is reset', (settings) => {
    const schedule = new Schedule(settings, () => 0, false);
    const first = fireAll(schedule, 'aabab');
    schedule.reset();
    expect(schedule.counts).toEqual({ seen: 0, fired: 0 });
    expect(fireAll(schedule, 'aabab')).toBe(first);
  });

  it('tells the number of the call of its key', () => {
    const schedule = new Schedule({}, () => 0, true);
    expect([...'abaab'].map((key) => schedule.count(key).nOfKey)).toEqual([1, 1, 2, 3, 2]);
  });

  it('forgets the oldest keys, so that made-up ones do not fill the memory', () => {
    const schedule = new Schedule({ first: 1, per: 'key' }, () => 0, false);
    expect(schedule.count('a').isDue).toBe(true);
    for (let i = 0; i < 99_999; i += 1) schedule.count(`key ${i}`);
    expect(schedule.count('a').isDue).toBe(false);
    schedule.count('one more');
    expect(schedule.count('a').isDue).toBe(true);
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
