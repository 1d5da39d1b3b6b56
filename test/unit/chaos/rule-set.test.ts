import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../src/chaos/parse-rule.ts';
import { RuleSet } from '../../../src/chaos/rule-set.ts';
import { parsePlan } from '../../../src/chaos/scenario.ts';
import { UsageError } from '../../../src/errors.ts';
import { calls, FakeClock, originalWith, ruleSetOf, statuses, targetOf } from '../../support/target.ts';

/** Name, calls and hits of each rule. */
function countsOf(rules: RuleSet): string[] {
  return rules.status.map(({ name, matched, fired }) => `${name} ${matched} ${fired}`);
}

describe('rules', () => {
  it('do nothing when there are none', () => {
    expect(ruleSetOf([]).strike(targetOf())).toEqual({ delayMs: 0, answer: undefined, hits: [] });
    expect(ruleSetOf([]).status).toEqual([]);
  });

  it('are tried in order, and the first that fires answers', () => {
    expect(statuses(ruleSetOf(['throttle,first=1', 'conflict,first=2', 'internal']), calls(4))).toBe(
      '429 409 500 500',
    );
    expect(ruleSetOf(['throttle,name=x', 'conflict']).strike(targetOf()).answer?.rule).toBe('x');
  });

  it('count calls that others answer', () => {
    const rules = ruleSetOf(['throttle,first=2', 'conflict,first=3', 'internal,times=1']);
    expect(statuses(rules, calls(6))).toBe('429 429 409 500 - -');
    expect(countsOf(rules)).toEqual(['throttle,first=2 6 2', 'conflict,first=3 6 1', 'internal,times=1 6 1']);
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
      targetOf(),
      targetOf({ deploymentId: 'vakw79' }),
      targetOf({ deploymentId: '' }),
      targetOf({ restApiId: 'other', region: 'eu-west-1' }),
      targetOf({ restApiId: undefined, region: undefined }),
    ];
    const rules = ruleSetOf([`throttle,${scope}`]);
    expect(statuses(rules, calls)).toBe(expected);
    expect(rules.status[0]?.matched).toBe(expected.split('429').length - 1);
  });

  it('count only the calls in their scope', () => {
    const rules = ruleSetOf(['throttle,api=x,first=1']);
    expect(statuses(rules, [targetOf(), targetOf({ restApiId: 'x' }), targetOf({ restApiId: 'x' })])).toBe(
      '- 429 -',
    );
  });

  it('add up latencies, before and with the answer', () => {
    const rules = ruleSetOf([
      'latency,ms=10',
      'latency,ms=5,first=1',
      'throttle,first=1',
      'latency,ms=100,after=1',
    ]);
    expect(rules.strike(targetOf())).toMatchObject({
      delayMs: 15,
      answer: { rule: 'throttle,first=1', planned: { status: 429 } },
      hits: ['latency,ms=10', 'latency,ms=5,first=1', 'throttle,first=1'],
    });
    expect(rules.strike(targetOf())).toEqual({
      delayMs: 110,
      answer: undefined,
      hits: ['latency,ms=10', 'latency,ms=100,after=1'],
    });
  });

  it('name the API and the region in what they answer', () => {
    expect(ruleSetOf(['not-found']).strike(targetOf({ restApiId: 'x' })).answer?.planned.body).toContain(
      ':x',
    );
  });

  it('in scope of an attempt, a session, a stage or a header see only these calls', () => {
    const targets = [
      targetOf(),
      targetOf({ attempt: 1, session: 'a', headers: ['X-Team', 'blue'] }),
      targetOf({ attempt: 2, session: 'b', headers: ['x-team', 'red', 'X-TEAM', 'blue'] }),
      targetOf({ attempt: 4, original: originalWith('prod', 'dev') }),
    ];
    const seen = (scope: object) => statuses(ruleSetOf([{ kind: 'throttle', ...scope }]), targets);
    expect(seen({ attempt: 2 })).toBe('- - 429 -');
    expect(seen({ attempt: '1-2' })).toBe('- 429 429 -');
    expect(seen({ attempt: '2-' })).toBe('- - 429 429');
    expect(seen({ session: 'a' })).toBe('- 429 - -');
    expect(seen({ stage: 'prod' })).toBe('- - - 429');
    expect(seen({ stage: 'pro' })).toBe('- - - -');
    expect(seen({ item: 'prod' })).toBe('- - - 429');
    expect(seen({ item: 'pro' })).toBe('- - - -');
    expect(seen({ header: 'x-TEAM: blue' })).toBe('- 429 429 -');
    expect(seen({ header: 'x-team:' })).toBe('- - - -');
  });

  it('say whether there are any, and whether what is recorded must be read for them', () => {
    const rules = ruleSetOf([]);
    expect([rules.isEmpty, rules.needsRecordings]).toEqual([true, false]);
    rules.add(parseFault('throttle'));
    expect([rules.isEmpty, rules.needsRecordings]).toEqual([false, false]);
    rules.add(parseFault('throttle,stage=prod'));
    expect([rules.isEmpty, rules.needsRecordings]).toEqual([false, true]);
    rules.remove('throttle,stage=prod');
    expect([rules.isEmpty, rules.needsRecordings]).toEqual([false, false]);
    rules.add(parseFault('throttle,item=prod'));
    expect([rules.isEmpty, rules.needsRecordings]).toEqual([false, true]);
    rules.clear();
    expect([rules.isEmpty, rules.needsRecordings]).toEqual([true, false]);
  });

  it('have a name each, the same for the same list', () => {
    const rules = ruleSetOf([
      'throttle',
      'throttle',
      { kind: 'throttle', name: 'throttle#2' },
      'throttle',
      'conflict,name=throttle',
    ]);
    expect(rules.status.map(({ name }) => name)).toEqual([
      'throttle',
      'throttle#3',
      'throttle#2',
      'throttle#4',
      'throttle#5',
    ]);
  });

  it('with a quota let 40 of 41 calls through, and ten more a second later, in each region', () => {
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,rate=10,burst=40,name=quota'], { clock });
    const throttled = (count: number, region: string) =>
      calls(count, { region }).filter((target) => rules.strike(target).hits.length > 0).length;
    expect(throttled(41, 'us-east-1')).toBe(1);
    expect(throttled(40, 'eu-west-1')).toBe(0);
    clock.pass(1);
    expect(throttled(10, 'us-east-1')).toBe(0);
    expect(throttled(1, 'us-east-1')).toBe(1);
    rules.reset();
    expect(throttled(41, 'us-east-1')).toBe(1);
  });

  it('that have ended fire no more, and stay listed until they are removed', () => {
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,for=10,name=x'], { clock });
    expect(rules.status[0]).toMatchObject({ state: 'armed', endsInSeconds: 10 });
    clock.pass(9.5);
    expect(statuses(rules, calls(1))).toBe('429');
    expect(rules.status[0]).toMatchObject({ state: 'armed', endsInSeconds: 0.5 });
    clock.pass(0.5);
    expect(statuses(rules, calls(1))).toBe('-');
    expect(rules.status).toEqual([
      {
        name: 'x',
        kind: 'throttle',
        rule: { name: 'x', kind: 'throttle', for: 10 },
        matched: 1,
        fired: 1,
        state: 'ended',
      },
    ]);
    rules.reset();
    expect(statuses(rules, calls(1))).toBe('429');
    expect(rules.remove('x')).toBe(true);
    expect(rules.status).toEqual([]);
  });

  it('begin again when they are reset', () => {
    const rules = ruleSetOf(['throttle,first=1', 'conflict,p=0.5,per=key']);
    const first = statuses(rules, calls(20));
    rules.reset();
    expect(countsOf(rules)).toEqual(['throttle,first=1 0 0', 'conflict,p=0.5,per=key 0 0']);
    expect(statuses(rules, calls(20))).toBe(first);
  });
});

