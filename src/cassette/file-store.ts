import { renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Low } from 'lowdb';
import { TextFile } from 'lowdb/node';

/**
 * In characters: to hand a smaller file to another thread takes longer than to write it. Where a virus scanner may hold a
 * file for a moment, lowdb tries again.
 */
const WRITTEN_AT_ONCE = process.platform === 'win32' ? 0 : 64 * 1024;

/** How a file's data is told as text. */
export interface Codec<T> {
  readonly parse: (text: string) => T;
  readonly stringify: (data: T) => string;
}

/** One file, written to a temporary file and renamed, so that a reader sees the old one or the new one whole. */
export class FileStore<T> {
  readonly #low: Low<T | null>;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  /** @param readText reads the file; null when there is none. */
  constructor(path: string, codec: Codec<T>, readText: (path: string) => Promise<string | null>) {
    this.#path = path;
    this.#low = new Low<T | null>(
      {
        read: async () => {
          const text = await readText(path);
          return text === null ? null : codec.parse(text);
        },
        write: async (data) => {
          const text = data === null ? '' : codec.stringify(data);
          if (text.length > WRITTEN_AT_ONCE) await new TextFile(path).write(text);
          else writeAtOnce(path, text);
        },
      },
      null,
    );
  }

  /** The file's data, or null when there is no file. Throws what the codec and the file system throw. */
  async read(): Promise<T | null> {
    await this.#low.read();
    return this.#low.data;
  }

  /**
   * Writes the data; settled when it is in the file. What is asked for while a write is under way shares the next one.
   * Not lowdb's own queue: there the first caller waits for all that come after it, and fails with any of them.
   */
  write(data: T): Promise<void> {
    this.#low.data = data;
    this.#waiting ??= this.#writeAfter(this.#writing);
    return this.#waiting;
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    // Whether the previous write went well is for those who asked for it.
    await previous.catch(() => undefined);
    this.#writing = this.#write();
    this.#waiting = undefined;
    return this.#writing;
  }

  async #write(): Promise<void> {
    try {
      await this.#low.write();
    } catch (error) {
      // What cannot be cleaned up is found again by the next recorder; the write's own error is the one to tell.
      await rm(temporaryPathOf(this.#path), { force: true }).catch(() => undefined);
      throw error;
    }
  }
}

/** As lowdb does it, but that nothing is waited for. */
function writeAtOnce(path: string, text: string): void {
  const temporary = temporaryPathOf(path);
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Where lowdb writes before it renames. */
export function temporaryPathOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

/** Whether a file of this name was left behind by a write that did not end. */
export function isTemporary(fileName: string): boolean {
  return fileName.startsWith('.') && fileName.endsWith('.json.tmp');
}
