import { lstatSync, mkdirSync } from 'node:fs';
import nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { findWeakness } from '../own-folder.ts';

/**
 * Has Node.js 22.8 and newer keep what it compiles for the next start, which is an eighth of it. It runs what it finds there,
 * unasked: so that is a folder which nobody else can write to, and not the one in the temporary folder that it takes itself.
 * Without such a folder all goes on, a little slower.
 */
export function enableCompileCache(): void {
  const { enableCompileCache: enable } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
  if (enable === undefined || process.env.NODE_COMPILE_CACHE !== undefined) return;
  const folder = openCacheFolder(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'));
  if (folder !== undefined) enable(folder);
}

/** A folder of this user's own beneath the given one; nothing when there is none that is. */
export function openCacheFolder(cacheHome: string): string | undefined {
  const folder = join(resolve(cacheHome), 'restage', 'compiled');
  try {
    // Whoever has no home is not made one.
    lstatSync(dirname(resolve(cacheHome)));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return findWeakness(folder) === undefined ? folder : undefined;
  } catch {
    // It cannot be made or looked at: there is no cache then.
    return undefined;
  }
}
