import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { documentBounds } from '../bounds.ts';
import { errorCode } from '../errors.ts';

/** Links are not followed, and nothing is waited for: what lies there may be a pipe. Windows knows neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The text of a file, and which state of it that is. */
export interface Snapshot {
  readonly text: string;
  /** As {@link versionOf} and {@link stampOf} give it. */
  readonly version: string;
  readonly stamp: string;
}

/** What lies at a path that is to be a file: its text, a link, or nothing. */
export type Found = Snapshot | 'link' | 'nothing';

/**
 * Looks at a path and reads what lies there, at once: what is looked at is what is read, and a small file takes less time
 * than to have another thread read it.
 * @throws Error for what is no file, or too large, and what the file system throws.
 */
export function readTextFile(path: string): Found {
  if (constants.O_NOFOLLOW === undefined && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    return 'link';
  let file: number;
  try {
    file = openSync(path, FLAGS);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return 'nothing';
    if (code === 'ELOOP' || code === 'EMLINK') return 'link';
    // A socket.
    if (code === 'ENXIO') throw new Error('it is not a file', { cause: error });
    throw error;
  }
  try {
    // Before it is read: what changes meanwhile is seen to have changed.
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) throw new Error('it is not a file');
    checkSize(Number(stats.size), documentBounds.fileBytes);
    const text = withoutMark(readFileSync(file, 'utf8'));
    return { text, version: versionOf(stats), stamp: stampOf(stats) };
  } finally {
    closeSync(file);
  }
}

/** Without the byte order mark that an editor has put in front. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Which version of a file this is: another one differs in it, however it was put in the place of the first. */
export function versionOf(stats: BigIntStats): string {
  return `${stampOf(stats)} ${stats.ctimeNs}`;
}

/** Tells a file from what others make of it: which file it is, its size and when it was written. A rename changes nothing. */
export function stampOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${size} ${mtimeNs}`;
}

/** A file has more bytes than one may have. */
export class TooLargeError extends Error {}

/** What could not be read again is not written either. @throws {@link TooLargeError} for a file of so many bytes. */
export function checkSize(bytes: number, limit: number): void {
  if (bytes > limit) throw new TooLargeError(`it has more than ${limit / 1024 / 1024} MB`);
}
