import { sizeOfText } from '../journal/memory-budget.ts';
import { type Rule, ruleToObject } from './rule.ts';

/** What a rule takes besides its text, as measured. */
export const RULE_BYTES = 2_000;

const textSizes = new WeakMap<Rule, number>();

/** What its text takes, in bytes and at most. */
export function textBytes(rule: Rule): number {
  const known = textSizes.get(rule);
  if (known !== undefined) return known;
  const bytes = sizeOfText(JSON.stringify(ruleToObject(rule)));
  textSizes.set(rule, bytes);
  return bytes;
}
