import { redactionBounds } from '../bounds.ts';
import { isJsonText, type JsonTextRules, redactJsonText } from './embedded-json.ts';
import { SHORTEST } from './find-secrets.ts';
import { type Finding, replaceFindings } from './finding.ts';
import { REDACTED } from './redacted.ts';

/** What a text becomes. */
export type TextRedactor = (text: string) => string;

/**
 * Redacts the texts of one answer, and JSON that is one. What it makes of a text it leaves as it is from then on: where that takes too many
 * rounds, nothing of the text is left.
 */
export function createTextRedactor(
  find: (text: string) => readonly Finding[],
  names: Omit<JsonTextRules, 'redact'>,
): TextRedactor {
  let jsonTexts = 0;
  const take: TextRedactor = (text) => replaceFindings(text, find(text), REDACTED);
  let redactor: TextRedactor = (text) => redactUntilStable(text, take);
  // The innermost level takes JSON for any text.
  for (let depth = 0; depth < redactionBounds.nestedJson; depth += 1) {
    const rules = { redact: redactor, ...names };
    const redactOnce: TextRedactor = (text) => {
      if (!isJsonText(text)) return take(text);
      jsonTexts += 1;
      return jsonTexts > redactionBounds.jsonTexts ? REDACTED : redactJsonText(text, rules);
    };
    redactor = (text) => redactUntilStable(text, redactOnce);
  }
  return redactor;
}

function redactUntilStable(text: string, redactOnce: TextRedactor): string {
  if (text.length < SHORTEST) return text;
  let before = text;
  for (let round = 0; round < redactionBounds.rounds; round += 1) {
    const after = redactOnce(before);
    if (after === before) return after;
    before = after;
  }
  return REDACTED;
}
