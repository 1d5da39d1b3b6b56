import {
  errorCode,
  FailureError,
  isError,
  isUnwritable,
  reasonOf,
  remedyOf,
  UnwritableError,
} from '../errors.ts';
import type { Cassette } from './cassette.ts';
import type { Lock } from './lock-file.ts';

/** Far more often than a folder is made and removed while somebody looks at it. */
const MAX_TRIES = 100;

/** The lock on one cassette's folder, held once for all who record to it in this process. */
export class CassetteLock {
  readonly #cassette: Cassette;
  /** The one that was taken last; it may be lost by now. */
  #lock: Lock | undefined;
  #taking: Promise<Lock> | undefined;
  #releasing: Promise<void> = Promise.resolve();

  constructor(cassette: Cassette) {
    this.#cassette = cassette;
  }

  /** Whether nobody else may write: it was taken, and nobody has removed it since. */
  isHeld(): boolean {
    return this.#lock?.isHeld() ?? false;
  }

  /**
   * Takes the lock, unless it is held.
   * @throws {@link FailureError} when another process holds it or the folder cannot be written.
   */
  async acquire(): Promise<void> {
    if (this.isHeld()) return;
    this.#taking ??= this.#take();
    const taking = this.#taking;
    try {
      this.#lock = await taking;
    } finally {
      // After a failure, the other recorder may end, or the disk have room again.
      if (this.#taking === taking) this.#taking = undefined;
    }
  }

  /** Gives the lock back, if it was taken, and removes the folder if nothing was recorded to it. */
  async release(): Promise<void> {
    const [lock, taking] = [this.#lock, this.#taking];
    this.#lock = undefined;
    this.#taking = undefined;
    if (lock !== undefined || taking !== undefined) this.#releasing = this.#giveBack(lock, taking);
    await this.#releasing;
  }

  async #giveBack(lock: Lock | undefined, taking: Promise<Lock> | undefined): Promise<void> {
    lock?.release();
    const taken = await taking?.catch(() => undefined);
    taken?.release();
    await this.#cassette.removeIfEmpty();
  }

  async #take(): Promise<Lock> {
    const cassette = this.#cassette;
    // Whether it could be given back is for whoever did so.
    await this.#releasing.catch(() => undefined);
    // Only who records needs it.
    const { acquireLock } = await import('./lock-file.ts');
    try {
      const lock = await this.#acquireIn(acquireLock);
      try {
        await cassette.removeLeftovers();
        // What was read before may have been recorded anew by whoever held the lock.
        cassette.forget();
      } catch (error) {
        lock.release();
        throw error;
      }
      return lock;
    } catch (cause) {
      if (cause instanceof FailureError) throw cause;
      throw new (isUnwritable(cause) ? UnwritableError : FailureError)(
        `Cannot lock '${cassette.folder}': ${reasonOf(cause)}. ${remedyOf(cause)}.`,
        { cause },
      );
    }
  }

  /** Another process that has recorded nothing may remove the folder in the very moment between. */
  async #acquireIn(acquireLock: (folder: string) => Lock): Promise<Lock> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#cassette.create();
        return acquireLock(this.#cassette.folder);
      } catch (error) {
        const isGone = [error, isError(error) && error.cause].some((each) => errorCode(each) === 'ENOENT');
        if (!isGone || tries === MAX_TRIES) throw error;
      }
    }
  }
}
