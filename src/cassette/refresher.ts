import { FailureError, reasonOf } from '../errors.ts';
import { type CassetteFiles, NO_FILE } from './cassette-files.ts';
import type { Doubt, OpenApi, OpenApis } from './open-apis.ts';

/** What a refresher works on. */
export interface RefresherParts {
  readonly files: CassetteFiles;
  readonly apis: OpenApis;
  /** Reads an API's file. */
  readonly read: (restApiId: string | undefined) => Promise<OpenApi>;
  /** Told once of each version of a file that cannot be used. */
  readonly onBroken: (error: FailureError) => void;
}

/** Takes in what others change in the files of a cassette: each file whole, or not at all. */
export class Refresher {
  readonly #parts: RefresherParts;

  constructor(parts: RefresherParts) {
    this.#parts = parts;
  }

  /**
   * Looks at the file of an API that is in memory. One that is gone or cannot be used may be on its way to its next version:
   * it is believed when it is found so twice, or at once when somebody asks. What was read before answers until then and,
   * where the file cannot be used, from then on.
   */
  async refresh(restApiId: string | undefined, api: OpenApi, isAskedFor: boolean): Promise<void> {
    const { files, apis, onBroken } = this.#parts;
    const version = await files.versionOf(files.pathOf(restApiId));
    if (this.#isOvertaken(restApiId, api)) return;
    api.version ??= version;
    const before = api.doubt?.version === version ? api.doubt : undefined;
    if (version === api.version) api.doubt = undefined;
    else if (before?.isSettled !== true || isAskedFor)
      api.doubt = await this.#takeIn(restApiId, api, version);

    const { doubt } = api;
    if (doubt === undefined) return;
    const isTold = before?.isSettled === true;
    doubt.isSettled = before !== undefined || isAskedFor;
    if (isTold || !doubt.isSettled) return;
    if (doubt.error !== undefined) onBroken(doubt.error);
    else if (!this.#isOvertaken(restApiId, api)) apis.drop(restApiId, api);
  }

  /** Reads the file again. @returns why nothing came of it, if so. */
  async #takeIn(restApiId: string | undefined, api: OpenApi, version: string): Promise<Doubt | undefined> {
    const { files, apis, read } = this.#parts;
    if (version === NO_FILE) return { version, error: undefined, isSettled: false };
    try {
      const next = await read(restApiId);
      // What is recorded meanwhile is newer, and what is gone meanwhile is found so the next time.
      if (this.#isOvertaken(restApiId, api) || next.version === NO_FILE) return undefined;
      apis.drop(restApiId, api);
      apis.keep(restApiId, next);
      return undefined;
    } catch (cause) {
      const error = new FailureError(
        `Cannot take in the change of '${files.pathOf(restApiId)}': ${reasonOf(cause)}. ` +
          'Repair the file; until then what was read before answers.',
        { cause },
      );
      return { version, error, isSettled: false };
    }
  }

  /** Whether the file does not count: it is about to be written, or is not that of what is in memory. */
  #isOvertaken(restApiId: string | undefined, api: OpenApi): boolean {
    return api.writes > 0 || this.#parts.apis.get(restApiId) !== api;
  }
}
