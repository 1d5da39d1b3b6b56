import { type Plan, planOf, RuleCount } from '../chaos/plan.ts';
import { quotaPresets } from '../chaos/preset.ts';
import type { FaultSettings } from './settings.ts';

/**
 * The plan of the rules that were given, but for those in a file: what `--quota`, `--preset` and `--fault` say.
 * @throws {@link UsageError} for a rule that cannot be understood.
 */
export async function readPlan({ quota, presets, rules }: FaultSettings): Promise<Plan> {
  if (quota === undefined && presets.length + rules.length === 0) return planOf([]);
  const [{ parseFault }, { presetRules }] = await Promise.all([
    import('../chaos/parse-rule.ts'),
    import('../chaos/preset-rules.ts'),
  ]);
  const count = new RuleCount('the faults that are given');
  return planOf([
    ...count.take(quota === undefined ? [] : presetRules(quota, {}, quotaPresets)),
    ...presets.flatMap((name) => count.take(presetRules(name))),
    ...rules.flatMap((rule) => count.take([parseFault(rule)])),
  ]);
}
