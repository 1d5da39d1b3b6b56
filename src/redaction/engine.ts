import type { SecretPlaces } from '../aws/apigateway/operation.ts';
import type { JsonObject } from '../json.ts';
import { applyCustomRules, type CustomRule } from './custom-rule.ts';
import { redactDocument } from './document.ts';
import { createSecretFinder, type SecretFinder } from './find-secrets.ts';
import { isSecretMapping } from './mappings.ts';
import type { RedactionName } from './rule-names.ts';
import { isSecretName } from './secret-names.ts';

/** What finds secrets, and what takes them out. */
export interface Engine {
  readonly find: SecretFinder['find'];
  readonly redact: (content: JsonObject, places?: SecretPlaces) => JsonObject;
}

/** Puts the rules together, but for those that are switched off. */
export function createEngine(disabled: readonly RedactionName[], custom: readonly CustomRule[]): Engine {
  const isOn = (rule: RedactionName) => !disabled.includes(rule);
  const finder = createSecretFinder(isOn);
  const names = isOn('secret-names') ? isSecretName : () => false;
  const rules = {
    finder,
    isSecretName: names,
    isSecretMapping: isOn('secret-fields') ? isSecretMapping : () => false,
    hidesAccountIds: isOn('account-ids'),
    hidesPlaces: isOn('secret-fields'),
    applyCustom: (text: string) => applyCustomRules(custom, text),
  };
  return { find: finder.find, redact: (content, places) => redactDocument(content, rules, places) };
}
