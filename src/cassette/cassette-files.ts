import { lstatSync, type Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { errorCode } from '../errors.ts';
import { fileNameOf, idOfFileName } from './file-name.ts';
import { readFolder } from './folder.ts';
import { readTextFile, versionOf } from './text-file.ts';

export const LINK_REASON = 'the folder is a link to another place';
/** The version of a file that is not there. */
export const NO_FILE = 'none';

/** A file's text, and which version of the file it is. */
export interface FileContent {
  readonly text: string;
  readonly version: string;
}

/** The files of a cassette: where they are, and what may be read of them. */
export class CassetteFiles {
  readonly folder: string;
  readonly #dir: string;
  readonly #name: string;
  readonly #followsLinks: boolean;
  /** The folder when it was last found in its place. */
  #place: Stats | undefined;

  /** @param followsLinks whether links that lead out of the folder are read, and a folder that is a link. */
  constructor(dir: string, name: string, followsLinks: boolean) {
    this.folder = join(dir, name);
    this.#dir = dir;
    this.#name = name;
    this.#followsLinks = followsLinks;
  }

  pathOf(restApiId: string): string {
    return join(this.folder, fileNameOf(restApiId));
  }

  /** What the file holds; null when there is none. @throws Error for what is no file, or must not be read. */
  async read(path: string): Promise<FileContent | null> {
    const found = readTextFile(path);
    if (found === 'nothing') return null;
    if (!this.#followsLinks && !(await this.isInPlace())) throw new Error(LINK_REASON);
    return found === 'link' ? this.#readLinked(path) : found;
  }

  /** Changes when the file does; {@link NO_FILE} without one. What cannot be looked at is told when it is read. */
  async versionOf(path: string): Promise<string> {
    try {
      return versionOf(await stat(path));
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
    const names = (await readFolder(this.folder)).filter((name) => idOfFileName(name) !== undefined);
    const sizes = await Promise.all(names.map((name) => this.#sizeOf(join(this.folder, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /**
   * Whether the folder stands where its name says, and is no link to another place. It is asked for each file, since a folder
   * may be exchanged for a link while restage runs; the very folder that was found in its place stays so.
   */
  async isInPlace(): Promise<boolean> {
    const found = lstatSync(this.folder);
    const { ino, dev } = this.#place ?? {};
    if (found.isDirectory() && found.ino === ino && found.dev === dev) return true;
    const isInPlace = (await realpath(this.folder)) === join(await realpath(this.#dir), this.#name);
    this.#place = isInPlace ? found : undefined;
    return isInPlace;
  }

  /** A link may lead to another file of the folder and, unless links are followed, nowhere else. */
  async #readLinked(path: string): Promise<FileContent> {
    const real = await realpath(path);
    if (!this.#followsLinks && !real.startsWith(`${await realpath(this.folder)}${sep}`))
      throw new Error("it is a link out of the folder, which '--follow-links' lets be read");
    const found = readTextFile(real);
    if (typeof found === 'string') throw new Error('it is a link that changes');
    return found;
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
