import type { SecretPlaces } from '../aws/apigateway/operation.ts';
import { UsageError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { suggestNames } from '../known-names.ts';
import type { CustomRule } from './custom-rule.ts';
import type { Engine } from './engine.ts';
import { type RedactionName, redactionNames } from './rule-names.ts';

/** Makes a redacted copy of what is to be stored. `places`: where the operation's model says that secrets stand. */
export type Redactor = (content: JsonObject, places?: SecretPlaces) => Promise<JsonObject>;

/**
 * A redactor that loads its rules with the first recording: nothing else needs them, and they are large.
 * @param disabled built-in rules that are switched off.
 * @throws {@link UsageError} for a name that is no rule.
 */
export function createRedactor(disabled: readonly string[], custom: readonly CustomRule[]): Redactor {
  const unknown = disabled.find((name) => !isRedactionName(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Cannot switch off redaction '${unknown}': there is no such rule. ${suggestNames(unknown, redactionNames)}.`,
    );
  }
  let engine: Promise<Engine> | undefined;
  return async (content, places) => {
    engine ??= import('./engine.ts').then(({ createEngine }) =>
      createEngine(disabled.filter(isRedactionName), custom),
    );
    return (await engine).redact(content, places);
  };
}

function isRedactionName(name: string): name is RedactionName {
  return redactionNames.some((known) => known === name);
}
