import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { errorCode } from '../errors.ts';

const holderSchema = z.object({
  id: z.uuid(),
  host: z.string(),
  /** Where its pid means something: {@link placeOf}. */
  place: z.string(),
  pid: z.int().positive(),
  /** When the process began, as the system tells it: a process id is given out again, this with it never. */
  started: z.string(),
});

/** Who holds a lock, or held it. */
export type Holder = z.infer<typeof holderSchema>;

/** This process as the holder of a new lock. */
export function createHolder(): Holder {
  const { pid } = process;
  return { id: randomUUID(), host: hostname(), place: placeOf(), pid, started: startOf(pid) ?? '' };
}

/** The holder that a text tells of, if it does. */
export function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not even JSON.
    return undefined;
  }
}

/** Whether this process can look for the holder's: a pid of another machine or container is some other process here. */
export function isVisible({ host, place }: Holder): boolean {
  return host === hostname() && place !== '' && place === placeOf();
}

/** Whether the holder has surely died: one that is not visible, or not told from another process, may be at work. */
export function isDead(holder: Holder): boolean {
  if (!isVisible(holder)) return false;
  if (!isRunning(holder.pid)) return true;
  const started = startOf(holder.pid);
  return started !== undefined && holder.started !== '' && started !== holder.started;
}

/** The inode of the namespace that a Linux system begins with. */
const FIRST_NAMESPACE = 'pid:[4026531836]';

/**
 * The space of process ids that this process is in. Several containers may have one host name, and so may several machines:
 * the kernel's number of a namespace says which one, until the machine is started anew. Only of the first namespace there
 * is one on each machine for good, so that what was left there before can be told to be over. Nothing when it is unknown.
 */
function placeOf(): string {
  if (process.platform !== 'linux') return process.platform;
  const namespace = readOr(undefined, () => readlinkSync('/proc/self/ns/pid'));
  if (namespace === undefined) return '';
  const machine = namespace === FIRST_NAMESPACE ? readOr('', () => readTrimmed('/etc/machine-id')) : '';
  const place = machine || readOr('', bootId);
  return place && `${place} ${namespace}`;
}

/** When the process began, in the system's own words; '' of a dead one that nobody has waited for. Nothing when nobody can tell. */
function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return readOr(undefined, () => startOnLinux(pid));
  return process.platform === 'win32' ? undefined : startByPs(pid);
}

function startOnLinux(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; the state is field 3, the start, in ticks since boot, field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : `${bootId()} ${fields[19]}`;
}

function startByPs(pid: number): string | undefined {
  try {
    const options = { encoding: 'utf8', env: { LC_ALL: 'C' } } as const;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || undefined;
  } catch {
    // There is no such process by now, or no such program.
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is one too.
    return errorCode(error) === 'EPERM';
  }
}

function bootId(): string {
  return readTrimmed('/proc/sys/kernel/random/boot_id');
}

function readTrimmed(path: string): string {
  return readFileSync(path, 'utf8').trim();
}

/** What cannot be read here, where /proc hides other users' processes or is none, is not known. */
function readOr<T>(unknown: T, read: () => string): string | T {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return unknown;
  }
}
