import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/**
 * The PATH, with the folder first that the Python on it really lies in: a version manager puts a script before each of
 * its programs that takes as long as the program to start.
 */
export function searchPath(): string {
  const path = process.env.PATH ?? '';
  const { stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  const python = stdout?.trim();
  return python ? [dirname(python), path].join(delimiter) : path;
}
