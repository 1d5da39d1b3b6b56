import type { Key } from '../aws/apigateway/key.ts';
import type { Operation } from '../aws/apigateway/operation.ts';
import type { Changes } from './changes.ts';
import type { Discarded } from './discarded.ts';
import type { NewTake, Recorder, Stored } from './recorder.ts';
import type { OwnWrites } from './run-timelines.ts';

/** What one session records, with a recorder that it may share with others: it can be taken back. */
export class SessionRecorder {
  readonly #recorder: Recorder;
  #changes: Changes = new Map();
  /** Once the session has asked for something that may be recorded. */
  #writes: OwnWrites | undefined;
  #discarding: Promise<unknown> = Promise.resolve();
  #hasEnded = false;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** As {@link Recorder.start}. */
  start(): Promise<void> {
    return this.#recorder.start();
  }

  /** As {@link Recorder.placeOf}. */
  placeOf(key: Key, frontier: number): number {
    this.#writes ??= this.#recorder.mark();
    return this.#recorder.placeOf(key, frontier);
  }

  /** As {@link Recorder.countWrite}. */
  countWrite(key: Key, operation: Operation): number {
    const writes = this.#writes ?? this.#recorder.mark();
    this.#writes = { ...writes, count: writes.count + 1 };
    return this.#recorder.countWrite(key, operation);
  }

  /** As {@link Recorder.store}. */
  async store(take: NewTake): Promise<Stored> {
    // Whoever discards what a session has recorded, and ends it, need not wait for the calls that are under way.
    if (this.#hasEnded) return { reason: 'the session that it belongs to has ended meanwhile' };
    return this.#recorder.store(take, this.#changes);
  }

  /**
   * Takes back what the session has recorded: the files are as they were before, or gone. What others have recorded meanwhile
   * stays; so does a recording that they have recorded to after the session, as a whole.
   * @throws {@link FailureError} when a file cannot be written.
   */
  discard(): Promise<Discarded> {
    const discarding = this.#discarding.then(() => this.#discard());
    this.#discarding = discarding.catch(() => undefined);
    return discarding;
  }

  /** Records nothing more; settled when nothing is left to be taken back. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#discarding;
  }

  async #discard(): Promise<Discarded> {
    await this.#recorder.settle();
    const [changes, writes] = [this.#changes, this.#writes];
    this.#changes = new Map();
    this.#writes = undefined;
    return this.#recorder.undo(changes, writes);
  }
}
