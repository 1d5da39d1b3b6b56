import { readFileSync } from 'node:fs';
import { errorCode } from '../../errors.ts';

/** How much of everything one client, or all of them, may take. */
export interface ServerLimits {
  readonly headBytes: number;
  /** Headers of a request: fewer than this. */
  readonly headers: number;
  readonly bodyBytes: number;
  /** For a whole head, from the connection's or the call's first moment on. */
  readonly headMs: number;
  /** For a whole call, its body included. */
  readonly requestMs: number;
  /** How long a connection is kept that nothing is asked on. */
  readonly keepAliveMs: number;
  /** How long a client may leave an answer unread. */
  readonly unreadMs: number;
  /** How often the times of heads and calls are looked at. */
  readonly checkMs: number;
  /** For the TLS handshake in a tunnel. */
  readonly handshakeMs: number;
  /** How long a tunnel that passes untouched may be silent. */
  readonly tunnelIdleMs: number;
  /** How long a connection that was answered with a refusal is kept, for the client to read it. */
  readonly lingerMs: number;
  /** Connections at once, those to the outside for tunnels included. */
  readonly connections: number;
  /** Calls of one connection that wait behind one that is not answered yet. */
  readonly pipelinedCalls: number;
}

/** Files and sockets that restage needs besides its clients' connections. */
const RESERVED_FILES = 100;

/** The limits of a server that is not told others. */
export function defaultServerLimits(): ServerLimits {
  return {
    headBytes: 16 * 1024,
    // To node:http the size of a head is that of names and values: it lets 16,000 headers of a letter pass.
    headers: 200,
    bodyBytes: 10 * 1024 * 1024,
    headMs: 10_000,
    requestMs: 60_000,
    // SDKs keep sockets in their pools that long; whoever closes first makes the other's next call fail.
    keepAliveMs: 65_000,
    unreadMs: 120_000,
    checkMs: 2_000,
    handshakeMs: 10_000,
    tunnelIdleMs: 600_000,
    lingerMs: 1_000,
    connections: Math.max(10, maxOpenFiles() - RESERVED_FILES),
    pipelinedCalls: 100,
  };
}

/** How many files this process may have open, as far as the system tells. */
function maxOpenFiles(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return line === undefined ? Number.POSITIVE_INFINITY : Number(line);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    // No such file but on Linux: 256 is the least that a system of today gives.
    return 256;
  }
}
