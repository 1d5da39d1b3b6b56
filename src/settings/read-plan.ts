import { type Plan, planOf } from '../chaos/plan.ts';
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
  return planOf([
    ...(quota === undefined ? [] : presetRules(quota, {}, quotaPresets)),
    ...presets.flatMap((name) => presetRules(name)),
    ...rules.map((rule) => parseFault(rule)),
  ]);
}
