import type { SessionOptions } from '../assembly/restage.ts';
import type { EnvironmentOptions } from '../index.ts';

/**
 * What a test sets of its own: what its session can be told, and every setting of the command line by its name. What is not
 * given comes from the `RESTAGE_…` variables and the config file, as on the command line.
 */
export interface RestageTestOptions
  extends Omit<EnvironmentOptions, 'faults' | keyof SessionOptions>,
    SessionOptions {
  /** Another name for the test's cassette, for tests that share one: those that record to one must not run at the same time. */
  readonly cassette?: string | undefined;
  /**
   * In place of `__cassettes__` beside the test file, from the working folder. Each test file has a folder in it, unless
   * `cassette` is given as well.
   */
  readonly dir?: string | undefined;
  /** Fail a test that called what is not recorded, or left recordings unused. */
  readonly strict?: boolean | undefined;
}

/** The options that are the session's: tests that differ in these share a server. */
export function splitOptions({
  cassette,
  dir,
  faults,
  idleSeconds,
  order,
  recordWith,
  seed,
  strict = false,
  ...server
}: RestageTestOptions) {
  return { session: { cassette, dir, faults, idleSeconds, order, recordWith, seed }, server, strict };
}
