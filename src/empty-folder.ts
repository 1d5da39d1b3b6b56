import { rmdir } from 'node:fs/promises';
import { errorCode } from './errors.ts';

/** Removes a folder that nothing is in: what records makes one, also for what is taken back. */
export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
  }
}