describe('chance', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 });

  /** What the n-th call of each key got, key by key. */
  function byKey(rules: RuleSet, order: readonly string[]): Record<string, string[]> {
    const got: Record<string, string[]> = {};
    for (const key of order) {
      const { answer, delayMs } = rules.strike(targetOf({ key }));
      got[key] = [...(got[key] ?? []), `${answer?.planned.status} ${delayMs}`];
    }
    return got;
  }

  it.each([
    [['throttle,p=0.5']],
    [['throttle,p=0.3', 'conflict,p=0.5,per=key']],
    [['latency,ms=1,jitter=100', 'throttle,p=0.5']],
    [['throttle,p=0.5,per=key,times=3']],
    [['throttle,per=key,first=2', 'conflict,per=key,after=3,every=2', 'latency,ms=0,jitter=9,p=0.5']],
    [['throttle,per=key,cycle=1/2', 'latency,ms=0,jitter=9,per=key,times=4']],
  ])('of %j is the same for the n-th call of a key, whatever is called in between', (specs) => {
    fc.assert(
      fc.property(keys, fc.nat(), fc.infiniteStream(fc.nat()), (order, seed, stream) => {
        const shuffled = order
          .map((key) => ({ key, at: stream.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ key }) => key);
        expect(byKey(ruleSetOf(specs, { seed }), shuffled)).toEqual(byKey(ruleSetOf(specs, { seed }), order));
      }),
    );
  });

  it('differs by seed, by rule and by key, and comes true as often as it says', () => {
    const fired = (specs: string[], seed: number, key = 'k') =>
      statuses(ruleSetOf(specs, { seed }), calls(2000, { key }));
    const one = fired(['throttle,p=0.25'], 1);
    expect(fired(['throttle,p=0.25'], 1)).toBe(one);
    expect(fired(['throttle,p=0.25'], 2)).not.toBe(one);
    expect(fired(['throttle,p=0.25,name=x'], 1)).not.toBe(one);
    expect(fired(['throttle,p=0.25'], 1, 'other')).not.toBe(one);
    expect(one.split('429').length - 1).toBeGreaterThan(430);
    expect(one.split('429').length - 1).toBeLessThan(570);
  });

  it('depends on the name of the rule, not on its place or on what else it says', () => {
    const alone = statuses(ruleSetOf(['throttle,p=0.5,name=x']), calls(200));
    const second = statuses(ruleSetOf(['conflict,first=0', 'throttle,p=0.5,name=x,times=1000']), calls(200));
    expect(alone).toContain('- 429');
    expect(second).toBe(alone);
  });

  it('waits differently each time when there is jitter', () => {
    const rules = ruleSetOf(['latency,ms=10,jitter=5']);
    const delays = calls(100).map((target) => rules.strike(target).delayMs);
    expect(new Set(delays).size).toBeGreaterThan(90);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThan(15);
  });
});

