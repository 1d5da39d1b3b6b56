import { lstatSync, type Stats } from 'node:fs';
import { lstat, mkdir, realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Key } from '../aws/apigateway/operation.ts';
import { CallError, errorCode, FailureError, isUnwritable, reasonOf, UnwritableError } from '../errors.ts';
import { fileNameOf, idOfFileName } from './file-name.ts';
import { FileStore, isTemporary } from './file-store.ts';
import { readFolder } from './folder.ts';
import { type Interaction, parseCassetteFile, writeCassetteFile } from './format.ts';
import { checkSize, readTextFile, TooLargeError } from './text-file.ts';

/** What is recorded of one REST API. */
interface OpenApi {
  readonly interactions: Interaction[];
  /** Made by the first write: most are only read. */
  store: FileStore<Interaction[]> | undefined;
}

/** A folder of interactions, one file a REST API, each read when it is first needed. */
export class Cassette {
  readonly name: string;
  readonly folder: string;
  readonly dir: string;
  /** The folder when it was last found in its place. */
  #place: Stats | undefined;
  readonly #open = new Map<string, OpenApi>();
  /** What is open, by the keys' text: every call looks here. */
  readonly #byKey = new Map<string, Interaction>();
  readonly #opening = new Map<string, Promise<OpenApi>>();

  constructor(dir: string, name: string) {
    this.name = name;
    this.folder = join(dir, name);
    this.dir = dir;
  }

  /** The API's recordings if they are in memory. */
  peek(restApiId: string): readonly Interaction[] | undefined {
    return this.#open.get(restApiId)?.interactions;
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
    if (!this.#open.has(restApiId)) this.#keep(restApiId, api);
  }

  /** Forgets what was read: the files are read again when they are needed. */
  forget(): void {
    this.#open.clear();
    this.#byKey.clear();
  }

  /** Puts the interaction into its file; settled when it is written. The API must be open. */
  async save(interaction: Interaction): Promise<void> {
    const api = this.#open.get(interaction.key.restApiId);
    if (api === undefined) throw new Error(`API '${interaction.key.restApiId}' is not open`);
    // Nothing is awaited up to here, so that recordings of one key build on each other.
    const before = this.#byKey.get(interaction.key.text);
    this.#put(api, before, interaction);
    api.store ??= this.#storeOf(interaction.key.restApiId);
    try {
      await api.store.write(api.interactions);
    } catch (error) {
      // With it, nothing more could be written to the file.
      if (error instanceof TooLargeError) this.#put(api, interaction, before);
      throw error;
    }
  }

  /** Puts an interaction in the place of another; either may be absent. Nothing happens when that other is not there any more. */
  #put(api: OpenApi, before: Interaction | undefined, next: Interaction | undefined): void {
    const place = before === undefined ? api.interactions.length : api.interactions.indexOf(before);
    if (place < 0) return;
    api.interactions.splice(place, 1, ...(next === undefined ? [] : [next]));
    const { text } = (next ?? before)?.key ?? { text: '' };
    if (next === undefined) this.#byKey.delete(text);
    else this.#byKey.set(text, next);
  }

  /** The interaction with that key, of an API that is in memory. */
  find(key: Key): Interaction | undefined {
    return this.#byKey.get(key.text);
  }

  /** The ids of the APIs that have a file here, as far as the files' names tell. */
  async listApis(): Promise<string[]> {
    const names = await readFolder(this.folder);
    return names.map(idOfFileName).filter((id) => id !== undefined);
  }

  /** How many bytes its files have. */
  async size(): Promise<number> {
    const names = (await readFolder(this.folder)).filter((name) => idOfFileName(name) !== undefined);
    const sizes = await Promise.all(names.map((name) => sizeOf(join(this.folder, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
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
    if (!(await this.#isInPlace()))
      throw new FailureError(`Cannot record to '${this.folder}': ${LINK_REASON}. Use a real folder.`);
  }

  /** Removes what writes that did not end have left. Only the one who holds the lock may. */
  async removeLeftovers(): Promise<void> {
    const leftovers = (await readFolder(this.folder)).filter(isTemporary);
    await Promise.all(leftovers.map((name) => rm(join(this.folder, name), { force: true, recursive: true })));
  }

  async #load(restApiId: string): Promise<OpenApi> {
    const open = this.#open.get(restApiId);
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
      const recorded = await this.#storeOf(restApiId).read();
      // Opened by another call in the meantime, and perhaps recorded to: what is in memory is newer.
      const known = this.#open.get(restApiId);
      if (known !== undefined) return known;
      const api = { interactions: recorded ?? [], store: undefined };
      // What has no file is not remembered: whoever asks for made-up ids must not fill the memory.
      if (recorded === null) return api;
      this.#keep(restApiId, api);
      return api;
    } catch (cause) {
      throw new CallError(
        'CassetteUnreadableException',
        `Cannot use the recordings in '${this.#pathOf(restApiId)}': ${reasonOf(cause)}. ` +
          'Repair or remove the file; it was left as it is.',
        { cause },
      );
    }
  }

  #keep(restApiId: string, api: OpenApi): void {
    this.#open.set(restApiId, api);
    for (const interaction of api.interactions) this.#byKey.set(interaction.key.text, interaction);
  }

  #storeOf(restApiId: string): FileStore<Interaction[]> {
    const codec = {
      parse: (text: string) => parseCassetteFile(text, restApiId),
      stringify: (interactions: Interaction[]) => {
        const text = writeCassetteFile(restApiId, interactions);
        checkSize(Buffer.byteLength(text));
        return text;
      },
    };
    return new FileStore(this.#pathOf(restApiId), codec, (path) => this.#readText(path));
  }

  #pathOf(restApiId: string): string {
    return join(this.folder, fileNameOf(restApiId));
  }

  async #readText(path: string): Promise<string | null> {
    const found = readTextFile(path);
    if (found === 'nothing') return null;
    if (!(await this.#isInPlace())) throw new Error(LINK_REASON);
    return found === 'link' ? this.#readLinked(path) : found.text;
  }

  /** A link may lead to another file of the folder, and nowhere else. */
  async #readLinked(path: string): Promise<string> {
    const real = await realpath(path);
    if (!real.startsWith(`${await realpath(this.folder)}${sep}`))
      throw new Error('it is a link out of the folder');
    const found = readTextFile(real);
    if (typeof found === 'string') throw new Error('it is a link that changes');
    return found.text;
  }

  /**
   * Whether the folder stands where its name says, and is no link to another place. It is asked for each file, since a folder
   * may be exchanged for a link while restage runs; the very folder that was found in its place stays so.
   */
  async #isInPlace(): Promise<boolean> {
    const found = lstatSync(this.folder);
    const { ino, dev } = this.#place ?? {};
    if (found.isDirectory() && found.ino === ino && found.dev === dev) return true;
    const isInPlace = (await realpath(this.folder)) === join(await realpath(this.dir), this.name);
    this.#place = isInPlace ? found : undefined;
    return isInPlace;
  }
}

const LINK_REASON = 'the folder is a link to another place';

/** The file's bytes; 0 when it has gone meanwhile. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
