import type { FailureError } from '../errors.ts';
import type { FileStore } from './file-store.ts';
import type { Interaction } from './format.ts';
import type { NearNames } from './near-names.ts';

/** What is recorded of one API, or of the account, in memory. */
export interface OpenApi {
  readonly interactions: Interaction[];
  /** The one that has read it: it knows what is in the file. */
  readonly store: FileStore<Interaction[]>;
  /** Its keys' texts. Made by the first miss, anew when a key has come or gone. */
  keys: NearNames | undefined;
  /** How many writes to the file are under way. */
  writes: number;
  /** How many there were. */
  saves: number;
  /** Which version of the file this is; unknown after a write. */
  version: string | undefined;
  /** A later version that is not taken in. */
  doubt: Doubt | undefined;
}

/** A later version of a file that cannot take the place of what is in memory: it is gone, or cannot be used. */
export interface Doubt {
  readonly version: string;
  /** What is wrong with it; absent when there is no file any more. */
  readonly error: FailureError | undefined;
  /** Whether it was found so twice, and told. */
  isSettled: boolean;
}

/** The APIs of a cassette that are in memory, and what is recorded of all of them by its keys. */
export class OpenApis {
  readonly #byId = new Map<string | undefined, OpenApi>();
  /** By the keys' text: every call looks here. */
  readonly #byKey = new Map<string, Interaction>();

  get(restApiId: string | undefined): OpenApi | undefined {
    return this.#byId.get(restApiId);
  }

  find(keyText: string): Interaction | undefined {
    return this.#byKey.get(keyText);
  }

  /** All of them as they are now. */
  get entries(): ReadonlyArray<readonly [restApiId: string | undefined, api: OpenApi]> {
    return [...this.#byId];
  }

  keep(restApiId: string | undefined, api: OpenApi): void {
    this.#byId.set(restApiId, api);
    for (const interaction of api.interactions) this.#byKey.set(interaction.key.text, interaction);
  }

  drop(restApiId: string | undefined, { interactions }: OpenApi): void {
    this.#byId.delete(restApiId);
    for (const { key } of interactions) this.#byKey.delete(key.text);
  }

  /** Puts an interaction in the place of another; either may be absent. Nothing happens when that other is not there any more. */
  put(api: OpenApi, before: Interaction | undefined, next: Interaction | undefined): void {
    const { interactions } = api;
    const place = before === undefined ? interactions.length : interactions.indexOf(before);
    if (place < 0) return;
    interactions.splice(place, 1, ...(next === undefined ? [] : [next]));
    const { text } = (next ?? before)?.key ?? { text: '' };
    if (before === undefined || next === undefined) api.keys = undefined;
    if (next === undefined) this.#byKey.delete(text);
    else this.#byKey.set(text, next);
  }

  clear(): void {
    this.#byId.clear();
    this.#byKey.clear();
  }
}
