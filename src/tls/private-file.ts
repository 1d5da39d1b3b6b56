import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorCode, FailureError } from '../errors.ts';
import { findWeakness } from '../own-folder.ts';

/** Far more than a key and a certificate take. */
const MAX_BYTES = 64 * 1024;

/** Elsewhere a mode tells nothing, and nobody has a number. */
const isPosix = process.platform !== 'win32';

/**
 * Makes the folder, for its owner alone, or sees to it that nobody else can exchange what is in it.
 * @throws {@link FailureError} when it is another user's, or others can write in it or in one above it.
 */
export async function openPrivateFolder(folder: string): Promise<void> {
  // Nothing is made where it could not be used.
  refuseWeak(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  refuseWeak(folder);
}

function refuseWeak(folder: string): void {
  const weakness = findWeakness(folder);
  if (weakness === undefined) return;
  const { path, kind } = weakness;
  const place = path === resolve(folder) ? 'this folder' : `'${path}'`;
  const [reason, remedy] =
    kind === 'writable'
      ? [`others can write in ${place}`, "Run 'chmod go-w' on it, or choose another"]
      : [
          `${place} belongs to another user, who could exchange it`,
          "Choose a folder of your own with '--ca-dir'",
        ];
  throw new FailureError(`Cannot keep a certificate authority in '${folder}': ${reason}. ${remedy}.`);
}

/**
 * The text of a file that its owner alone can read; nothing when there is no such file.
 * @throws {@link FailureError} when it is no such file.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  // Not through a link, and without waiting for whoever may write to a pipe. What is opened is what is looked at.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) === 'ELOOP') throw unfit(path, 'it is a link, not a file');
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw unfit(path, 'it is not a file');
    if (isPosix && found.uid !== process.geteuid?.()) throw unfit(path, 'it belongs to another user');
    if (isPosix && (found.mode & 0o077) !== 0) {
      throw unfit(
        path,
        'others than its owner can read or write it',
        `Run 'chmod 600' on it if nobody has, or`,
      );
    }
    if (found.size > MAX_BYTES) throw unfit(path, `it is longer than ${MAX_BYTES} bytes`);
    // Without the byte order mark that an editor has put in front.
    return new TextDecoder().decode(await file.readFile());
  } finally {
    await file.close();
  }
}

/**
 * Makes a file that its owner alone can read, whole and at once, unless there is one of that name by then: of several
 * that try, one does it.
 */
export async function createPrivateFile(path: string, text: string): Promise<void> {
  await withDraft(path, async (draft) => {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // A file that is empty after a power failure would have to be removed by hand.
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  });
}

/** Puts a file in another's place at once. It keeps its own name too, for those who look for it there. */
export async function giveFurtherName(path: string, further: string): Promise<void> {
  await withDraft(further, async (draft) => {
    await link(path, draft);
    await rename(draft, further);
  });
}

/** What makes a file of a temporary name, which is gone afterwards. One that a killed process leaves does no harm. */
export async function withDraft(path: string, act: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await act(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Why a file that is there cannot be the authority's. */
export function unfit(path: string, reason: string, otherRemedy = ''): FailureError {
  const remedy = `${otherRemedy} remove it, and a new one is made`.trimStart();
  return new FailureError(
    `Cannot use the certificate authority in '${path}': ${reason}. ${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`,
  );
}
