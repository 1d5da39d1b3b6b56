import { memoryBounds } from '../bounds.ts';
import { text } from './reader.ts';

const MAX = memoryBounds.recordWithLength;

/** What a session's misses say is to be run to record them: one line, for a terminal. */
export const recordWith = text(
  `is a line of 1 to ${MAX} characters`,
  new RegExp(`^[^\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]{1,${MAX}}$`),
);
