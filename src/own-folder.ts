import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, parse, resolve, sep } from 'node:path';

/** Of a mode: others than the owner may write there; only who owns an entry may exchange it. */
const [WRITABLE_BY_OTHERS, STICKY] = [0o022, 0o1000];

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** Where another user can change what is in a folder, or exchange it: there, or at one above it. */
export interface Weakness {
  readonly path: string;
  readonly kind: 'foreign' | 'writable';
}

/**
 * Looks whether nobody but this user and the system's can change what lies in a folder or exchange it for something else: at
 * the folder, which is to be the user's own, and at all above it, links and what they lead to included. What is not there
 * yet is not looked at. Throws what the file system throws. Windows gives no such answers; a user's home is the user's own there.
 */
export function findWeakness(folder: string): Weakness | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  const path = resolve(folder);
  const { root } = parse(path);
  const rest = namesOf(path);
  let links = 0;
  for (let at = root; ; at = join(at, rest.shift() ?? '')) {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const kind = weaknessOf(stats, user, rest.length === 0);
    if (kind !== undefined) return { path: at, kind };
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS)
        throw Object.assign(new Error(`ELOOP: too many links, '${at}'`), { code: 'ELOOP' });
      rest.unshift(...namesOf(resolve(dirname(at), readlinkSync(at))));
      at = root;
    } else if (rest.length === 0) return undefined;
  }
}

function weaknessOf(stats: Stats, user: number, isLast: boolean): Weakness['kind'] | undefined {
  const { uid, mode } = stats;
  // Who may exchange a link is said by the folder that it is in; its own mode says nothing.
  if (stats.isSymbolicLink()) return uid === user || uid === 0 ? undefined : 'foreign';
  if (uid !== user && (isLast || uid !== 0)) return 'foreign';
  const isWritable = (mode & WRITABLE_BY_OTHERS) !== 0;
  return isWritable && (isLast || (mode & STICKY) === 0) ? 'writable' : undefined;
}

function namesOf(path: string): string[] {
  return path
    .split(sep)
    .slice(1)
    .filter((name) => name !== '');
}
