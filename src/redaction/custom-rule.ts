/** A rule of the user's own: what matches is replaced. */
export interface CustomRule {
  readonly match: RegExp;
  readonly replace: string;
}

/** The text after all of these rules, one after the other. */
export function applyCustomRules(rules: readonly CustomRule[], text: string): string {
  return rules.reduce((partial, { match, replace }) => partial.replace(match, replace), text);
}
