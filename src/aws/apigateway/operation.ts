import type { Representation } from '../../call.ts';
import type { Json, JsonObject } from '../../json.ts';
import { withoutSecrets } from '../../secrets.ts';
import type { Target } from './target.ts';

/** What a recording is found by. Two calls with one key get the same recording. */
export interface Key {
  readonly operation: string;
  /** The REST API that the call is about, decoded. */
  readonly restApiId: string;
  /** The operation's own parameters, decoded; absent and empty differ. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The whole key as one string, to look it up by. */
  readonly text: string;
}

/** What the service said, normalised. */
export interface Recording {
  readonly status: number;
  readonly representation: Representation;
  /** The operation's own fields for a 200; `error` for the rest. */
  readonly content: JsonObject;
}

/** An answer of the service in one representation, ready to be sent. */
export interface Rendering {
  readonly contentType: string;
  /** `x-amzn-ErrorType`, on errors. */
  readonly errorType?: string;
  readonly body: string;
}

/** An answer as it came from the service, decoded. */
export interface ServiceAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly errorType: string | undefined;
  readonly text: string;
}

/**
 * A change to a listing that leaves it well-formed: what the service may send one day, or for a moment. `item` names one
 * of the listed things; without it the last one is dropped, and the fields of every one are changed.
 */
export type Alteration =
  | { readonly type: 'empty' }
  | { readonly type: 'drop'; readonly item: string | undefined }
  | { readonly type: 'remove-field'; readonly item: string | undefined; readonly field: string }
  /** Another value, where the field stands. */
  | {
      readonly type: 'set-field';
      readonly item: string | undefined;
      readonly field: string;
      readonly value: Json;
    }
  /** One more field, where it does not stand. */
  | {
      readonly type: 'add-field';
      readonly item: string | undefined;
      readonly field: string;
      readonly value: Json;
    };

/** One API call that restage understands. */
export interface Operation {
  readonly name: string;
  /** The parameters that are part of its keys. */
  readonly parameters: readonly string[];
  /** The key of the call; a reason when it is this operation but asks for what is not understood; else nothing. */
  identify(method: string, target: Target): Key | { readonly notUnderstood: string } | undefined;
  /** The normalised form of an answer, or nothing when it is not one to record. */
  read(answer: ServiceAnswer, key: Key): Recording | undefined;
  /** What is wrong with content from a cassette; nothing when it is content of this operation. */
  findFlaw(status: number, content: JsonObject): string | undefined;
  /** The recording as the service would send it. */
  render(recording: Recording, key: Key, representation: Representation): Rendering;
  /** The recording with its listing altered; nothing when it lists nothing that could be altered so. */
  alter(recording: Recording, key: Key, alteration: Alteration): Recording | undefined;
  /** Whether the recording lists a thing of that name. */
  lists(recording: Recording, item: string): boolean;
  /** A listing of nothing. */
  readonly nothing: Recording;
}

/** The key of a call; `parameters` holds those that were given. */
export function keyOf(
  operation: string,
  restApiId: string,
  parameters: Readonly<Record<string, string>>,
): Key {
  const names = Object.keys(parameters).sort();
  const given = names.flatMap((name) => [name, parameters[name]]);
  return { operation, restApiId, parameters, text: JSON.stringify([operation, restApiId, ...given]) };
}

/** The key in words: `GetStages of API 'a1b2c3d4e5' with deploymentId 'vakw79'`. */
export function describeKey(key: Key): string {
  const given = Object.entries(key.parameters).map(
    ([name, value]) => ` with ${name} ${quote(withoutSecrets(value))}`,
  );
  return `${key.operation} of API ${quote(withoutSecrets(key.restApiId))}${given.join('')}`;
}

/** The value in quotes, with nothing in it that could move a terminal's cursor, and not longer than a line. */
export function quote(value: string): string {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return `'${JSON.stringify(shown)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/[\x7f-\x9f]/g, '?')}'`;
}
