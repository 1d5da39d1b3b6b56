import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Answer } from '../../call.ts';
import type { CallError } from '../../errors.ts';
import type { Connection, Connections } from './connections.ts';
import type { ServerLimits } from './limits.ts';

/** What answers `CONNECT`. */
export interface TunnelOpener {
  /** `head`: what the client sent behind it already. */
  readonly open: (request: IncomingMessage, connection: Connection, head: Buffer) => void;
}

/** What the server lends to what answers `CONNECT`. */
export interface TunnelParts {
  readonly limits: ServerLimits;
  readonly connections: Connections;
  readonly fail: (error: CallError) => Answer;
  /** Told of mistakes that no client can be told of. */
  readonly onError: (error: unknown) => void;
  /** Has calls read from the TLS in a tunnel. */
  readonly readCalls: (stream: Socket) => void;
}

/** Makes what answers `CONNECT`, for one server. */
export type TunnelOpenerFactory = (parts: TunnelParts) => TunnelOpener;
