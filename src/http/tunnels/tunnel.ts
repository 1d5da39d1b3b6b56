import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { CallError } from '../../errors.ts';

/** What a `CONNECT` says. */
export interface TunnelRequest {
  /** `host:port`, as it was sent. */
  readonly authority: string;
  /** Every `Host` value that was sent. */
  readonly hosts: readonly string[];
  /** Whether a browser sent it on behalf of a page. */
  readonly fromPage: boolean;
  readonly proxyAuthorization: string | undefined;
  /** Whether the other end of the connection is this machine. */
  readonly isFromLoopback: boolean;
}

/** What becomes of a `CONNECT`. */
export type TunnelDecision =
  /** The calls in it are read here, by TLS with a certificate for the host. */
  | { readonly type: 'intercept'; readonly host: string }
  /** Its bytes pass untouched. */
  | { readonly type: 'pass'; readonly host: string; readonly port: number }
  /** It is answered with an error; status 407 asks for `Proxy-Authorization`. */
  | { readonly type: 'refuse'; readonly error: CallError };

/** How to answer `CONNECT`. */
export interface TunnelSettings {
  /** Decides on a `CONNECT`. */
  readonly decide: (request: TunnelRequest) => TunnelDecision;
  /** A TLS context for the host: a certificate that its clients were told to trust. */
  readonly contextFor: (host: string) => Promise<SecureContext>;
  /** Connects to the outside; only in forwarding modes. Its rejection is the answer, 502 unless it is another CallError. */
  readonly dial: ((host: string, port: number) => Promise<Duplex>) | undefined;
  /** Told of each `CONNECT`, once; a second time of one that was to pass, and could not. */
  readonly onTunnel?: (report: TunnelReport) => void;
  /** Told of tunnels that came to nothing in their handshake: the client does not trust the certificate, most often. */
  readonly onTunnelError?: (host: string, error: Error) => void;
}

/** What became of a `CONNECT`. */
export interface TunnelReport {
  readonly authority: string;
  readonly decision: TunnelDecision;
}
