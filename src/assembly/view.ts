import type { Discarded } from '../cassette/discarded.ts';
import type { RuleStatus } from '../chaos/rule-status.ts';
import type { CallFilter } from '../journal/call-filter.ts';
import type { JournalEntry } from '../journal/entry.ts';
import type { RetryReport } from '../retries/report.ts';
import type { Verdict } from '../retries/verdict.ts';
import type { Mode } from '../sessions/mode.ts';
import type { UnusedRecording } from '../sessions/unused-recording.ts';
import type { FaultSpec } from '../settings/setting-values.ts';

/** An access key, its secret and, with temporary ones, their token. */
export interface ClientCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What an AWS SDK's client is made with: `new APIGatewayClient(restage.client)`. */
export interface ClientConfig {
  readonly endpoint: string;
  /** Absent where restage forwards and no region is configured: the client says so then, as it would alone. */
  readonly region?: string;
  /** Where restage forwards, those that it signs with, when they are first needed; in replay any will do. */
  readonly credentials: ClientCredentials | (() => Promise<ClientCredentials>);
}

/** The faults of a running restage or session. */
export interface Faults {
  /**
   * Adds rules after those there are, as `--fault` writes them or as objects: all of them or, where one cannot be added, none.
   * @throws UsageError that names what is known, for one that cannot be understood, or whose name is in use.
   */
  readonly add: (...faults: readonly FaultSpec[]) => RuleStatus[];
  /** Every rule, and what it has done so far. */
  readonly list: () => RuleStatus[];
  /** Removes a rule by its name: its text, unless it says `name=`. @throws UsageError when there is none of that name. */
  readonly remove: (name: string) => void;
  /** Removes every rule. */
  readonly clear: () => void;
}

/** How long to wait. */
export interface WaitOptions {
  /** 5000 if not given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * What a program sees of a running restage, or of one session. Once that is closed, what was can still be looked at: `calls`,
 * `misses`, `retries` and `check`. All else throws FailureError.
 */
export interface View {
  readonly mode: Mode;
  /** Where clients reach it, such as `http://127.0.0.1:8480`, or `http://127.0.0.1:8480/@NAME` for a session. */
  readonly url: string;
  readonly seed: number;
  readonly client: ClientConfig;
  /**
   * The whole environment of a program that is to be led here, as a command behind `--` gets it: `env` (that of this process if
   * not given) with endpoint, keys, `RESTAGE_MODE` and `RESTAGE_URL`, and without what would lead it past restage.
   */
  readonly environment: (
    env?: Readonly<Record<string, string | undefined>>,
  ) => Promise<Record<string, string>>;
  readonly faults: Faults;
  /** The calls that are still remembered, the last 1,000 at most, oldest first. */
  readonly calls: (filter?: CallFilter) => JournalEntry[];
  /** Those that were not recorded, or whose recording could not be read: the last 100 at most, oldest first. */
  readonly misses: () => JournalEntry[];
  /**
   * The recordings of its cassette that it has never played, nor recorded, whatever was reset since; for the server, those that
   * no session has. @throws FailureError when a file cannot be read.
   */
  readonly unused: () => Promise<UnusedRecording[]>;
  /** What clients tried again, how long they waited, and how it ended. */
  readonly retries: () => RetryReport;
  /** Whether clients did what is expected of them, such as `attempts<=5` or `all succeed`. @throws UsageError */
  readonly check: (expectation: string) => Verdict;
  /**
   * Waits until so many calls have ended that fit, those before included. @returns all that fit.
   * @throws FailureError that says how many there were, when the time is over or restage is closed.
   */
  readonly waitFor: (count: number, filter?: CallFilter, options?: WaitOptions) => Promise<JournalEntry[]>;
  /** Takes, counters and calls from the beginning; changed files are read. What is recorded stays. */
  readonly reset: () => Promise<void>;
  /**
   * Takes back what calls to it have recorded: the files are as they were before, or gone. What others record meanwhile stays,
   * and so does a recording that they have recorded to since: give each session a cassette of its own.
   * @throws FailureError when a file cannot be written.
   */
  readonly discard: () => Promise<Discarded>;
  /** Ends it; settled when what was recorded is saved. To close it again does nothing. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}
