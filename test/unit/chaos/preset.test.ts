import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { presets, quotaPresets } from '../../../src/chaos/preset.ts';
import { presetRules } from '../../../src/chaos/preset-rules.ts';
import { parsePlan } from '../../../src/chaos/scenario.ts';
import { UsageError } from '../../../src/errors.ts';

/** Presets use every sort of kind. Until the first of the transport's kinds is there, those that need more are skipped. */
const hasAllKinds = Object.hasOwn(faultKinds, 'hang') || Object.hasOwn(faultKinds, 'reset');
const later = ['flaky-network', 'eventual-consistency', 'slow-tail'];

describe('a preset', () => {
  for (const [name, { example, faults }] of Object.entries(presets)) {
    it.skipIf(!hasAllKinds && later.includes(name))(`${name} is made of rules, as its example is`, () => {
      expect(presetRules(name)).toHaveLength(faults.length);
      const { rules } = parsePlan(parse(example), 'x.yaml');
      expect(rules).toEqual(presetRules(name));
    });
  }

  it('for each of these there is', () => {
    expect(Object.keys(presets)).toEqual([
      'throttle-storm',
      'quota',
      'expired-token',
      'brownout',
      'retry-quota',
      'flaky-network',
      'eventual-consistency',
      'slow-tail',
    ]);
  });

  it("may be the service's quota", () => {
    const [rule] = presetRules('aws', {}, quotaPresets);
    expect(rule).toMatchObject({ name: 'quota', kind: 'throttle', schedule: { rate: 10, burst: 40 } });
  });

  it('that does not exist is refused, naming the known ones', () => {
    expect(() => presetRules('nope')).toThrow(UsageError);
    expect(() => presetRules('nope')).toThrow(
      "Cannot use preset 'nope': there is no such preset. Known are throttle-storm, quota, expired-token, brownout,",
    );
    expect(() => presetRules('gcp', {}, quotaPresets)).toThrow('Known are aws.');
  });
});
