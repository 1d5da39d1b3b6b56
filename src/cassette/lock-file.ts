import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, FailureError, reasonOf } from '../errors.ts';
import { atExit } from './at-exit.ts';
import { createHolder, type Holder, isDead, isVisible, parseHolder } from './lock-holder.ts';
import { readTextFile } from './text-file.ts';

const LOCK = '.lock';
/** Has git leave out a lock that was left behind: checked out elsewhere, nobody could tell that its holder is dead. */
const IGNORE = '.gitignore';
const DRAFT = /^\.lock\.([0-9a-f-]{36})\.draft$/;

/** Far more often than a lock changes hands while somebody looks at it. */
const MAX_TRIES = 100;

/** A lock that was taken. */
export interface Lock {
  /** Whether it is still there: somebody may have removed it, or exchanged the folder. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Takes the folder's lock, or takes it over at once from a process of this machine that has died.
 *
 * The lock is a folder that holds a file named after the holder, and one for git. It is made aside and then renamed, which
 * fails where there is a folder that holds something: so one contender gets it, whole, on file systems without hard links
 * too. Of a holder that died its own file is removed, and then the folder if nobody is in it: neither can strike whoever
 * comes after.
 *
 * A lock of another machine or container is never taken over. A heartbeat would tell a death there, but also a process that
 * is merely stopped: a sleeping laptop, a debugger. A holder that exits, or is ended by a signal, gives it back. Whoever
 * removes the lock by hand does no harm: its holder looks before it writes.
 *
 * @throws {@link FailureError} naming the holder when it is alive or nobody here can tell.
 */
export function acquireLock(folder: string): Lock {
  const own = createHolder();
  const path = join(folder, LOCK);
  for (let tries = 1; ; tries += 1) {
    removeDead(folder);
    const obstacle = tryAcquire(folder, own);
    if (obstacle === undefined) break;
    // It changed hands while it was looked at: look again.
    if (tries === MAX_TRIES) throw obstacle;
  }
  try {
    removeDrafts(folder);
  } catch (error) {
    remove(path, own.id);
    throw error;
  }
  const release = () => remove(path, own.id);
  const forget = atExit(release);
  return {
    isHeld: () => lstatSync(join(path, own.id), { throwIfNoEntry: false }) !== undefined,
    // Nothing happens when somebody has removed it by hand and another recorder has it now.
    release() {
      forget();
      release();
    },
  };
}

/** What stands in the way of a rename: another lock, the end of another, or that another took the draft for litter. */
const CONTENTION = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ENOENT', 'EPERM', 'EACCES', 'EBUSY'];

/** @returns what was in the way, if anything; where nothing can be written at all, it is thrown. */
function tryAcquire(folder: string, own: Holder): unknown {
  const draft = join(folder, `${LOCK}.${own.id}.draft`);
  mkdirSync(draft);
  try {
    writeFileSync(join(draft, IGNORE), '*\n', { flag: 'wx' });
    writeFileSync(join(draft, own.id), `${JSON.stringify(own)}\n`, { flag: 'wx' });
    renameSync(draft, join(folder, LOCK));
    return undefined;
  } catch (error) {
    if (CONTENTION.includes(errorCode(error) ?? '')) return error;
    throw error;
  } finally {
    remove(draft, own.id);
  }
}

/** Removes the lock if its holder has died. @throws {@link FailureError} when it may be alive. */
function removeDead(folder: string): void {
  const path = join(folder, LOCK);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw noLock(path);
  const names = listHolders(path);
  for (const name of names) {
    const holder = readHolder(path, name);
    if (holder === undefined) continue;
    if (!isDead(holder)) throw held(folder, holder);
    remove(path, name);
  }
  if (names.length === 0) remove(path);
}

/** Removes what contenders have left that died before they got the lock. Whoever is alive and struck by it tries again. */
function removeDrafts(folder: string): void {
  for (const name of list(folder)) {
    const id = DRAFT.exec(name)?.[1];
    const path = join(folder, name);
    if (id === undefined || !lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) continue;
    const text = readIfFile(join(path, id));
    const holder = parseHolder(text ?? '');
    if (text !== undefined && (holder === undefined || isDead(holder))) remove(path, id);
  }
}

/** The text of a file, '' where there is none; nothing of whatever else is there, which no contender has made. */
function readIfFile(path: string): string | undefined {
  try {
    const found = readTextFile(path);
    if (found === 'nothing') return '';
    return found === 'link' ? undefined : found.text;
  } catch {
    return undefined;
  }
}

/** Removes a holder's file from a lock, then the lock if it is nobody else's. */
function remove(path: string, name?: string): void {
  if (name !== undefined) unlessGone(() => unlinkSync(join(path, name)));
  unlessGone(() => {
    if (listHolders(path).length > 0) return;
    // The lock of whoever comes at this moment may lose it: it locks as well without.
    unlessGone(() => unlinkSync(join(path, IGNORE)));
    rmdirSync(path);
  });
}

function unlessGone(removal: () => void): void {
  try {
    removal();
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Whatever lies in a lock but its file for git. */
function listHolders(path: string): string[] {
  const isIgnore = (name: string) =>
    name === IGNORE && lstatSync(join(path, name), { throwIfNoEntry: false })?.isDirectory() !== true;
  return list(path).filter((name) => !isIgnore(name));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Whose file lies in the lock; nothing when it has gone meanwhile. */
function readHolder(path: string, name: string): Holder | undefined {
  const found = readFound(path, name);
  if (found === 'nothing') return undefined;
  const holder = found === 'link' ? undefined : parseHolder(found.text);
  if (holder?.id !== name) throw noLock(path);
  return holder;
}

function readFound(path: string, name: string): ReturnType<typeof readTextFile> {
  try {
    return readTextFile(join(path, name));
  } catch (cause) {
    throw new FailureError(
      `Cannot lock the cassette: '${path}' cannot be read: ${reasonOf(cause)}. Remove it if no restage records here.`,
      { cause },
    );
  }
}

function noLock(path: string): FailureError {
  return new FailureError(
    `Cannot lock the cassette: '${path}' is no lock of restage. Remove it if no restage records here.`,
  );
}

function held(folder: string, holder: Holder): FailureError {
  const remedy = isVisible(holder)
    ? 'Stop it, or record to another cassette'
    : `It runs on another machine or in another container. Stop it; if it has died, remove '${join(folder, LOCK)}'`;
  return new FailureError(
    `Cannot record to '${folder}': process ${holder.pid} on ${holder.host} is recording to it. ${remedy}.`,
  );
}
