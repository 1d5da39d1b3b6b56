import type { Mode } from '../sessions/mode.ts';

/** What is done with a call that no fault answers. */
export type Action = 'play' | 'record' | 'forward' | 'miss';

/** The one place where the mode decides. */
export function decide(mode: Mode, isUnderstood: boolean, isRecorded: boolean): Action {
  if (mode === 'passthrough') return 'forward';
  if (mode === 'replay') return isRecorded ? 'play' : 'miss';
  if (!isUnderstood) return 'forward';
  return mode === 'auto' && isRecorded ? 'play' : 'record';
}
