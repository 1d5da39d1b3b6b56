import type { RedactionName } from './rule-names.ts';

/** Where a secret stands in a text, and what it is. */
export interface Finding {
  /** The rule that found it. */
  readonly rule: RedactionName;
  /** What it is, in the words of the rule: `jwt`, `github`. */
  readonly kind: string;
  /** Its first code unit, and the one after its last. */
  readonly start: number;
  readonly end: number;
}

/** Finds secrets of one sort in a text, in time that grows with its length alone. */
export type TextRule = (text: string) => Iterable<Finding>;

/** The findings in order; those that overlap are one, called as the first of them. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged: Finding[] = [];
  for (const finding of [...findings].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || finding.start >= last.end) merged.push(finding);
    else if (finding.end > last.end) merged[merged.length - 1] = { ...last, end: finding.end };
  }
  return merged;
}

/** The text with each finding replaced. */
export function replaceFindings(text: string, findings: readonly Finding[], replacement: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of findings) {
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  return parts.length === 0 ? text : `${parts.join('')}${text.slice(at)}`;
}
