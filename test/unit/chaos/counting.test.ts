import { describe, expect, it } from 'vitest';
import type { countingRules } from '../../../src/chaos/counting.ts';
import { RuleSet } from '../../../src/chaos/rule-set.ts';
import { parsePlan } from '../../../src/chaos/scenario.ts';
import { calls, FakeClock, ruleSetOf, statuses, targetOf } from '../../support/target.ts';

function onKeys(faults: readonly unknown[], keys: string): string {
  return statuses(
    ruleSetOf(faults),
    [...keys].map((key) => targetOf({ key })),
  );
}

/** What shows each sentence. A call that is refused never gets as far as the rules: that is the proxy's to show. */
const shown: Readonly<Record<Exclude<keyof typeof countingRules, 'refused'>, () => void>> = {
  scope: () => {
    const targets = [targetOf(), targetOf({ restApiId: 'x' }), targetOf({ restApiId: 'x' })];
    const rules = ruleSetOf(['throttle,api=x,first=1']);
    expect(statuses(rules, targets)).toBe('- 429 -');
    expect(rules.status[0]?.matched).toBe(2);
  },
  others: () => {
    expect(onKeys(['throttle,first=2', 'conflict,first=3'], 'aaaa')).toBe('429 429 409 -');
  },
  time: () => {
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,from=10,first=2,for=20'], { clock });
    expect(statuses(rules, calls(3))).toBe('- - -');
    expect(rules.status[0]?.matched).toBe(0);
    clock.pass(10);
    expect(statuses(rules, calls(3))).toBe('429 429 -');
    clock.pass(10);
    statuses(rules, calls(3));
    expect(rules.status[0]?.matched).toBe(3);
  },
  after: () => {
    expect(onKeys(['throttle,after=2,first=1'], 'aaaa')).toBe('- - 429 -');
    expect(onKeys(['throttle,after=1,every=2'], 'aaaaa')).toBe('- - 429 - 429');
    expect(onKeys(['throttle,after=1,cycle=1/1'], 'aaaaa')).toBe('- 429 - 429 -');
  },
  arrival: () => {
    for (const condition of ['first=2', 'cycle=2/9', 'every=1,times=2']) {
      expect(onKeys([`throttle,${condition}`], 'abab')).toBe('429 429 - -');
      expect(onKeys([`throttle,${condition}`], 'aabb')).toBe('429 429 - -');
    }
  },
  perKey: () => {
    for (const condition of ['first=1', 'cycle=1/9', 'times=1']) {
      expect(onKeys([`throttle,${condition},per=key`], 'abab')).toBe('429 429 - -');
      expect(onKeys([`throttle,${condition},per=key`], 'aabb')).toBe('429 - 429 -');
    }
  },
  hits: () => {
    expect(onKeys(['throttle,first=2', 'conflict,times=1'], 'aaaa')).toBe('429 429 409 -');
  },
  bucket: () => {
    // The conflict answers the first two calls, and the other condition skips three: both draw tokens all the same.
    expect(onKeys(['conflict,first=2', 'throttle,rate=1,burst=3,after=2'], 'aaaaa')).toBe(
      '409 409 - 429 429',
    );
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,rate=1,burst=1,from=5'], { clock });
    statuses(rules, calls(3));
    clock.pass(5);
    expect(statuses(rules, calls(2))).toBe('- 429');
    expect(statuses(rules, calls(2, { region: 'eu-west-1' }))).toBe('- 429');
  },
  chance: () => {
    const alone = onKeys(['throttle,p=0.5'], 'a'.repeat(40));
    const among = onKeys(['throttle,p=0.5'], 'abc'.repeat(40)).split(' ');
    expect(among.filter((_, i) => i % 3 === 0).join(' ')).toBe(alone);
    expect(alone).toContain('- 429');
  },
  ramp: () => {
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,ramp=10'], { clock });
    expect(statuses(rules, calls(20))).not.toContain('429');
    clock.pass(5);
    expect(statuses(rules, calls(40))).toMatch(/- 429|429 -/);
    clock.pass(5);
    expect(statuses(rules, calls(20))).not.toContain('-');
  },
  reset: () => {
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,rate=1,burst=1,first=2,for=10'], { clock });
    expect(statuses(rules, calls(3))).toBe('- 429 -');
    clock.pass(10);
    rules.reset();
    expect(statuses(rules, calls(3))).toBe('- 429 -');
    const phases = [
      { name: 'a', calls: 2, faults: ['throttle,first=1'] },
      { name: 'b', calls: 1 },
    ];
    const repeated = new RuleSet(parsePlan({ phases, repeat: true }, 'x'), {
      seed: 1,
      elapsed: clock.elapsed,
    });
    expect(statuses(repeated, calls(6))).toBe('429 - - 429 - -');
  },
};

describe('what a rule counts', () => {
  it.each(Object.entries(shown))('%s', (_, show) => show());
});
