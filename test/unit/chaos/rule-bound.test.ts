import { describe, expect, it } from 'vitest';
import { faultBounds } from '../../../src/bounds.ts';
import { parseFault } from '../../../src/chaos/parse-rule.ts';
import { joinPlans, planOf, rulesOf, withUniqueNames } from '../../../src/chaos/plan.ts';
import { presets } from '../../../src/chaos/preset.ts';
import { RuleSet } from '../../../src/chaos/rule-set.ts';
import { parsePlan } from '../../../src/chaos/scenario.ts';
import { UsageError } from '../../../src/errors.ts';
import { readPlan } from '../../../src/settings/read-plan.ts';
import { growthOf, LINEAR } from '../../support/growth.ts';

const MOST = faultBounds.rules;
const rule = parseFault('throttle,first=1');

function list<T>(count: number, item: T): T[] {
  return Array.from({ length: count }, () => item);
}

/** So many rules, in phases of at most so many. */
function phases(count: number, each: number): object {
  const sizes = list(Math.ceil(count / each), each).map((size, at) => Math.min(size, count - at * each));
  return { phases: sizes.map((size) => ({ calls: 1, faults: list(size, 'throttle') })) };
}

/** Every way to a plan, of so many rules. */
const doors: ReadonlyArray<readonly [string, (count: number) => unknown]> = [
  ['a list', (count) => parsePlan(list(count, 'throttle'), 'x.yaml')],
  ["'faults'", (count) => parsePlan({ faults: list(count, { kind: 'throttle' }) }, 'x.yaml')],
  ['phases', (count) => parsePlan(phases(count, 150), 'x.yaml')],
  [
    "'faults' and phases",
    (count) => parsePlan({ faults: ['throttle'], ...phases(count - 1, MOST) }, 'x.yaml'),
  ],
  [
    'options',
    (count) => readPlan({ quota: undefined, presets: [], rules: list(count, 'throttle'), file: undefined }),
  ],
  ['options and a file', (count) => joinPlans(planOf(list(400, rule)), planOf(list(count - 400, rule)))],
  [
    'rules made at run time',
    (count) => {
      const rules = new RuleSet(list(count - 1, rule), { seed: 1, elapsed: () => 0 });
      rules.add({ ...rule, name: 'last' });
    },
  ],
];

describe('a plan', () => {
  it.each(doors)('of as many rules as there may be is made of %s; one more is refused', async (_, make) => {
    await make(MOST);
    const refusal = await Promise.resolve()
      .then(() => make(MOST + 1))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect(String(refusal)).toMatch(/there are (?:more than )?1000 rules/);
  });

  it.each([
    ['a list', (count: number) => parsePlan(list(count, { preset: 'brownout' }), 'x.yaml')],
    [
      'phases',
      (count: number) => parsePlan({ phases: list(count, { calls: 1, preset: 'brownout' }) }, 'x.yaml'),
    ],
    [
      'options',
      (count: number) =>
        readPlan({ quota: undefined, presets: list(count, 'brownout'), rules: [], file: undefined }),
    ],
  ])('counts each rule of a preset in %s', async (_, make) => {
    const each = presets.brownout?.faults.length ?? 0;
    expect(each).toBeGreaterThan(1);
    await make(Math.floor(MOST / each));
    await expect(async () => make(Math.floor(MOST / each) + 1)).rejects.toThrow('more than 1000 rules');
  });

  it('is not read on beyond its bound', () => {
    const unreadable = { kind: 'no such kind' };
    expect(() => parsePlan([...list(MOST + 1, 'throttle'), unreadable], 'x.yaml')).toThrow('1000 rules');
  });

  it('gives names of their own to rules of one name in proportion to their number', () => {
    const taken = parseFault('throttle,name=x#7');
    const same = parseFault('throttle,name=x');
    const planOfSame = (size: number) => planOf([taken, ...list(size, same)]);
    expect(rulesOf(withUniqueNames(planOfSame(10))).map(({ name }) => name)).toEqual(
      ['#7', '', '#2', '#3', '#4', '#5', '#6', '#8', '#9', '#10', '#11'].map((end) => `x${end}`),
    );
    expect(growthOf(5000, planOfSame, withUniqueNames)).toBeLessThan(LINEAR);
  });

  it('is given to a thousand sessions without delay, since those that nobody asks need not have it yet', () => {
    const [before, after] = ['throttle', 'conflict'].map((kind) => parsePlan(list(MOST, kind), 'x.yaml'));
    const settings = { seed: 1, elapsed: () => 0 };
    const startedAt = process.cpuUsage();
    const sets = list(1000, before).map((plan) => new RuleSet(plan ?? [], settings));
    for (const set of sets) set.setPlan(after ?? []);
    expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(500);
    expect(sets[7]?.status[0]).toMatchObject({ name: 'conflict', matched: 0 });
  });

  it('holds from the moment it was given, whenever it is asked', () => {
    let nowMs = 0;
    const rules = new RuleSet([], { seed: 1, elapsed: () => nowMs });
    rules.setPlan(
      parsePlan({ faults: ['throttle,for=10'], phases: [{ name: 'a', for: 5 }, { name: 'b' }] }, 'x'),
    );
    nowMs = 6000;
    expect(rules.phase).toEqual({ name: 'b' });
    expect(rules.status[0]).toMatchObject({ state: 'armed', endsInSeconds: 4 });
  });
});
