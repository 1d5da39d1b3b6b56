import type { Credentials } from '../aws/signing/signature.ts';
import type { JournalEntry, Observer } from '../journal/entry.ts';
import type { Clock } from '../proxy/clock.ts';
import type { RetryReport } from '../retries/report.ts';
import type { Verdict } from '../retries/verdict.ts';
import type { Mode } from '../sessions/mode.ts';
import type { PublicFiles } from '../tls/trust.ts';

/** What to tell whoever started restage. */
export interface Listeners {
  /** Told of each call. */
  readonly onCall?: Observer;
  /** Told of each recording that could not be saved; the client got its answer. */
  readonly onFailure?: (failure: Error) => void;
  /** Told of mistakes that no client can be told of. */
  readonly onError?: (error: unknown) => void;
  /** Told of tunnels that were opened and came to nothing: the client does not trust the local CA, most often. */
  readonly onTunnelError?: (host: string, error: Error) => void;
  /** Told once of a cassette's file that changed and cannot be used: what was read before goes on answering. */
  readonly onStaleFile?: (failure: Error) => void;
  /** Told of what a user should know, and no call fails of: a clock that is off, what the AWS SDK warns of. */
  readonly onWarning?: (warning: string) => void;
  /** The time that faults, sessions and dates go by; the system's if absent. Tests can move one of their own. */
  readonly clock?: Clock;
}

/** A running proxy. */
export interface Restage {
  readonly mode: Mode;
  /** Where it listens, such as `http://127.0.0.1:8480`. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** The certificates that clients must trust whose tunnels are taken; only with `intercept`. */
  readonly trust: PublicFiles | undefined;
  /** The calls that are still remembered, oldest first. */
  readonly calls: () => JournalEntry[];
  /** How many calls there were, whatever became of them. */
  readonly countCalls: () => number;
  /** What clients tried again, how long they waited, and how it ended. */
  readonly retries: () => RetryReport;
  /** Whether clients did what is expected of them, such as `attempts<=5` or `all succeed`. */
  readonly check: (expectation: string) => Verdict;
  /** Gives the running proxy other faults: a list of rules, or phases, as a faults file holds them. */
  readonly setFaults: (faults: unknown) => void;
  /** The credentials that calls are signed again with, for a client to sign with; only in forwarding modes. */
  readonly handOutCredentials: () => Promise<Credentials>;
  /** Stops accepting, lets the calls in flight end (at most 5 s), and gives the cassette's lock back. */
  readonly close: () => Promise<void>;
}
