import { readFileSync } from 'node:fs';
import { serverBounds } from '../../bounds.ts';
import { errorCode } from '../../errors.ts';

/** How much of everything one client, or all of them, may take. */
export type ServerLimits = Readonly<Record<keyof typeof serverBounds, number>>;

/** Files and sockets that restage needs besides its clients' connections. */
const RESERVED_FILES = 100;

/** The limits of a server that is not told others. */
export function defaultServerLimits(): ServerLimits {
  const possible = Math.max(10, maxOpenFiles() - RESERVED_FILES);
  return { ...serverBounds, connections: Math.min(serverBounds.connections, possible) };
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
