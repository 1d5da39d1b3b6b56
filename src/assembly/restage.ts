import type { Credentials } from '../aws/signing/signature.ts';
import type { Order } from '../cassette/order.ts';
import type { Observer } from '../journal/entry.ts';
import type { Clock } from '../proxy/clock.ts';
import type { Mode } from '../sessions/mode.ts';
import type { FaultSpec } from '../settings/setting-values.ts';
import type { PublicFiles } from '../tls/trust.ts';
import type { View } from './view.ts';

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
export interface Restage extends View {
  readonly port: number;
  /** What was set that is for whoever started restage to heed. */
  readonly settings: HeededSettings;
  /** The certificates that clients must trust whose tunnels are taken; only with `intercept`. */
  readonly trust: PublicFiles | undefined;
  /** How many calls there were, whatever became of them. */
  readonly countCalls: () => number;
  /** Gives the running proxy other faults: a list of rules, or phases, as a faults file holds them. */
  readonly setFaults: (faults: unknown) => void;
  /** The credentials that calls are signed again with, for a client to sign with; only in forwarding modes. */
  readonly handOutCredentials: () => Promise<Credentials>;
  /**
   * Makes a session: a view with cursors, faults and journal of its own, however many there are beside it. It is closed by
   * whoever made it, or with restage.
   * @throws UsageError for a name or an option that cannot be used; FailureError when there is a session of that name, or its
   * cassette is locked.
   */
  readonly session: (name: string, options?: SessionOptions) => Promise<RestageSession>;
  /** Stops accepting, lets the calls in flight end (at most 5 s), ends all sessions, and gives the cassettes' locks back. */
  readonly close: () => Promise<void>;
}

/** A session of a running proxy. */
export interface RestageSession extends View {
  readonly name: string;
  /** The name of its cassette, and the folder that this is in. */
  readonly cassette: string;
  readonly dir: string;
}

/** What makes a session differ from its server. */
export interface SessionOptions {
  /** No more than the server can: one of a replaying server does not record. */
  readonly mode?: Mode | undefined;
  readonly cassette?: string | undefined;
  /** The folder of cassettes. */
  readonly dir?: string | undefined;
  readonly order?: Order | undefined;
  /** A rule, a list of rules, or phases as a faults file holds them; the server's rules if not given. */
  readonly faults?: FaultSpec | readonly FaultSpec[] | undefined;
  readonly seed?: number | undefined;
  /** After how many seconds without a call it ends by itself; 3600 if not given. */
  readonly idleSeconds?: number | undefined;
  /** The command that its misses name, which records them, in one line; `restage record …` if not given. */
  readonly recordWith?: string | undefined;
}

/** Settings that restage leaves to whoever started it, as the command line heeds them in the end. */
export interface HeededSettings {
  readonly cassette: string;
  readonly dir: string;
  /** What clients are expected to do, for {@link View.check}. */
  readonly expect: readonly string[];
  readonly failOnMiss: boolean;
  readonly failOnUnused: boolean;
}
