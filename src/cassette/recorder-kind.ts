/** `anew`: the first answers of a run replace those of earlier runs. `additions`: all are appended. */
export type RecorderKind = 'anew' | 'additions';
