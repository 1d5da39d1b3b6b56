import { CallError } from '../../errors.ts';

/**
 * One call's way to its upstream and back: it waits for a place, is tried, perhaps a second time, and its answer comes.
 * It ends early when its time is up, or with its client: whatever step it has come to is given up then.
 */
export class Course {
  #timer: NodeJS.Timeout | undefined;
  #giveUp: ((reason: Error) => void) | undefined;
  #reason: Error | undefined;

  /** `whenOver`: tells of the end of the call. */
  constructor(maxMs: number, whenOver: (listener: () => void) => void) {
    this.limit(maxMs);
    whenOver(() => {
      this.#end(
        new CallError(
          'UpstreamUnreachableException',
          'Cannot forward the call: its client has gone. Give the client more time.',
        ),
      );
    });
  }

  /** How to give up the step that begins now, in place of the one before it. */
  step(giveUp: (reason: Error) => void): void {
    this.#giveUp = giveUp;
    if (this.#reason !== undefined) giveUp(this.#reason);
  }

  /** Gives it so much time from now on. */
  limit(maxMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#end(new Error(`it took more than ${maxMs / 1000} s in all`)),
      maxMs,
    ).unref();
  }

  /** There is nothing left to give up. */
  finish(): void {
    clearTimeout(this.#timer);
    this.#giveUp = undefined;
  }

  #end(reason: Error): void {
    clearTimeout(this.#timer);
    this.#reason ??= reason;
    const giveUp = this.#giveUp;
    this.#giveUp = undefined;
    giveUp?.(this.#reason);
  }
}
