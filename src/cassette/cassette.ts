import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Key } from '../aws/apigateway/operation.ts';
import { CallError, FailureError, isUnwritable, reasonOf, UnwritableError } from '../errors.ts';
import { CassetteFiles, LINK_REASON, NO_FILE } from './cassette-files.ts';
import { FileStore, isTemporary } from './file-store.ts';
import { readFolder } from './folder.ts';
import { type Interaction, parseCassetteFile, writeCassetteFile } from './format.ts';
import { KnownApis } from './known-apis.ts';
import { NearNames } from './near-names.ts';
import { type OpenApi, OpenApis } from './open-apis.ts';
import { Refresher } from './refresher.ts';
import { checkSize, TooLargeError } from './text-file.ts';

/** How a cassette is read. */
export interface CassetteOptions {
  /** Read links that lead out of the folder, and a folder that is a link. Writing follows none. */
  readonly followsLinks?: boolean;
  /** Told of a file that changed and cannot be used: what was read before goes on answering. */
  readonly onBroken?: (error: FailureError) => void;
}

/** A folder of interactions, one file a REST API, each read when it is first needed. */
export class Cassette {
  readonly name: string;
  readonly folder: string;
  readonly dir: string;
  readonly #files: CassetteFiles;
  readonly #apis = new OpenApis();
  readonly #refresher: Refresher;
  readonly #opening = new Map<string, Promise<OpenApi>>();
  readonly #known: KnownApis;

