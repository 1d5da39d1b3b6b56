import type { Representation } from '../../call.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { Key } from './key.ts';

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
  /** `Content-Disposition`, on files. */
  readonly contentDisposition?: string;
  /** A text, or the bytes of what is none. */
  readonly body: string | Uint8Array;
}

/** One that is a text. */
export interface TextRendering extends Rendering {
  readonly body: string;
}

/** An answer as it came from the service, decoded. */
export interface ServiceAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly contentDisposition: string | undefined;
  readonly errorType: string | undefined;
  /** What it says; bytes where those are no text. */
  readonly body: string | Uint8Array;
  /** The representation that was asked for. */
  readonly asked: Representation;
}

/** Where the model says that there are secrets, and what is none whatever it looks like. */
export interface SecretPlaces {
  /** Values that are not to be recorded, as dotted paths: `[]` for a list's elements, `*` for a map's values. */
  readonly secrets: readonly string[];
  /** The same as the paths of patch operations. */
  readonly patched: readonly string[];
  /** The same as columns of a body that is CSV, in lower case. */
  readonly columns: readonly string[];
  /** Members of the document that stay as they are: the tokens of pages, which later keys name. */
  readonly kept: readonly string[];
}

export const NO_SECRET_PLACES: SecretPlaces = { secrets: [], patched: [], columns: [], kept: [] };

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
  /** Whether it changes what others read. */
  readonly isWrite: boolean;
  /** Whether its answers are recorded for whoever asks for that by its name alone. */
  readonly isRecordedByName: boolean;
  /** What its keys need of a call besides its method and its target. */
  readonly keyNeeds: 'nothing' | 'accept' | 'body';
  /** Whether its answers come in HAL, too. */
  readonly hasHal: boolean;
  /** Where secrets stand in its answers' documents, and in what is sent. */
  readonly answered: SecretPlaces;
  readonly sent: SecretPlaces;
  /** The key of an interaction in the file of an API, or of the account. @throws Error with the reason if it has none. */
  keyOf(restApiId: string | undefined, fields: JsonObject): Key;
  /** The paths of what a write changes: its own, and what besides is not above it or below it. */
  concerns(key: Key): readonly string[];
  /** The normalised form of an answer, or nothing when it is not one to record. */
  read(answer: ServiceAnswer, key: Key): Recording | undefined;
  /** What is wrong with content from a cassette; nothing when it is content of this operation. */
  findFlaw(status: number, content: JsonObject): string | undefined;
  /** The recording as the service would send it; nothing when that cannot be told in this representation. */
  render(recording: Recording, key: Key, representation: Representation): Rendering | undefined;
  /** The recording with its listing altered; nothing when it lists nothing that could be altered so. */
  alter(recording: Recording, key: Key, alteration: Alteration): Recording | undefined;
  /** Whether the recording lists a thing of that name. */
  lists(recording: Recording, item: string): boolean;
  /** An answer that says nothing. */
  readonly nothing: Recording;
}

/** Whether a status says that what was asked for was done. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
