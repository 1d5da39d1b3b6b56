import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCode, FailureError } from '../errors.ts';

const LOCK = '.lock';

const holderSchema = z.object({
  id: z.uuid(),
  host: z.string(),
  pid: z.int().positive(),
  /** When the process began, as the system tells it: a process id is given out again, this with it never. */
  started: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the folder's lock, or takes it over at once from a process of this host that has died.
 *
 * A takeover is a race that one contender must win. So whoever finds the holder dead makes a file named after that
 * holder's id, which `link` lets only one do; if that one dies as well before it is done, the next file is named after
 * it, and so on. Who made the last of this chain, while the lock is still the one that was found, owns it.
 *
 * @throws {@link FailureError} naming the holder when it is alive or on another host.
 */
export async function acquireLock(folder: string): Promise<Lock> {
  const own: Holder = {
    id: randomUUID(),
    host: hostname(),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
  };
  const draft = join(folder, `${LOCK}.${own.id}.draft`);
  try {
    await writeFile(draft, `${JSON.stringify(own)}\n`, { flag: 'wx' });
    while (!(await tryAcquire(folder, draft))) {
      // The lock changed hands while it was looked at: look again.
    }
    await removeLitter(folder, own);
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => release(folder, own) };
}

/** Whether a file of this name belongs to a lock. */
export function isLockFile(fileName: string): boolean {
  return fileName === LOCK || fileName.startsWith(`${LOCK}.`);
}

async function tryAcquire(folder: string, draft: string): Promise<boolean> {
  const path = join(folder, LOCK);
  const found = await readHolder(path);
  if (found === undefined) return linkUnlessThere(draft, path);

  let last = found;
  for (;;) {
    if (isAlive(last)) throw held(folder, last);
    const successor = join(folder, `${LOCK}.${last.id}`);
    if (await linkUnlessThere(draft, successor)) {
      const isUnchanged = (await readHolder(path))?.id === found.id;
      if (isUnchanged) await rename(draft, path);
      else await rm(successor, { force: true });
      return isUnchanged;
    }
    const next = await readHolder(successor);
    if (next === undefined) return false;
    last = next;
  }
}

/** Once the lock is ours, the chain that led to it and the drafts of those who died are litter. */
async function removeLitter(folder: string, own: Holder): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${LOCK}.`));
  for (const path of names.map((name) => join(folder, name))) {
    const holder = parseHolder((await readIfThere(path)) ?? '');
    if (holder !== undefined && (holder.id === own.id || !isAlive(holder))) await rm(path, { force: true });
  }
}

/** Gives the lock back, unless somebody has removed it by hand and another recorder has it now. */
async function release(folder: string, own: Holder): Promise<void> {
  const path = join(folder, LOCK);
  if (parseHolder((await readIfThere(path)) ?? '')?.id === own.id) await rm(path, { force: true });
}

/** Gives the file a second name, unless there is one of that name already. */
async function linkUnlessThere(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const holder = parseHolder(text);
  if (holder !== undefined) return holder;
  throw new FailureError(
    `Cannot lock the cassette: '${path}' is no lock of restage. Remove it if no restage records here.`,
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not even JSON.
    return undefined;
  }
}

function held(folder: string, holder: Holder): FailureError {
  const isHere = holder.host === hostname();
  const remedy = isHere
    ? `Stop it, or record to another cassette`
    : `Stop it; if it has died, remove '${join(folder, LOCK)}'`;
  return new FailureError(
    `Cannot record to '${folder}': process ${holder.pid} on ${holder.host} is recording to it. ${remedy}.`,
  );
}

/** Whether the holder may still be at work; of another host nobody here can tell that it is not. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  const started = startOf(holder.pid);
  return started !== undefined && started === holder.started;
}

/** When the process began, in the system's own words; nothing when there is no such process, or a dead one. */
function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
}

function startOnLinux(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the state is field 3, the start, in ticks since boot, field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot} ${fields[19]}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return undefined;
    throw error;
  }
}

function startByPs(pid: number): string | undefined {
  if (process.platform === 'win32') return isRunning(pid) ? 'unknown' : undefined;
  try {
    const line = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C' },
    });
    return line.trim() || undefined;
  } catch {
    // ps exits with 1 when there is no such process.
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
