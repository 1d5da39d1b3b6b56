import type { JsonObject } from '../json.ts';
import { applyCustomRules, type CustomRule } from './custom-rule.ts';
import { redactDocument } from './document.ts';
import { createSecretFinder, type SecretFinder } from './find-secrets.ts';
import type { RedactionName } from './rule-names.ts';
import { isSecretName } from './secret-names.ts';

/** What finds secrets, and what takes them out. */
export interface Engine {
  readonly find: SecretFinder['find'];
  readonly redact: (document: JsonObject) => JsonObject;
}

/** Puts the rules together, but for those that are switched off. */
export function createEngine(disabled: readonly RedactionName[], custom: readonly CustomRule[]): Engine {
  const isOn = (rule: RedactionName) => !disabled.includes(rule);
  const finder = createSecretFinder(isOn);
  const names = isOn('secret-names') ? isSecretName : () => false;
  const rules = {
    finder,
    isSecretName: names,
    hidesAccountIds: isOn('account-ids'),
    applyCustom: (text: string) => applyCustomRules(custom, text),
  };
  return { find: finder.find, redact: (document) => redactDocument(document, rules) };
}
