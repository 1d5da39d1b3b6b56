import { lstatSync, realpathSync, unlinkSync } from 'node:fs';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { removeIfEmpty } from '../empty-folder.ts';
import { errorCode, FailureError, isUnwritable, reasonOf, UnwritableError } from '../errors.ts';
import { fileNameOf, idOfFileName, isRecordings } from './file-name.ts';
import { readFolder } from './folder.ts';
import { isTemporary } from './seen-file.ts';
import { readTextFile, stampOf, versionOf } from './text-file.ts';

/** The version of a file that is not there. */
export const NO_FILE = 'none';

const LINK_REASON = 'the folder is a link to another place';

/** A file's text, which version of the file it is, and the stamp of what lies at its path: the file, or a link to it. */
export interface FileContent {
  readonly text: string;
  readonly version: string;
  readonly stamp: string;
}

/** Tells whether this process may write, and nobody else. */
export interface WriteLock {
  isHeld(): boolean;
}

/** One folder of all that there are. */
interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** The files of a cassette: where they are, and what may be read of them and written there. */
export class CassetteFiles {
  readonly folder: string;
  readonly #dir: string;
  readonly #name: string;
  readonly #followsLinks: boolean;
  /** The folder when it was last found in its place. */
  #found: Identity | undefined;
  /** The one that is recorded to, and its path without links. */
  #opened: (Identity & { readonly realPath: string }) | undefined;

  /** @param followsLinks whether links that lead out of the folder are read, and a folder that is a link. */
  constructor(dir: string, name: string, followsLinks: boolean) {
    this.folder = join(dir, name);
    this.#dir = dir;
    this.#name = name;
    this.#followsLinks = followsLinks;
  }

  pathOf(restApiId: string | undefined): string {
    return join(this.folder, fileNameOf(restApiId));
  }

  /** What the file holds; null when there is none. @throws Error for what is no file, or must not be read. */
  read(path: string): FileContent | null {
    const found = readTextFile(path);
    if (found === 'nothing') return null;
    if (!this.#followsLinks && !this.#isInPlace()) throw new Error(LINK_REASON);
    return found === 'link' ? this.#readLinked(path) : found;
  }

  /** Changes when the file does; {@link NO_FILE} without one. What cannot be looked at is told when it is read. */
  async versionOf(path: string): Promise<string> {
    try {
      return versionOf(await stat(path, { bigint: true }));
    } catch (error) {
      return errorCode(error) === 'ENOENT' ? NO_FILE : `unknown ${errorCode(error)}`;
    }
  }

  /** The ids of the APIs that have a file, as far as the files' names tell. */
  async listApis(): Promise<string[]> {
    const names = await readFolder(this.folder);
    return names.map(idOfFileName).filter((id) => id !== undefined);
  }

  /** How many bytes they have. */
  async size(): Promise<number> {
    const names = (await readFolder(this.folder)).filter(isRecordings);
    const sizes = await Promise.all(names.map((name) => this.#sizeOf(join(this.folder, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /**
   * Makes the folder, and has it be the one that is recorded to.
   * @throws {@link FailureError} when it cannot be made, is a link that leads elsewhere or is not where it was before.
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
    if (!this.#isInPlace())
      throw new FailureError(`Cannot record to '${this.folder}': ${LINK_REASON}. Use a real folder.`);
    const { dev, ino } = lstatSync(this.folder, { bigint: true });
    const realPath = realpathSync(this.folder);
    const known = this.#opened?.realPath;
    if (known !== undefined && known !== realPath)
      throw new FailureError(
        `Cannot record to '${this.folder}': it was '${known}' when recording began, and is '${realPath}' now. Put it back, or start restage again.`,
      );
    this.#opened = { dev, ino, realPath };
  }

  /** @throws {@link FailureError} when the folder is not the one that {@link create} found, or its lock is lost. */
  checkWritable(path: string, lock: WriteLock | undefined): void {
    if (!this.#isOpened())
      throw new FailureError(
        `Cannot save a recording to '${path}': its folder was exchanged while restage recorded to it. Put it back, or start restage again.`,
      );
    if (lock?.isHeld() !== true)
      throw new FailureError(
        `Cannot save a recording to '${path}': the lock of its folder is gone, and another recorder may be at work. Make the call again.`,
      );
  }

  /** Removes what writes that did not end have left. Only the one who holds the lock may. */
  async removeLeftovers(): Promise<void> {
    for (const name of (await readFolder(this.folder)).filter(isTemporary)) {
      const path = join(this.folder, name);
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) unlinkSync(path);
    }
  }

  /** Removes the folder that {@link create} found, if nothing is in it. */
  async removeIfEmpty(): Promise<void> {
    if (this.#isOpened()) await removeIfEmpty(this.folder);
  }

  #isOpened(): boolean {
    const found = lstatSync(this.folder, { bigint: true, throwIfNoEntry: false });
    const opened = this.#opened;
    if (found?.isDirectory() !== true || opened === undefined) return false;
    // Not every file system numbers its files for good.
    return isSame(found, opened) || realpathSync(this.folder) === opened.realPath;
  }

  /**
   * Whether the folder stands where its name says, and is no link to another place. It is asked for each file, since a folder
   * may be exchanged for a link while restage runs; the very folder that was found in its place stays so.
   */
  #isInPlace(): boolean {
    const found = lstatSync(this.folder, { bigint: true });
    if (found.isDirectory() && this.#found !== undefined && isSame(found, this.#found)) return true;
    const isInPlace = realpathSync(this.folder) === join(realpathSync(this.#dir), this.#name);
    this.#found = isInPlace ? { dev: found.dev, ino: found.ino } : undefined;
    return isInPlace;
  }

  /** A link may lead to another file of the folder and, unless links are followed, nowhere else. */
  #readLinked(path: string): FileContent {
    // It is the link that would be written over.
    const stamp = stampOf(lstatSync(path, { bigint: true }));
    const real = realpathSync(path);
    if (!this.#followsLinks && !real.startsWith(`${realpathSync(this.folder)}${sep}`))
      throw new Error("it is a link out of the folder, which '--follow-links' lets be read");
    const found = readTextFile(real);
    if (typeof found === 'string') throw new Error('it is a link that changes');
    return { ...found, stamp };
  }

  /** The file's bytes; 0 when it has gone meanwhile. */
  async #sizeOf(path: string): Promise<number> {
    try {
      return (await (this.#followsLinks ? stat(path) : lstat(path))).size;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return 0;
      throw error;
    }
  }
}

function isSame(a: Identity, b: Identity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
