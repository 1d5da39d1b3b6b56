import { lstatSync } from 'node:fs';
import { NearNames } from './near-names.ts';

/** In milliseconds: how coarse a file system's clock may be. A folder that has just changed may change unnoticed. */
const COARSE_MS = 1000;

/** The ids that a folder's files tell, put in order once for as long as the folder stays as it is. */
export class KnownApis {
  readonly #folder: string;
  readonly #list: () => Promise<readonly string[]>;
  #last: { readonly names: NearNames; readonly changedMs: number } | undefined;

  constructor(folder: string, list: () => Promise<readonly string[]>) {
    this.#folder = folder;
    this.#list = list;
  }

  /** Those most like this one, so many at most. */
  async like(restApiId: string, most: number): Promise<string[]> {
    return (await this.#names()).find(restApiId, most);
  }

  async #names(): Promise<NearNames> {
    const changedMs = lstatSync(this.#folder, { throwIfNoEntry: false })?.mtimeMs;
    if (changedMs !== undefined && this.#last?.changedMs === changedMs) return this.#last.names;
    const names = new NearNames(await this.#list());
    const isSettled = changedMs !== undefined && Date.now() - changedMs > COARSE_MS;
    this.#last = isSettled ? { names, changedMs } : undefined;
    return names;
  }
}
