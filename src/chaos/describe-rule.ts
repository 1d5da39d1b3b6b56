import type { ArmedRule } from './armed-rule.ts';
import { ruleToObject } from './rule.ts';
import type { RuleStatus } from './rule-status.ts';

/** What the rule has done up to now, and whether it goes on. */
export function describeRule({ rule, schedule }: ArmedRule, nowMs: number): RuleStatus {
  const { seen, hits } = schedule.counts;
  const remainingMs = schedule.remainingMs(nowMs);
  return {
    name: rule.name,
    kind: rule.kind,
    rule: ruleToObject(rule),
    matched: seen,
    fired: hits,
    state: remainingMs > 0 ? 'armed' : 'ended',
    ...(Number.isFinite(remainingMs) && remainingMs > 0 && { endsInSeconds: remainingMs / 1000 }),
  };
}
