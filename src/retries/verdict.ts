/** Whether clients did what was expected of them. */
export interface Verdict {
  /** The expectation as it was written. */
  readonly expected: string;
  readonly passed: boolean;
  /** What was seen, in one line. Names of calls in it are as clients sent them: not escaped. */
  readonly reason: string;
}
