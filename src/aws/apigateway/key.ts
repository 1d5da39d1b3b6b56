import { createHash } from 'node:crypto';
import { type Json, type JsonObject, objectOf, sortKeys, writeJson } from '../../json.ts';
import { withoutSecrets } from '../../secrets.ts';

/** What a recording is found by. Two calls with one key get the same recording. */
export interface Key {
  readonly operation: string;
  /** The API that the call is about, decoded; absent for what belongs to the account. */
  readonly restApiId: string | undefined;
  /** What it asks for besides, decoded, in words; absent and empty differ. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The same as it stands in a cassette's file, and what is sent along. */
  readonly fields: JsonObject;
  /** What the call is about, as a path: a write concerns what is above it and below it. */
  readonly path: string;
  /** The whole key as one string, to look it up by. */
  readonly text: string;
  /** The same without dates that clients work out from today's; absent where there are none. */
  readonly undatedText?: string;
}

/** What is sent along, by the names it has in a file: JSON, text that is none, and bytes that are no text. */
export const BODIES = ['body', 'bodyText', 'bodyBase64'] as const;

/** The same key for what asks for one of several formats. */
export function withAccept(key: Key, accept: string | undefined): Key {
  if (accept === undefined) return key;
  return {
    ...key,
    parameters: { ...key.parameters, accept },
    fields: { ...key.fields, accept },
    text: `${key.text} ${JSON.stringify(accept)}`,
  };
}

/** The same key for what sends this along, redacted already. */
export function withBody(key: Key, body: JsonObject): Key {
  const sorted = sortKeys(body);
  if (Object.keys(sorted).length === 0) return key;
  const digest = createHash('sha256').update(writeJson(sorted)).digest('hex');
  return { ...key, fields: { ...key.fields, ...sorted }, text: `${key.text} ${digest}` };
}

/** What is sent along, of the fields of a key. */
export function bodyOf({ fields }: Key): JsonObject {
  return objectOf(
    BODIES.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name] as Json]),
  );
}

/** The key in words: `GetStages of API 'a1b2c3d4e5' with deploymentId 'vakw79'`. */
export function describeKey({ operation, restApiId, parameters }: Key): string {
  const api = restApiId === undefined ? '' : ` of API ${quote(withoutSecrets(restApiId))}`;
  const given = Object.entries(parameters).map(
    ([name, value]) => ` with ${name} ${quote(withoutSecrets(value))}`,
  );
  return `${operation}${api}${given.join('')}`;
}

/** The value in quotes, with nothing in it that could move a terminal's cursor, and not longer than a line. */
export function quote(value: string): string {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return `'${JSON.stringify(shown)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/[\x7f-\x9f]/g, '?')}'`;
}
