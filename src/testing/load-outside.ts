import type { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';

/**
 * Loads a module of this package outside of the world of its own that jest, and vitest's pools of `vm`, run each test file in:
 * no error of Node.js is an `Error` there, and time may be a fake. It is loaded once for all files of a worker.
 */
export function loadOutside<T>(folder: string, file: string): T {
  const { getBuiltinModule } = runInThisContext('process') as {
    getBuiltinModule: (name: string) => { readonly createRequire: typeof createRequire };
  };
  const path = join(folder, file);
  return getBuiltinModule('node:module').createRequire(path)(path) as T;
}