  constructor(
    dir: string,
    name: string,
    { followsLinks = false, onBroken = () => {} }: CassetteOptions = {},
  ) {
    this.#files = new CassetteFiles(dir, name, followsLinks);
    this.#refresher = new Refresher({
      files: this.#files,
      apis: this.#apis,
      read: (restApiId) => this.#readFile(restApiId),
      onBroken,
    });
    this.name = name;
    this.folder = this.#files.folder;
    this.dir = dir;
    this.#known = new KnownApis(this.folder, () => this.listApis());
  }

  /** The API's recordings if they are in memory. */
  peek(restApiId: string): readonly Interaction[] | undefined {
    return this.#apis.get(restApiId)?.interactions;
  }

  /**
   * The API's recordings, read from its file if need be; empty when there is none.
   * @throws {@link CallError} `CassetteUnreadableException`.
   */
  async load(restApiId: string): Promise<readonly Interaction[]> {
    return (await this.#load(restApiId)).interactions;
  }

  /** Loads the API and keeps it in memory even if it has no file yet: {@link save} is about to follow. */
  async open(restApiId: string): Promise<void> {
    const api = await this.#load(restApiId);
    if (this.#apis.get(restApiId) === undefined) this.#apis.keep(restApiId, api);
  }

  /** Forgets what was read: the files are read again when they are needed. */
  forget(): void {
    this.#apis.clear();
  }

  /** Puts the interaction into its file; settled when it is written. The API must be open. */
  async save(interaction: Interaction): Promise<void> {
    const api = this.#apis.get(interaction.key.restApiId);
    if (api === undefined) throw new Error(`API '${interaction.key.restApiId}' is not open`);
    // Nothing is awaited up to here, so that recordings of one key build on each other.
    const before = this.#apis.find(interaction.key.text);
    this.#apis.put(api, before, interaction);
    api.store ??= this.#storeOf(interaction.key.restApiId);
    api.writes += 1;
    try {
      await api.store.write(api.interactions);
    } catch (error) {
      // With it, nothing more could be written to the file.
      if (error instanceof TooLargeError) this.#apis.put(api, interaction, before);
      throw error;
    } finally {
      api.writes -= 1;
      api.version = undefined;
    }
  }

  /** The interaction with that key, of an API that is in memory. */
  find(key: Key): Interaction | undefined {
    return this.#apis.find(key.text);
  }

  /** The recorded keys most like this one, of an API that is in memory. */
  keysLike(key: Key, most: number): Key[] {
    const api = this.#apis.get(key.restApiId);
    if (api === undefined) return [];
    api.keys ??= new NearNames(api.interactions.map((interaction) => interaction.key.text));
    return api.keys
      .find(key.text, most)
      .map((text) => this.#apis.find(text)?.key)
      .filter((found) => found !== undefined);
  }

  /** The ids most like this one, of the APIs that have a file here. */
  apisLike(restApiId: string, most: number): Promise<string[]> {
    return this.#known.like(restApiId, most);
  }

  /** The ids of the APIs that have a file here, as far as the files' names tell. */
  listApis(): Promise<string[]> {
    return this.#files.listApis();
  }

  /** How many bytes its files have. */
  size(): Promise<number> {
    return this.#files.size();
  }

  /**
   * Takes in what changed in the files that are in memory, as {@link Refresher} says.
   * @param isAskedFor whether somebody asked for it: what is found then is believed at once.
   */
  async refresh(isAskedFor = false): Promise<void> {
    for (const [restApiId, api] of this.#apis.entries)
      await this.#refresher.refresh(restApiId, api, isAskedFor);
  }

  /**
   * Makes the folder.
   * @throws {@link FailureError} when it cannot be made or is a link that leads elsewhere.
   */
  async create(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (cause) {
      throw new (isUnwritable(cause) ? UnwritableError : FailureError)(
        `Cannot create '${this.folder}': ${reasonOf(cause)}. Choose another folder with '--dir'.`,
        { cause },
      );
    }
    if (!(await this.#files.isInPlace()))
      throw new FailureError(`Cannot record to '${this.folder}': ${LINK_REASON}. Use a real folder.`);
  }

  /** Removes what writes that did not end have left. Only the one who holds the lock may. */
  async removeLeftovers(): Promise<void> {
    const leftovers = (await readFolder(this.folder)).filter(isTemporary);
    await Promise.all(leftovers.map((name) => rm(join(this.folder, name), { force: true, recursive: true })));
  }

  async #load(restApiId: string): Promise<OpenApi> {
    const open = this.#apis.get(restApiId);
    if (open !== undefined) return open;
    // Calls that need the same file at the same time wait for the same read.
    const known = this.#opening.get(restApiId);
    if (known !== undefined) return known;
    const opening = this.#read(restApiId);
    this.#opening.set(restApiId, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(restApiId);
    }
  }

  async #read(restApiId: string): Promise<OpenApi> {
    try {
      const api = await this.#readFile(restApiId);
      // Opened by another call in the meantime, and perhaps recorded to: what is in memory is newer.
      const known = this.#apis.get(restApiId);
      if (known !== undefined) return known;
      // What has no file is not remembered: whoever asks for made-up ids must not fill the memory.
      if (api.version !== NO_FILE) this.#apis.keep(restApiId, api);
      return api;
    } catch (cause) {
      throw new CallError(
        'CassetteUnreadableException',
        `Cannot use the recordings in '${this.#files.pathOf(restApiId)}': ${reasonOf(cause)}. ` +
          'Repair or remove the file; it was left as it is.',
        { cause },
      );
    }
  }

  async #readFile(restApiId: string): Promise<OpenApi> {
    let version = NO_FILE;
    const store = this.#storeOf(restApiId, (read) => {
      version = read;
    });
    const interactions = (await store.read()) ?? [];
    return { interactions, store: undefined, keys: undefined, writes: 0, version, doubt: undefined };
  }

  /** @param onRead told which version of the file was read. */
  #storeOf(restApiId: string, onRead: (version: string) => void = () => {}): FileStore<Interaction[]> {
    const codec = {
      parse: (text: string) => parseCassetteFile(text, restApiId),
      stringify: (interactions: Interaction[]) => {
        const text = writeCassetteFile(restApiId, interactions);
        checkSize(Buffer.byteLength(text));
        return text;
      },
    };
    return new FileStore(this.#files.pathOf(restApiId), codec, async (path) => {
      const content = await this.#files.read(path);
      if (content === null) return null;
      onRead(content.version);
      return content.text;
    });
  }
}
