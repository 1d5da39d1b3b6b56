import { acquireLock, type Lock } from '../../src/cassette/lock-file.ts';

/**
 * What a contender is asked: to try for the folder's lock so many times, to give back what it holds, to listen to SIGTERM as
 * programs do that end by themselves, to load a library that looks on at signals, or to exit.
 */
export type Order =
  | { readonly folder: string; readonly tries: number }
  | { readonly load: 'signal-exit' | 'signal-exit-3' }
  | 'release'
  | 'listen'
  | 'exit';
/** What it answers: for each try, nothing when it got the lock, else why not. */
export type Tried = ReadonlyArray<string | null>;

let held: Lock[] = [];

process.on('message', async (order: Order) => {
  process.send?.(await answer(order));
});

async function answer(order: Order): Promise<Tried> {
  if (typeof order !== 'string')
    return 'load' in order ? load(order.load) : tryFor(order.folder, order.tries);
  if (order === 'exit') process.exit(3);
  if (order === 'listen') process.on('SIGTERM', (signal) => process.send?.([signal]));
  if (order === 'release') {
    for (const lock of held) lock.release();
    held = [];
  }
  return [];
}

async function load(name: 'signal-exit' | 'signal-exit-3'): Promise<Tried> {
  if (name === 'signal-exit') (await import('signal-exit')).onExit(() => {});
  // @ts-expect-error: version 3 has no types.
  else (await import('signal-exit-3')).default(() => {});
  return [];
}

function tryFor(folder: string, tries: number): Tried {
  return Array.from({ length: tries }, () => {
    try {
      held.push(acquireLock(folder));
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  });
}
