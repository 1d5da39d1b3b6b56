import type { Socket } from 'node:net';

/** Whoever has fewer bytes pass in all the time it is quiet for only keeps a place. */
const FEW_BYTES = 1024;

/** What had passed through a tunnel when it was last seen to be in use, and when that was. */
interface Use {
  readonly bytes: number;
  readonly since: number;
}

/** The tunnels whose bytes pass untouched. One that is quiet cannot be told from one that is kept for later use. */
export class PassingTunnels<C extends { readonly socket: Socket }> {
  readonly #quietMs: number;
  readonly #now: () => number;
  readonly #uses = new Map<C, Use>();

  constructor(quietMs: number, now: () => number = performance.now.bind(performance)) {
    this.#quietMs = quietMs;
    this.#now = now;
  }

  add(connection: C): void {
    this.#uses.set(connection, { bytes: passedThrough(connection), since: this.#now() });
  }

  delete(connection: C): void {
    this.#uses.delete(connection);
  }

  /** The tunnel that has been quiet for the longest time, if that is long. */
  findQuiet(): C | undefined {
    const now = this.#now();
    let found: C | undefined;
    let since = now - this.#quietMs;
    for (const [connection, use] of this.#uses) {
      const bytes = passedThrough(connection);
      if (bytes - use.bytes >= FEW_BYTES) this.#uses.set(connection, { bytes, since: now });
      else if (found === undefined ? use.since <= since : use.since < since) {
        found = connection;
        since = use.since;
      }
    }
    return found;
  }
}

function passedThrough({ socket }: { readonly socket: Socket }): number {
  return socket.bytesRead + socket.bytesWritten;
}
