import { redactionBounds } from '../bounds.ts';
import { findAssignments } from './assignments.ts';
import { layersOf } from './encodings.ts';
import { type Finding, mergeFindings, type TextRule } from './finding.ts';
import { findByKeptRules } from './kept-rules.ts';
import { patternRules } from './patterns.ts';
import { findPrivateKeys } from './private-keys.ts';
import type { RedactionName } from './rule-names.ts';
import { findUrlPasswords } from './url-passwords.ts';

interface Rule {
  readonly rule: RedactionName;
  readonly find: TextRule;
}

const textRules: readonly Rule[] = [
  { rule: 'private-keys', find: findPrivateKeys },
  { rule: 'url-passwords', find: findUrlPasswords },
  { rule: 'secret-names', find: findAssignments },
  ...patternRules,
  { rule: 'tokens', find: findByKeptRules },
];

/** A text that is shorter holds no secret that could be told without a name. */
export const SHORTEST = 8;
/** Stands between texts that are searched together: no secret goes over it. */
const BETWEEN = '\n\u0001\n';

/** Finds what can be told to be a secret from a text alone. */
export interface SecretFinder {
  /** The secrets of a text, as it is and as it is decoded, in order, none over another. */
  readonly find: (text: string) => readonly Finding[];
  /** Those of many texts that may hold a secret. To search them all together takes a fraction of the time. */
  readonly screen: (texts: ReadonlySet<string>) => ReadonlySet<string>;
}

/** A finder by the rules that are on. */
export function createSecretFinder(isOn: (rule: RedactionName) => boolean): SecretFinder {
  const rules = textRules.filter(({ rule }) => isOn(rule));
  const findIn = (text: string): Finding[] => rules.flatMap(({ find }) => [...find(text)]);
  return {
    find: (text) =>
      mergeFindings(
        layersOf(text).flatMap((layer) =>
          findIn(layer.text).map(({ start, end, ...found }) => ({
            ...found,
            start: layer.startOf(start),
            end: layer.endOf(end),
          })),
        ),
      ),
    screen: (texts) => screenTexts(texts, rules),
  };
}

function screenTexts(texts: ReadonlySet<string>, rules: readonly Rule[]): ReadonlySet<string> {
  const parts: string[] = [];
  const owners: { readonly text: string; readonly end: number }[] = [];
  let length = 0;
  for (const text of texts) {
    if (text.length < SHORTEST) continue;
    for (const layer of layersOf(text)) {
      for (const part of partsOf(layer.text)) {
        parts.push(part);
        length += part.length + BETWEEN.length;
        owners.push({ text, end: length });
      }
    }
  }
  const joined = parts.join(BETWEEN);
  const findings: Finding[] = [];
  for (const { find } of rules) {
    const before = findings.length;
    for (const finding of find(joined)) {
      findings.push(finding);
      if (findings.length - before > redactionBounds.findings) return texts;
    }
  }
  return new Set(ownersOf(mergeFindings(findings), owners));
}

/** A long text in parts that overlap. */
function partsOf(text: string): string[] {
  const { textLength, partOverlap } = redactionBounds;
  if (text.length <= textLength) return [text];
  const count = Math.ceil((text.length - partOverlap) / (textLength - partOverlap));
  return Array.from({ length: count }, (_, part) => {
    const start = part * (textLength - partOverlap);
    return text.slice(start, start + textLength);
  });
}

/** Whose parts the findings stand in; both are in order. */
function* ownersOf(
  findings: readonly Finding[],
  owners: ReadonlyArray<{ readonly text: string; readonly end: number }>,
): Iterable<string> {
  let at = 0;
  for (const { start, end } of findings) {
    while ((owners[at]?.end ?? end) <= start) at += 1;
    for (let covered = at; covered < owners.length; covered += 1) {
      const owner = owners[covered];
      if (owner !== undefined) yield owner.text;
      if ((owner?.end ?? end) >= end) break;
    }
  }
}
