/** What became of what a session recorded. */
export interface Discarded {
  /** How many recordings are as they were before the session. */
  readonly discarded: number;
  /** How many were left as they are, since others have recorded to them after the session. */
  readonly kept: number;
}