describe('rules that are changed while calls come in', () => {
  it('keep the counts of the others', () => {
    const rules = ruleSetOf(['throttle,first=3,name=a', 'conflict,first=5,name=b']);
    expect(statuses(rules, calls(2))).toBe('429 429');
    rules.add(parseFault('internal,first=1,name=c'));
    expect(countsOf(rules)).toEqual(['a 2 2', 'b 2 0', 'c 0 0']);
    expect(rules.replace('a', parseFault('unavailable,first=1,name=a'))).toBe(true);
    expect(statuses(rules, calls(2))).toBe('503 409');
    expect(countsOf(rules)).toEqual(['a 2 1', 'b 4 1', 'c 2 0']);
    expect(rules.remove('a')).toBe(true);
    expect(statuses(rules, calls(2))).toBe('409 -');
    expect(countsOf(rules)).toEqual(['b 6 2', 'c 4 0']);
    rules.clear();
    expect(rules.status).toEqual([]);
    expect(statuses(rules, calls(1))).toBe('-');
  });

  it('are found by their name, and are told when there is none', () => {
    const rules = ruleSetOf(['throttle,first=3']);
    expect(rules.find('throttle,first=3')?.kind).toBe('throttle');
    expect(rules.find('nope')).toBeUndefined();
    expect(rules.remove('nope')).toBe(false);
    expect(rules.replace('nope', parseFault('throttle'))).toBe(false);
    expect(rules.status).toHaveLength(1);
  });

  it('cannot take the name of another one, unless that has ended', () => {
    const clock = new FakeClock();
    const rules = ruleSetOf(['throttle,name=a,for=10', 'conflict,name=b'], { clock });
    expect(() => rules.add(parseFault('internal,name=a'))).toThrow(UsageError);
    expect(() => rules.add(parseFault('internal,name=a'))).toThrow(
      "Cannot add fault 'a': there is a rule of that name.",
    );
    expect(() => rules.replace('b', parseFault('internal,name=a'))).toThrow(UsageError);
    expect(countsOf(rules)).toEqual(['a 0 0', 'b 0 0']);
    clock.pass(10);
    rules.add(parseFault('internal,name=a'));
    expect(rules.status.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['b conflict', 'a internal']);
  });

  it('are refused beyond a thousand', () => {
    const rules = ruleSetOf(Array.from({ length: 1000 }, (_, i) => `throttle,name=r${i}`));
    expect(() => rules.add(parseFault('conflict'))).toThrow('there are 1000 rules');
  });

  it('measure their time from when they were added', () => {
    const clock = new FakeClock();
    const rules = ruleSetOf([], { clock });
    clock.pass(100);
    rules.add(parseFault('throttle,from=5', { defaultForSeconds: 600 }));
    expect(rules.status[0]).toMatchObject({ endsInSeconds: 605 });
    clock.pass(4);
    expect(statuses(rules, calls(1))).toBe('-');
    clock.pass(1);
    expect(statuses(rules, calls(1))).toBe('429');
  });

  it('of a plan make room for another plan: what is the same in both goes on, what was added stays', () => {
    const rules = ruleSetOf(['throttle,first=2', 'conflict,first=9']);
    rules.add(parseFault('internal,name=live'));
    expect(statuses(rules, calls(3))).toBe('429 429 409');
    rules.setPlan(['throttle,first=3', 'conflict,first=9'].map((fault) => parseFault(fault)));
    expect(countsOf(rules)).toEqual(['throttle,first=3 0 0', 'conflict,first=9 3 1', 'live 3 0']);
    rules.setPlan([parseFault('bad-request,name=live')]);
    expect(rules.status.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['live bad-request']);
    rules.setPlan([]);
    expect(rules.status).toEqual([]);
  });
});

