import type { Order } from '../cassette/order.ts';
import type { LogFormat } from './options.ts';

/** A rule as `--fault` writes it, such as `throttle,first=2`, or as an object: `{ kind: "throttle", first: 2 }`. */
export type FaultSpec = string | { readonly [field: string]: unknown };

/** Settings by the names they have on the command line. Numbers and yes-or-no may be given as text. */
export interface SettingValues {
  /** The cassette to record to or replay from; `default` if not given. */
  readonly cassette?: string;
  /** The folder of cassettes; `cassettes` if not given. */
  readonly dir?: string;
  /** Read cassettes' files that are links out of their folder. */
  readonly 'follow-links'?: boolean | string;
  /** Where to listen; 0 takes a free port; 8480 if not given. */
  readonly port?: number | string;
  /** The address to listen on; `127.0.0.1` if not given. */
  readonly host?: string;
  /** Where to forward to, instead of the region's endpoint. */
  readonly upstream?: string;
  /** Whose credentials sign again, instead of the default chain. */
  readonly profile?: string;
  /** Keys of your own making that clients sign with, as `ID:SECRET`. */
  readonly 'client-key'?: string | readonly string[];
  /** Sign for every client, unverified; on loopback only. */
  readonly 'trust-clients'?: boolean | string;
  /** Sign more than reads for clients with a client key, or trusted ones. */
  readonly 'allow-writes'?: boolean | string;
  /** Names to answer to in `Host` besides. */
  readonly 'allow-host'?: string | readonly string[];
  /** Take tunnels for API Gateway, with a certificate of a local CA. */
  readonly intercept?: boolean | string;
  /** The folder of the local CA, instead of one in the data folder. */
  readonly 'ca-dir'?: string;
  /** Hosts that tunnels may pass to untouched, in forwarding modes. */
  readonly tunnel?: string | readonly string[];
  /** What control asks for as a bearer token; needed off loopback. */
  readonly 'admin-token'?: string;
  /** Which take answers; `sequence` if not given. */
  readonly order?: Order;
  /** Record where `CI` is set, too: asked where the mode may come from `RESTAGE_MODE`. */
  readonly 'ci-record'?: boolean | string;
  /** Let a recorded error replace a recorded 200. */
  readonly replace?: boolean | string;
  /** Operations whose answers are recorded too, though they hold logs: `TestInvokeMethod`, `TestInvokeAuthorizer`. */
  readonly 'record-operation'?: string | readonly string[];
  /** Faults to inject. */
  readonly fault?: FaultSpec | readonly FaultSpec[];
  /** A file with faults: for the command line alone. */
  readonly faults?: string;
  /** Faults that belong together, by name. */
  readonly preset?: string | readonly string[];
  /** The quota to throttle by: `aws`. */
  readonly quota?: string;
  /** Expectations of what clients do, such as `attempts<=5`. */
  readonly expect?: string | readonly string[];
  /** Makes every random choice repeatable. */
  readonly seed?: number | string;
  /** Whether the command line exits with 1 when a call was not recorded. */
  readonly 'fail-on-miss'?: boolean | string;
  /** Whether the command line exits with 1 when a recording of the cassette was never played. */
  readonly 'fail-on-unused'?: boolean | string;
  /** How the command line logs calls. */
  readonly log?: LogFormat;
  /** Built-in redactions to switch off. */
  readonly 'no-redact'?: string | readonly string[];
}
