import { expect, it } from 'vitest';
import { parseFault } from '../../../src/chaos/parse-rule.ts';
import { planOf, usesChance } from '../../../src/chaos/plan.ts';
import { presets } from '../../../src/chaos/preset.ts';
import { presetRules } from '../../../src/chaos/preset-rules.ts';

it.each([
  ['throttle', false],
  ['throttle,first=2', false],
  ['throttle,p=1', false],
  ['throttle,p=0', false],
  ['throttle,rate=10,burst=40', false],
  ['throttle,p=0.5', true],
  ['throttle,ramp=30', true],
  ['latency,ms=100', false],
  ['latency,ms=100,jitter=0', false],
  ['latency,ms=100,jitter=1', true],
  ['latency,ms=100,jitter=1,p=0', false],
  ['latency,distribution=spike,ms=1,spike-ms=9,spike-every=3', false],
  ['latency,distribution=uniform,min=1,max=2', true],
  ['latency,distribution=normal,ms=5,deviation=1', true],
  ['latency,distribution=log-normal,ms=5,sigma=1', true],
  ['latency,distribution=percentiles,percentiles=50:20/99:1000', true],
])('%s uses chance: %s', (spec, expected) => {
  const rule = parseFault(spec);
  expect(usesChance(planOf([rule]))).toBe(expected);
  const phase = { name: 'x', ends: undefined, rules: [rule] };
  expect(usesChance({ rules: [], phases: [phase], repeats: false })).toBe(expected);
  if (rule.schedule.p !== undefined || rule.schedule.ramp !== undefined) return;
  // What the kind says of itself is what it does.
  let draws = 0;
  rule.definition.create(rule.parameters).strike({
    method: 'GET',
    path: undefined,
    restApiId: undefined,
    region: undefined,
    draw: () => {
      draws += 1;
      return 0.5;
    },
    n: 1,
    original: {
      answer: () => {
        throw new Error('unused');
      },
      earlier: () => undefined,
      altered: () => undefined,
      hasItem: () => false,
    },
  });
  expect(draws > 0).toBe(expected);
});

it.each(Object.keys(presets))('of preset %s is known', (name) => {
  expect(usesChance(planOf(presetRules(name)))).toBe(
    !['quota', 'expired-token', 'eventual-consistency', 'retry-quota'].includes(name),
  );
});
