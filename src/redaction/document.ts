import { NO_SECRET_PLACES, type SecretPlaces } from '../aws/apigateway/operation.ts';
import { redactionBounds } from '../bounds.ts';
import { isJsonObject, type Json, type JsonObject, numberText } from '../json.ts';
import { learnAccountIds, replaceAccountIds } from './account-ids.ts';
import { collectTexts } from './collect-texts.ts';
import { createFieldRedactor } from './fields.ts';
import type { SecretFinder } from './find-secrets.ts';
import type { Finding } from './finding.ts';
import { hidePlaces } from './places.ts';
import { createTextRedactor, type TextRedactor } from './redact-text.ts';

/** What is done to documents. */
export interface DocumentRules {
  readonly finder: SecretFinder;
  readonly isSecretName: (name: string) => boolean;
  /** Whether a mapping of an integration's is to a fixed value that may be a secret. */
  readonly isSecretMapping: (name: string, value: string) => boolean;
  readonly hidesAccountIds: boolean;
  /** Whether values are taken out that the service's model says are secret. */
  readonly hidesPlaces: boolean;
  /** The user's own rules. */
  readonly applyCustom: (text: string) => string;
}

/** A redacted copy of a document: what is redacted again does not change, but for the user's own rules. */
export function redactDocument(
  whole: JsonObject,
  rules: DocumentRules,
  places: SecretPlaces = NO_SECRET_PLACES,
): JsonObject {
  const document = rules.hidesPlaces ? hidePlaces(whole, places) : whole;
  const accountIds = new Set<string>();
  const redactText = textRedactorFor(document, rules);
  let redacted = document;
  for (let round = 0; round < redactionBounds.rounds; round += 1) {
    const known = accountIds.size;
    if (rules.hidesAccountIds) learnFrom(redacted, '', accountIds);
    // Taking something out may show that what is left is an account id.
    if (round > 0 && accountIds.size === known) break;
    const redactFields = createFieldRedactor({
      redactText: (text) => replaceAccountIds(redactText(text), accountIds),
      isSecretName: rules.isSecretName,
      isSecretMapping: rules.isSecretMapping,
      isAccountId: (text) => accountIds.has(text),
      applyCustom: rules.applyCustom,
      kept: new Set(places.kept.map((name) => `/document/${name}`)),
    });
    redacted = redactFields(redacted);
  }
  return redacted;
}

/** Most texts hold no secret, which is seen at once: what may hold one is searched by itself, within bounds. */
function textRedactorFor(
  document: JsonObject,
  { finder, isSecretName, isSecretMapping }: DocumentRules,
): TextRedactor {
  const texts = collectTexts(document);
  const suspects = finder.screen(texts);
  let searches = 0;
  const find = (text: string) => {
    if (texts.has(text) && !suspects.has(text)) return [];
    searches += 1;
    const isTooMuch = searches > redactionBounds.searches || text.length > redactionBounds.textLength;
    return isTooMuch ? [wholeOf(text)] : finder.find(text);
  };
  return createTextRedactor(find, { isSecretName, isSecretMapping });
}

function wholeOf(text: string): Finding {
  return { rule: 'tokens', kind: 'too-much-to-search', start: 0, end: text.length };
}

function learnFrom(value: Json, name: string, ids: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) learnFrom(item, name, ids);
  } else if (isJsonObject(value)) {
    for (const field of Object.keys(value)) {
      learnAccountIds(field, '', ids);
      learnFrom(value[field] as Json, field, ids);
    }
  } else {
    const text = typeof value === 'string' ? value : numberText(value);
    if (text !== undefined) learnAccountIds(text, name, ids);
  }
}
