import { joinPlans, type Plan, planOf, RuleCount } from '../chaos/plan.ts';
import { quotaPresets } from '../chaos/preset.ts';
import { readData } from './data-file.ts';
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

/**
 * The plan of all rules that were given: those of the file stand after the others.
 * @throws {@link UsageError} when they cannot be read or understood.
 */
export async function readWholePlan(faults: FaultSettings): Promise<Plan> {
  const plan = await readPlan(faults);
  const { file } = faults;
  if (file === undefined) return plan;
  const { parsePlan } = await import('../chaos/scenario.ts');
  return joinPlans(plan, parsePlan(await readData(file), file));
}
