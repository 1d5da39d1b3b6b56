import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFaultSpec } from '../../../src/chaos/rule.ts';
import { RuleSet, type Target } from '../../../src/chaos/rule-set.ts';

function ruleSet(specs: readonly string[], seed = 1): RuleSet {
  return new RuleSet(specs.map(parseFaultSpec), seed);
}

function call(fields: Partial<Target> = {}): Target {
  return { key: 'k', restApiId: 'a1b2c3d4e5', deploymentId: undefined, region: 'us-east-1', ...fields };
}

/** The status each of some calls is answered with; `-` for none. */
function statuses(rules: RuleSet, calls: readonly Target[]): string {
  return calls
    .map((target) => {
      const effect = rules.strike(target).answer?.effect;
      return effect === undefined ? '-' : effect.error.status;
    })
    .join(' ');
}

function times(count: number, fields: Partial<Target> = {}): Target[] {
  return Array.from({ length: count }, () => call(fields));
}

describe('rules', () => {
  it('do nothing when there are none', () => {
    expect(ruleSet([]).strike(call())).toEqual({ delayMs: 0, answer: undefined });
    expect(ruleSet([]).status).toEqual([]);
  });

  it('are tried in order, and the first that fires answers', () => {
    expect(statuses(ruleSet(['throttle,first=1', 'conflict,first=2', 'internal']), times(4))).toBe(
      '429 409 500 500',
    );
    expect(ruleSet(['throttle,name=x', 'conflict']).strike(call()).answer?.rule).toBe('x');
  });

  it('count calls that others answer', () => {
    const rules = ruleSet(['throttle,first=2', 'conflict,first=3', 'internal,times=1']);
    expect(statuses(rules, times(6))).toBe('429 429 409 500 - -');
    expect(rules.status).toEqual([
      { name: 'throttle,first=2', kind: 'throttle', matched: 6, fired: 2 },
      { name: 'conflict,first=3', kind: 'conflict', matched: 6, fired: 1 },
      { name: 'internal,times=1', kind: 'internal', matched: 6, fired: 1 },
    ]);
  });

  it.each([
    ['api=a1b2c3d4e5', '429 429 429 - -'],
    ['api=other', '- - - 429 -'],
    ['deployment=vakw79', '- 429 - - -'],
    ['deployment=', '- - 429 - -'],
    ['region=eu-west-1', '- - - 429 -'],
    ['api=a1b2c3d4e5,deployment=vakw79,region=us-east-1', '- 429 - - -'],
    ['api=other,region=us-east-1', '- - - - -'],
  ])('in scope %s see only these calls', (scope, expected) => {
    const calls = [
      call(),
      call({ deploymentId: 'vakw79' }),
      call({ deploymentId: '' }),
      call({ restApiId: 'other', region: 'eu-west-1' }),
      call({ restApiId: undefined, region: undefined }),
    ];
    const rules = ruleSet([`throttle,${scope}`]);
    expect(statuses(rules, calls)).toBe(expected);
    expect(rules.status[0]?.matched).toBe(expected.split('429').length - 1);
  });

  it('count only the calls in their scope', () => {
    const rules = ruleSet(['throttle,api=x,first=1']);
    expect(statuses(rules, [call(), call({ restApiId: 'x' }), call({ restApiId: 'x' })])).toBe('- 429 -');
  });

  it('add up latencies, before and with the answer', () => {
    const rules = ruleSet([
      'latency,ms=10',
      'latency,ms=5,first=1',
      'throttle,first=1',
      'latency,ms=100,after=1',
    ]);
    expect(rules.strike(call())).toMatchObject({
      delayMs: 15,
      answer: { effect: { error: { status: 429 } } },
    });
    expect(rules.strike(call())).toEqual({ delayMs: 110, answer: undefined });
  });

  it('name the API and the region in what they answer', () => {
    expect(ruleSet(['not-found']).strike(call({ restApiId: 'x' })).answer?.effect.error.message).toContain(
      ':x',
    );
  });

  it('begin again when they are reset', () => {
    const rules = ruleSet(['throttle,first=1', 'conflict,p=0.5,per=key']);
    const first = statuses(rules, times(20));
    rules.reset();
    expect(rules.status.map(({ matched, fired }) => [matched, fired])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(statuses(rules, times(20))).toBe(first);
  });
});

describe('chance', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 });

  /** What the n-th call of each key got, key by key. */
  function byKey(rules: RuleSet, order: readonly string[]): Record<string, string[]> {
    const got: Record<string, string[]> = {};
    for (const key of order) {
      const { answer, delayMs } = rules.strike(call({ key }));
      got[key] = [...(got[key] ?? []), `${answer?.effect.error.status} ${delayMs}`];
    }
    return got;
  }

  it.each([
    [['throttle,p=0.5']],
    [['throttle,p=0.3', 'conflict,p=0.5,per=key']],
    [['latency,ms=1,jitter=100', 'throttle,p=0.5']],
    [['throttle,p=0.5,per=key,times=3']],
  ])('of %j is the same for the n-th call of a key, whatever is called in between', (specs) => {
    fc.assert(
      fc.property(keys, fc.nat(), fc.infiniteStream(fc.nat()), (order, seed, stream) => {
        const shuffled = order
          .map((key) => ({ key, at: stream.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ key }) => key);
        expect(byKey(ruleSet(specs, seed), shuffled)).toEqual(byKey(ruleSet(specs, seed), order));
      }),
    );
  });

  it('differs by seed, by rule and by key, and comes true as often as it says', () => {
    const fired = (specs: string[], seed: number, key = 'k') =>
      statuses(ruleSet(specs, seed), times(2000, { key }));
    const one = fired(['throttle,p=0.25'], 1);
    expect(fired(['throttle,p=0.25'], 1)).toBe(one);
    expect(fired(['throttle,p=0.25'], 2)).not.toBe(one);
    expect(fired(['throttle,p=0.25,name=x'], 1)).not.toBe(one);
    expect(fired(['throttle,p=0.25'], 1, 'other')).not.toBe(one);
    expect(one.split('429').length - 1).toBeGreaterThan(430);
    expect(one.split('429').length - 1).toBeLessThan(570);
  });

  it('depends on the name of the rule, not on its place or on what else it says', () => {
    const alone = statuses(ruleSet(['throttle,p=0.5,name=x']), times(200));
    const second = statuses(ruleSet(['conflict,first=0', 'throttle,p=0.5,name=x,times=1000']), times(200));
    expect(second).toBe(alone);
  });

  it('waits differently each time when there is jitter', () => {
    const rules = ruleSet(['latency,ms=10,jitter=5']);
    const delays = times(100).map((target) => rules.strike(target).delayMs);
    expect(new Set(delays).size).toBeGreaterThan(90);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThan(15);
  });
});