describe('phases', () => {
  function scenario(data: object): { rules: RuleSet; clock: FakeClock } {
    const clock = new FakeClock();
    return { rules: new RuleSet(parsePlan(data, 'x.yaml'), { seed: 1, elapsed: clock.elapsed }), clock };
  }

  it('follow one another by the number of calls, those in no scope included', () => {
    const { rules } = scenario({
      faults: ['conflict,api=other'],
      phases: [
        { name: 'calm', calls: 2 },
        { name: 'outage', calls: 3, faults: ['unavailable,first=2'] },
        { name: 'recovery', faults: ['throttle,every=2'] },
      ],
    });
    const targets = [...calls(3), targetOf({ restApiId: 'other' }), ...calls(6)];
    expect(statuses(rules, targets)).toBe('- - 503 409 - - 429 - 429 -');
    expect(rules.phase).toEqual({ name: 'recovery' });
    expect(rules.status.map(({ name, phase, state, matched }) => ({ name, phase, state, matched }))).toEqual([
      { name: 'conflict,api=other', phase: undefined, state: 'armed', matched: 1 },
      { name: 'unavailable,first=2', phase: 'outage', state: 'ended', matched: 3 },
      { name: 'throttle,every=2', phase: 'recovery', state: 'armed', matched: 5 },
    ]);
  });

  it('follow one another by time, and their rules measure time from there', () => {
    const { rules, clock } = scenario({
      phases: [
        { name: 'calm', for: 10 },
        { name: 'outage', for: 10, faults: ['unavailable,from=5'] },
      ],
    });
    const at = (seconds: number): string => {
      clock.nowMs = seconds * 1000;
      return `${rules.phase?.name} ${statuses(rules, calls(1))}`;
    };
    expect(rules.phase).toEqual({ name: 'calm', endsInSeconds: 10 });
    expect(rules.status[0]?.state).toBe('waiting');
    expect([0, 9.9, 10, 14.9, 15, 19.9, 20, 1e6].map(at)).toEqual([
      'calm -',
      'calm -',
      'outage -',
      'outage -',
      'outage 503',
      'outage 503',
      'undefined -',
      'undefined -',
    ]);
    expect(rules.status[0]?.state).toBe('ended');
    rules.reset();
    expect(rules.phase?.name).toBe('calm');
  });

  it('begin with the last call of the one before, not with the next call', () => {
    const { rules, clock } = scenario({
      phases: [
        { name: 'calm', calls: 1 },
        { name: 'outage', for: 10, faults: ['unavailable'] },
        { name: 'recovery' },
      ],
    });
    expect(statuses(rules, calls(1))).toBe('-');
    clock.pass(9);
    expect(statuses(rules, calls(1))).toBe('503');
    clock.pass(1);
    expect(statuses(rules, calls(1))).toBe('-');
  });

  it('repeat, with the same faults in each round, also after a long silence', () => {
    const { rules, clock } = scenario({
      phases: [
        { name: 'calm', for: 5 },
        { name: 'storm', for: 5, faults: ['throttle,p=0.5'] },
      ],
      repeat: true,
    });
    clock.pass(5);
    const first = statuses(rules, calls(20));
    expect(first).toContain('429 -');
    clock.pass(5);
    expect(rules.phase?.name).toBe('calm');
    expect(rules.status[0]?.state).toBe('waiting');
    clock.pass(5);
    expect(statuses(rules, calls(20))).toBe(first);
    clock.pass(10_000_000_000);
    expect(rules.phase).toEqual({ name: 'storm', endsInSeconds: 5 });
    expect(statuses(rules, calls(20))).toBe(first);
  });

  it('go on when the plan changes elsewhere, and begin again when they change', () => {
    const phases = [{ calls: 2 }, { faults: ['throttle'] }];
    const { rules } = scenario({ phases });
    statuses(rules, calls(2));
    rules.setPlan(parsePlan({ phases, faults: ['conflict,first=0'] }, 'x.yaml'));
    expect(statuses(rules, calls(1))).toBe('429');
    rules.setPlan(parsePlan({ phases: [{ calls: 1 }, { faults: ['throttle'] }] }, 'x.yaml'));
    expect(statuses(rules, calls(2))).toBe('- 429');
  });

  it('have rules that can be changed and removed, too', () => {
    const { rules } = scenario({ phases: [{ calls: 1 }, { faults: ['throttle,name=x', 'conflict'] }] });
    rules.replace('x', parseFault('internal,first=1,name=x'));
    expect(() => rules.add(parseFault('conflict'))).toThrow("Cannot add fault 'conflict'");
    expect(statuses(rules, calls(3))).toBe('- 500 409');
    rules.remove('conflict');
    expect(statuses(rules, calls(1))).toBe('-');
  });
});
