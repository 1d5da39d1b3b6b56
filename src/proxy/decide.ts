import type { Mode } from '../sessions/mode.ts';

/** What is done with a call that no fault answers. */
export type Action = 'play' | 'record' | 'forward' | 'miss';

/** What there is to know of a call to decide what is done with it. */
export interface Decisive {
  /** Whether it is understood, its answers are to be recorded, and this one would have a body: that to a `HEAD` has none. */
  readonly isRecordable: boolean;
  readonly isRecorded: boolean;
  /** Whether it changes what others read. */
  readonly isWrite: boolean;
}

/** The one place where the mode decides. */
export function decide(mode: Mode, { isRecordable, isRecorded, isWrite }: Decisive): Action {
  if (mode === 'passthrough') return 'forward';
  if (mode === 'replay') return isRecorded ? 'play' : 'miss';
  if (mode === 'auto' && isRecorded) return 'play';
  // One write more between those that are recorded would make another story of what is read after it.
  if (mode === 'auto' && isWrite) return 'miss';
  return isRecordable ? 'record' : 'forward';
}
