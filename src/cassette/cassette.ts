import type { Key } from '../aws/apigateway/key.ts';
import { documentBounds, memoryBounds } from '../bounds.ts';
import { CallError, type FailureError, reasonOf } from '../errors.ts';
import { createApiStore } from './api-store.ts';
import { CassetteFiles, NO_FILE, type WriteLock } from './cassette-files.ts';
import { type Change, type Snapshot, type Undone, undo } from './changes.ts';
import type { Interaction } from './format.ts';
import { KnownApis } from './known-apis.ts';
import { NearNames } from './near-names.ts';
import { type OpenApi, OpenApis } from './open-apis.ts';
import { Refresher } from './refresher.ts';
import { ChangedError } from './seen-file.ts';
import { TooLargeError } from './text-file.ts';

/** How a cassette is read and written. */
export interface CassetteOptions {
  /** Read links that lead out of the folder, and a folder that is a link. Writing follows none. */
  readonly followsLinks?: boolean;
  /** Told of a file that changed and cannot be used: what was read before goes on answering. */
  readonly onBroken?: (error: FailureError) => void;
  /** How large a file may be written. */
  readonly fileBytes?: number;
}

/** The version in memory of a file that others changed before it was written: none that the file can have. */
const OVERTAKEN = 'overtaken';

/** A folder of interactions, one file a REST API, each read when it is first needed. */
export class Cassette {
  readonly name: string;
  readonly folder: string;
  readonly dir: string;
  readonly #files: CassetteFiles;
  readonly #apis = new OpenApis();
  readonly #refresher: Refresher;
  /** Files that were read and cannot be used: as long as they stay as they are, nobody need find that out again. */
  readonly #unreadable = new Map<
    string | undefined,
    { readonly version: string; readonly error: CallError }
  >();
  readonly #opening = new Map<string | undefined, Promise<OpenApi>>();
  readonly #known: KnownApis;
  readonly #fileBytes: number;
  /** What the last save was under. */
  #lock: WriteLock | undefined;

