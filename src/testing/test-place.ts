/** A test that wants a session. */
export interface TestPlace {
  /** The test file's path. */
  readonly file: string;
  /** Its full name, with the blocks that it stands in; the same in every run, and no other test's of the file. */
  readonly name: string;
  /** The command that records it. */
  readonly record: string;
}
