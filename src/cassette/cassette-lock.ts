import { FailureError, isUnwritable, reasonOf, UnwritableError } from '../errors.ts';
import type { Cassette } from './cassette.ts';
import type { Lock } from './lock-file.ts';

/** The lock on one cassette's folder, held once for all who record to it in this process. */
export class CassetteLock {
  readonly #cassette: Cassette;
  #lock: Promise<Lock> | undefined;
  #releasing: Promise<void> = Promise.resolve();

  constructor(cassette: Cassette) {
    this.#cassette = cassette;
  }

  /**
   * Takes the lock, once.
   * @throws {@link FailureError} when another process holds it or the folder cannot be written.
   */
  async acquire(): Promise<void> {
    this.#lock ??= this.#take();
    try {
      await this.#lock;
    } catch (error) {
      // The other recorder may end, or the disk have room again.
      this.#lock = undefined;
      throw error;
    }
  }

  /** Gives the lock back, if it was taken. */
  async release(): Promise<void> {
    const taken = this.#lock;
    this.#lock = undefined;
    if (taken !== undefined) this.#releasing = this.#giveBack(taken);
    await this.#releasing;
  }

  async #giveBack(taken: Promise<Lock>): Promise<void> {
    const lock = await taken.catch(() => undefined);
    await lock?.release();
  }

  async #take(): Promise<Lock> {
    const cassette = this.#cassette;
    // Whether it could be given back is for whoever did so.
    await this.#releasing.catch(() => undefined);
    await cassette.create();
    // Only who records needs it.
    const { acquireLock } = await import('./lock-file.ts');
    try {
      const lock = await acquireLock(cassette.folder);
      try {
        await cassette.removeLeftovers();
        // What was read before may have been recorded anew by whoever held the lock.
        cassette.forget();
      } catch (error) {
        await lock.release();
        throw error;
      }
      return lock;
    } catch (cause) {
      if (cause instanceof FailureError) throw cause;
      throw new (isUnwritable(cause) ? UnwritableError : FailureError)(
        `Cannot lock '${cassette.folder}': ${reasonOf(cause)}. Choose a folder that can be written to with '--dir'.`,
        { cause },
      );
    }
  }
}
