import { EXAMPLE_ACCOUNT_ID } from '../aws/apigateway/service-error.ts';
import { UsageError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject, numberText, objectOf } from '../json.ts';

/** A rule of the user's own: what matches is replaced. */
export interface CustomRule {
  readonly match: RegExp;
  readonly replace: string;
}

/** Makes a redacted copy of what is to be stored. */
export type Redactor = (content: JsonObject) => JsonObject;

/** Where a string stands. */
interface Place {
  readonly field: string;
  /** The map of the user's own names that it is a value of: `variables` and the like. */
  readonly map: string | undefined;
}

type Rule = (text: string, place: Place) => string;

const REDACTED = 'REDACTED';
/** Whose names and values are the user's own. [the service's model] */
const USER_MAPS = new Set(['variables', 'stageVariableOverrides', 'tags']);
/** Names and ids: a recording is found by them. */
const NEVER_TOUCHED = new Set([
  'stageName',
  'deploymentId',
  'restApiId',
  'id',
  'clientCertificateId',
  'documentationVersion',
  // Of an error: its name on the wire.
  'type',
]);
const SECRET_NAME = /secret|password|passwd|token|apikey|private|credential/;

/** The built-in rules by name. Patterns are bounded or begin at an edge: what they search may be hostile and long. */
const builtInRules: Readonly<Record<string, Rule>> = {
  'account-ids': (text, { field, map }) => {
    const inArns = text
      .replace(/(arn:aws[a-z-]{0,20}:[^:\s]{0,64}:[^:\s]{0,64}:)\d{12}(?!\d)/g, `$1${EXAMPLE_ACCOUNT_ID}`)
      .replace(/(amazonaws\.com(?:\.cn)?\/)\d{12}(?!\d)/g, `$1${EXAMPLE_ACCOUNT_ID}`)
      .replace(/(?<!\d)\d{12}(?=\.dkr\.ecr\.)/g, EXAMPLE_ACCOUNT_ID);
    // `Invalid API identifier specified ACCOUNT:apiid`
    const isMessage = field === 'message' && map === undefined;
    return isMessage ? inArns.replace(/(?<!\d)\d{12}(?=:)/g, EXAMPLE_ACCOUNT_ID) : inArns;
  },
  'secret-names': (text, { map, field }) =>
    map !== undefined && SECRET_NAME.test(field.toLowerCase().replace(/[^a-z]/g, '')) ? REDACTED : text,
  'access-keys': redactWhole(/(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/),
  jwts: redactWhole(/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\./),
  'private-keys': redactWhole(/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/),
  'url-passwords': redactWhole(/[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@]{0,256}:[^/\s@]{1,1024}@/i),
};

/** The names of the built-in rules. */
export const redactionNames: readonly string[] = Object.keys(builtInRules);

/**
 * Puts the rules together.
 * @param disabled built-in rules that are switched off.
 * @throws {@link UsageError} for a name that is no rule.
 */
export function createRedactor(disabled: readonly string[], custom: readonly CustomRule[]): Redactor {
  const unknown = disabled.find((name) => !Object.hasOwn(builtInRules, name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Cannot switch off redaction '${unknown}': there is no such rule. Known are ${redactionNames.join(', ')}.`,
    );
  }
  const rules: Rule[] = Object.entries(builtInRules)
    .filter(([name]) => !disabled.includes(name))
    .map(([, rule]) => rule);
  for (const { match, replace } of custom) rules.push((text) => text.replace(match, replace));
  return (content) => redactFields(content, undefined, rules);
}

function redactFields(object: JsonObject, map: string | undefined, rules: readonly Rule[]): JsonObject {
  return objectOf(
    Object.entries(object).map(
      ([field, value]) => [field, redactValue(value, { field, map }, rules)] as const,
    ),
  );
}

function redactValue(value: Json, place: Place, rules: readonly Rule[]): Json {
  // In a map of the user's own, a key may be called `id` and hold anything.
  if (place.map === undefined && NEVER_TOUCHED.has(place.field)) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, place, rules));
  if (isJsonObject(value)) {
    const isUserMap = USER_MAPS.has(place.field);
    if (place.map === undefined) return redactFields(value, isUserMap ? place.field : undefined, rules);
    // Below a secret's name everything is secret.
    const inner = Object.entries(value).map(
      ([field, item]) => [`${place.field}.${field}`, item, field] as const,
    );
    return objectOf(
      inner.map(([path, item, field]) => [field, redactValue(item, { ...place, field: path }, rules)]),
    );
  }
  if (value === null) return null;
  const text = numberText(value) ?? String(value);
  const redacted = rules.reduce((partial, rule) => rule(partial, place), text);
  return redacted === text ? value : redacted;
}

function redactWhole(pattern: RegExp): Rule {
  return (text) => (pattern.test(text) ? REDACTED : text);
}
