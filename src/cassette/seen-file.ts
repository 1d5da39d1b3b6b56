import { hash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, FailureError } from '../errors.ts';
import { readTextFile, stampOf } from './text-file.ts';

/** In bytes: to hand a smaller file to another thread takes longer than to write it. */
const WRITTEN_AT_ONCE = 64 * 1024;

/** Nothing may be there, be it a link. Windows knows no such flag. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

const RENAME_TRIES = 10;
const RENAME_WAIT_MS = 100;

/** Somebody else wrote, made or removed the file. */
export class ChangedError extends FailureError {}

/** What was read of a file, with its stamp. */
export interface StampedText {
  readonly text: string;
  readonly stamp: string;
}

/** What is known of a file: its state, and a digest of its text, for file systems whose stamps are not to be relied on. */
interface Seen {
  readonly stamp: string;
  readonly digest: string;
}

/**
 * A file of text that is written over only while it is as it was last seen here, read or written. It is written aside, under a
 * name that nobody can foresee, and renamed: a reader sees the old one or the new one whole.
 */
export class SeenFile {
  readonly #path: string;
  readonly #readText: () => StampedText | null;
  readonly #checkPlace: () => void;
  #seen: Seen | undefined;

  /**
   * @param readText reads the file; null when there is none.
   * @param checkPlace throws when nothing may be written at the path any more. It is asked right before each rename.
   */
  constructor(path: string, readText: () => StampedText | null, checkPlace: () => void) {
    this.#path = path;
    this.#readText = readText;
    this.#checkPlace = checkPlace;
  }

  async read(): Promise<string | null> {
    const found = this.#readText();
    this.#seen = found === null ? undefined : { stamp: found.stamp, digest: digestOf(found.text) };
    return found?.text ?? null;
  }

  /** @throws {@link ChangedError} when the file is not as it was last seen; it stays as it is then. */
  async write(text: string): Promise<void> {
    const temporary = temporaryPathFor(this.#path);
    try {
      const data = Buffer.from(text);
      const stamp = await writeNew(temporary, data);
      await this.#whenFree(() => renameSync(temporary, this.#path));
      this.#seen = { stamp, digest: digestOf(data) };
    } catch (error) {
      removeIfPossible(temporary);
      throw error;
    }
  }

  /** Has there be no file. @throws {@link ChangedError} like {@link write}. */
  async remove(): Promise<void> {
    await this.#whenFree(() => rmSync(this.#path, { force: true }));
    this.#seen = undefined;
  }

  /** Does it while the file is as it was last seen; again after a moment where somebody else holds it. */
  async #whenFree(act: () => void): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      this.#checkPlace();
      this.#checkUnchanged();
      try {
        act();
        return;
      } catch (error) {
        if (tries === RENAME_TRIES || !isHeldForAMoment(error)) throw error;
      }
      await sleep(RENAME_WAIT_MS);
    }
  }

  #checkUnchanged(): void {
    const found = lstatSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const seen = this.#seen;
    if (found === undefined && seen === undefined) return;
    if (found === undefined)
      throw this.#changed('somebody has removed it since', 'What it held is not written again');
    const stamp = stampOf(found);
    if (stamp === seen?.stamp) return;
    if (seen === undefined || !found.isFile() || digestAt(this.#path) !== seen.digest)
      throw this.#changed(
        'somebody else has changed it since it was last read or written here',
        'It was left as it is',
      );
    this.#seen = { stamp, digest: seen.digest };
  }

  #changed(reason: string, state: string): ChangedError {
    return new ChangedError(
      `Cannot save a recording to '${this.#path}': ${reason}. ${state}; make the call again to add it to what is there now.`,
    );
  }
}

/** @returns the stamp of the file. */
async function writeNew(path: string, data: Buffer): Promise<string> {
  const file = openSync(path, FLAGS, 0o666);
  try {
    if (data.length > WRITTEN_AT_ONCE) await promisify(writeFile)(file, data);
    else writeFileSync(file, data);
    markTime(file);
    return stampOf(fstatSync(file, { bigint: true }));
  } finally {
    closeSync(file);
  }
}

/**
 * Sets the time of the file to a moment between two ticks of the kernel's clock, which has some hundred a second: a file that
 * is written by somebody else right afterwards has another one.
 */
function markTime(file: number): void {
  const now = (performance.timeOrigin + performance.now()) / 1000;
  try {
    futimesSync(file, now, now);
  } catch {
    // A file system that keeps no such times: what is written in the same tick, and is as long, is not seen.
  }
}

function digestAt(path: string): string | undefined {
  const found = readTextFile(path);
  return typeof found === 'string' ? undefined : digestOf(found.text);
}

function digestOf(text: string | Buffer): string {
  return hash('sha256', text);
}

/** A virus scanner may hold a file for a moment. */
function isHeldForAMoment(error: unknown): boolean {
  return process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '');
}

function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next recorder finds it; the write's own error is the one to tell.
  }
}

function temporaryPathFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

/** Whether a file of this name was left behind by a write that did not end. */
export function isTemporary(fileName: string): boolean {
  return /^\..+\.json\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/.test(fileName);
}
