import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';

/** What a cassette may be called: 1 to 64 letters, digits, dots, dashes and underscores, without a leading dot. */
export const CASSETTE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/** The names of the cassettes in a folder of cassettes. */
export async function listCassettes(dir: string): Promise<string[]> {
  const names = (await readFolder(dir)).filter((name) => CASSETTE_NAME.test(name));
  const folders = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).isDirectory()));
  return names.filter((_, index) => folders[index]);
}

/** The names in the folder; none when there is no folder. */
export async function readFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