  constructor(dir: string, name: string, options: CassetteOptions = {}) {
    const { followsLinks = false, onBroken = () => {}, fileBytes = documentBounds.fileBytes } = options;
    this.#fileBytes = fileBytes;
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
  peek(restApiId: string | undefined): readonly Interaction[] | undefined {
    return this.#apis.get(restApiId)?.interactions;
  }

  /**
   * The API's recordings, read from its file if need be; empty when there is none.
   * @throws {@link CallError} `CassetteUnreadableException`.
   */
  async load(restApiId: string | undefined): Promise<readonly Interaction[]> {
    return (await this.#load(restApiId)).interactions;
  }

  /** Loads the API and keeps it in memory even if it has no file yet: {@link save} is about to follow. */
  async open(restApiId: string | undefined): Promise<void> {
    const api = await this.#load(restApiId);
    if (this.#apis.get(restApiId) === undefined) this.#apis.keep(restApiId, api);
  }

  /** Forgets what was read: the files are read again when they are needed. */
  forget(): void {
    this.#unreadable.clear();
    this.#apis.clear();
  }

  /**
   * Puts the interaction into its file; settled when it is written. The API must be open.
   * @throws {@link FailureError} when the lock is not held, or the folder or the file is not what it was. What others made
   * of the file is taken in then, if it can be used.
   */
  async save(interaction: Interaction, lock: WriteLock): Promise<void> {
    const { restApiId } = interaction.key;
    const api = this.#apis.get(restApiId);
    if (api === undefined) throw new Error(`API '${restApiId}' is not open`);
    // Nothing is awaited up to here, so that recordings of one key build on each other.
    const before = this.#apis.find(interaction.key.text);
    this.#apis.put(api, before, interaction);
    await this.#write(restApiId, api, lock, api.interactions);
  }

  /** What is recorded of an open API, before a session makes something else of it. */
  beginChange(restApiId: string | undefined): Change {
    return { before: this.#snapshot(restApiId), saves: 0, made: new Map(), runs: new Map() };
  }

  /**
   * Takes back a change of an open API; settled when that is in the file, or the file gone that came with the change.
   * @throws {@link FailureError} like {@link save}.
   */
  async undo(restApiId: string | undefined, change: Change, lock: WriteLock): Promise<Undone> {
    const now = this.#snapshot(restApiId);
    const undone = undo(change, now);
    const { interactions } = undone;
    const isSame = (interaction: Interaction, at: number) => interaction === now.interactions[at];
    if (interactions.length === now.interactions.length && interactions.every(isSame)) return undone;
    const { api } = now;
    this.#apis.drop(restApiId, api);
    api.interactions.splice(0, api.interactions.length, ...interactions);
    api.keys = undefined;
    this.#apis.keep(restApiId, api);
    const isGone = interactions.length === 0 && !change.before.hadFile;
    await this.#write(restApiId, api, lock, isGone ? null : api.interactions);
    return undone;
  }

  #snapshot(restApiId: string | undefined): Snapshot {
    const api = this.#apis.get(restApiId);
    if (api === undefined) throw new Error(`API '${restApiId}' is not open`);
    const { interactions, saves, version } = api;
    return { api, interactions: [...interactions], saves, hadFile: version !== NO_FILE };
  }

  /** @param interactions null for none, and no file. */
  async #write(
    restApiId: string | undefined,
    api: OpenApi,
    lock: WriteLock,
    interactions: Interaction[] | null,
  ): Promise<void> {
    this.#lock = lock;
    api.writes += 1;
    api.saves += 1;
    let version: string | undefined;
    try {
      await api.store.write(interactions);
      version = await this.#files.versionOf(this.#files.pathOf(restApiId));
    } catch (error) {
      // With what is too large, nothing more could be written to the file.
      if (error instanceof TooLargeError || error instanceof ChangedError) version = OVERTAKEN;
      throw error;
    } finally {
      api.writes -= 1;
      api.version = version;
      if (version === OVERTAKEN) await this.#refresher.refresh(restApiId, api, true);
    }
  }

  /** The interaction with that key, of an API that is in memory. */
  find(key: Key): Interaction | undefined {
    return this.#apis.find(key.text);
  }

  /** What was last recorded of a key that differs from this one in its dates alone, of an API that is in memory. */
  findOfOtherDates({ restApiId, undatedText }: Key): Interaction | undefined {
    if (undatedText === undefined) return undefined;
    const others = this.#apis
      .get(restApiId)
      ?.interactions.filter(({ key }) => key.undatedText === undatedText);
    return others?.reduce<Interaction | undefined>(
      (newest, other) =>
        newest === undefined || lastRecorded(other) >= lastRecorded(newest) ? other : newest,
      undefined,
    );
  }

  /** Whether a write is recorded of an API, or of the account, that is in memory. */
  hasWrites(restApiId: string | undefined): boolean {
    return this.#apis.get(restApiId)?.interactions.some(({ operation }) => operation.isWrite) === true;
  }

  /**
   * Puts others in the place of interactions of an API that is open; those that nothing comes of go. The next
   * {@link save} writes it.
   */
  revise(restApiId: string | undefined, next: (interaction: Interaction) => Interaction | undefined): void {
    const api = this.#apis.get(restApiId);
    if (api === undefined) return;
    for (const interaction of [...api.interactions]) {
      const revised = next(interaction);
      if (revised !== interaction) this.#apis.put(api, interaction, revised);
    }
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

  /** Every recording that has a file here. @throws {@link CallError} like {@link load}. */
  async list(): Promise<Interaction[]> {
    const found: Interaction[] = [];
    for (const restApiId of [undefined, ...(await this.listApis())])
      found.push(...(await this.load(restApiId)));
    return found;
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
   * @throws {@link FailureError} when it cannot be recorded to.
   */
  create(): Promise<void> {
    return this.#files.create();
  }

  /** Removes what writes that did not end have left. Only the one who holds the lock may. */
  removeLeftovers(): Promise<void> {
    return this.#files.removeLeftovers();
  }

  /** Removes the folder if nothing was recorded to it. */
  removeIfEmpty(): Promise<void> {
    return this.#files.removeIfEmpty();
  }

  async #load(restApiId: string | undefined): Promise<OpenApi> {
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

  async #read(restApiId: string | undefined): Promise<OpenApi> {
    const path = this.#files.pathOf(restApiId);
    const known = this.#unreadable.get(restApiId);
    if (known !== undefined && (await this.#files.versionOf(path)) === known.version) throw known.error;
    let version: string | undefined;
    try {
      const api = await this.#readFile(restApiId, (read) => {
        version = read;
      });
      // Opened by another call in the meantime, and perhaps recorded to: what is in memory is newer.
      const open = this.#apis.get(restApiId);
      if (open !== undefined) return open;
      // What has no file is not remembered: whoever asks for made-up ids must not fill the memory.
      if (api.version !== NO_FILE) this.#apis.keep(restApiId, api);
      return api;
    } catch (cause) {
      const error = new CallError(
        'CassetteUnreadableException',
        `Cannot use the recordings in '${path}': ${reasonOf(cause)}. ` +
          'Repair or remove the file; it was left as it is.',
        { cause },
      );
      if (this.#unreadable.size >= memoryBounds.unreadableFiles) this.#unreadable.clear();
      if (version !== undefined) this.#unreadable.set(restApiId, { version, error });
      throw error;
    }
  }

  /** @param onRead told which version of the file was read. */
  async #readFile(
    restApiId: string | undefined,
    onRead: (version: string) => void = () => {},
  ): Promise<OpenApi> {
    const path = this.#files.pathOf(restApiId);
    let version = NO_FILE;
    const read = () => {
      const content = this.#files.read(path);
      version = content?.version ?? NO_FILE;
      onRead(version);
      return content;
    };
    const checkPlace = () => this.#files.checkWritable(path, this.#lock);
    const store = createApiStore({ restApiId, path, fileBytes: this.#fileBytes, read, checkPlace });
    const interactions = (await store.read()) ?? [];
    return {
      interactions,
      store,
      keys: undefined,
      writes: 0,
      saves: 0,
      version,
      doubt: undefined,
    };
  }
}

/** In ISO 8601: what is later sorts behind what is earlier. */
function lastRecorded({ takes }: Interaction): string {
  return takes.reduce((last, { recordedAt }) => (recordedAt > last ? recordedAt : last), '');
}
