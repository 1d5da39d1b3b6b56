import { acquireLock, type Lock } from '../../src/cassette/lock-file.ts';

/** What a contender is asked: to try for the folder's lock so many times, or to give back what it holds. */
export type Order = { readonly folder: string; readonly tries: number } | 'release';
/** What it answers: for each try, nothing when it got the lock, else why not. */
export type Tried = ReadonlyArray<string | null>;

let held: Lock[] = [];

process.on('message', (order: Order) => {
  if (order === 'release') {
    for (const lock of held) lock.release();
    held = [];
    process.send?.([]);
    return;
  }
  const tried = Array.from({ length: order.tries }, () => {
    try {
      held.push(acquireLock(order.folder));
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  });
  process.send?.(tried);
});
