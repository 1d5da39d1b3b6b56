import type { Mode } from '../sessions/mode.ts';

/** What is done with a call that no fault answers. */
export type Action = 'play' | 'record' | 'forward' | 'miss';

/**
 * The one place where the mode decides.
 * @param isRecordable whether it is understood, and its answer would have a body: that to a `HEAD` has none.
 */
export function decide(mode: Mode, isRecordable: boolean, isRecorded: boolean): Action {
  if (mode === 'passthrough') return 'forward';
  if (mode === 'replay') return isRecorded ? 'play' : 'miss';
  if (mode === 'auto' && isRecorded) return 'play';
  return isRecordable ? 'record' : 'forward';
}
