import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isHanging } from './delivery.ts';
import { Peer } from './peer.ts';

/** What a connection is used for: calls; a tunnel that is not open yet; one that passes untouched; nothing any more. */
export type Use = 'calls' | 'opening' | 'passing' | 'refused';

/** What the calls in a tunnel have in common. */
export interface TunnelOrigin {
  /** `host:port` of the `CONNECT`. */
  readonly authority: string;
  /** `Proxy-Authorization` of the `CONNECT`. */
  readonly proxyAuthorization: string | undefined;
}

/** One connection that was accepted. */
export interface Connection {
  readonly socket: Socket;
  /** What calls are read from: the socket, or the TLS in it. */
  stream: Socket;
  /** Who is at the other end of {@link stream}. */
  peer: Peer;
  use: Use;
  /** Where its calls are for, if they come through a tunnel. */
  tunnel: TunnelOrigin | undefined;
  /** The answer to its latest call; answers leave in the order of the calls. */
  response: ServerResponse | undefined;
  /** Calls that came before the one before them was answered, and are not answered yet. */
  queued: number;
  /** Whether it was this side that ended it. */
  isEnded: boolean;
}

/** How many connections in use are passed over, at most, for each newcomer that needs a place. */
const GLANCES = 64;

/**
 * The connections that are open, within a limit. When it is reached, a newcomer takes the place of the connection that has
 * waited longest for something to do: whoever opens thousands and sends nothing, or a byte now and then, keeps nobody out.
 */
export class Connections {
  readonly #max: number;
  readonly #bySocket = new WeakMap<object, Connection>();
  /** Those that no whole call came from yet, oldest first: the first to go. */
  readonly #strangers = new Set<Connection>();
  /** All others, the longest unused first. */
  readonly #known = new Set<Connection>();
  #dialled = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** The connection that the socket, or the TLS in it, belongs to. */
  of(socket: object): Connection | undefined {
    return this.#bySocket.get(socket);
  }

  /** Takes a new connection in, or closes it when all others are in use. */
  add(socket: Socket): void {
    if (this.#isFull() && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const connection: Connection = {
      socket,
      stream: socket,
      peer: new Peer(socket),
      use: 'calls',
      tunnel: undefined,
      response: undefined,
      queued: 0,
      isEnded: false,
    };
    this.#bySocket.set(socket, connection);
    this.#strangers.add(connection);
    socket.once('close', () => this.#remove(connection));
  }

  /** Notes a call that came as a whole, and the answer that it will get. */
  serve(connection: Connection, response: ServerResponse): void {
    const before = connection.response;
    connection.response = response;
    if (before === undefined) this.#strangers.delete(connection);
    else if (!before.writableFinished) {
      connection.queued += 1;
      response.once('close', () => {
        connection.queued -= 1;
      });
    }
    this.#known.delete(connection);
    if (!connection.isEnded) this.#known.add(connection);
  }

  /** Has the calls of a connection come from the TLS in it, for the host of the tunnel. */
  secure(connection: Connection, stream: Socket, tunnel: TunnelOrigin): void {
    connection.stream = stream;
    connection.peer = new Peer(stream);
    connection.tunnel = tunnel;
    connection.use = 'calls';
    this.#bySocket.set(stream, connection);
  }

  /** Keeps the place of a connection whose bytes only pass. */
  pass(connection: Connection): void {
    connection.use = 'passing';
    this.#strangers.delete(connection);
    if (!connection.isEnded) this.#known.add(connection);
  }

  /** Asks for a place for a connection to the outside. @returns what gives it back; nothing when there is none. */
  reserve(): (() => void) | undefined {
    // Each takes two places and cannot be told to be idle: they must not take all.
    if (this.#dialled >= this.#max / 4 || (this.#isFull() && !this.#makeRoom())) return undefined;
    this.#dialled += 1;
    return () => {
      this.#dialled -= 1;
    };
  }

  /** Closes a connection. */
  end(connection: Connection): void {
    connection.isEnded = true;
    this.#remove(connection);
    connection.socket.destroy();
  }

  /**
   * Closes a connection on which nothing happened for as long as that may be: nothing was asked, or the answer was not
   * read. One that waits for its answer is kept.
   */
  endIfSilent(socket: Socket): void {
    const connection = this.of(socket);
    if (connection === undefined) socket.destroy();
    else if (!isBusy(connection) || connection.stream.writableLength > 0) this.end(connection);
  }

  /** Closes those that have no call under way, as far as node:http does not know of them. */
  endUnused(): void {
    // To node:http a connection is busy until its first call was answered, even if nothing was ever asked on it.
    for (const connections of [this.#strangers, this.#known])
      for (const connection of connections)
        if (
          connection.use !== 'calls' ||
          connection.stream.bytesRead === 0 ||
          // A call that is left hanging by a fault is never answered: it must not hold up the end.
          isHanging(connection.stream)
        )
          this.end(connection);
  }

  /** Closes all. */
  endAll(): void {
    for (const connections of [this.#strangers, this.#known])
      for (const connection of connections) this.end(connection);
  }

  #isFull(): boolean {
    return this.#strangers.size + this.#known.size + this.#dialled >= this.#max;
  }

  #makeRoom(): boolean {
    for (const connection of this.#strangers) {
      this.end(connection);
      return true;
    }
    let glances = GLANCES;
    for (const connection of this.#known) {
      if (!isBusy(connection)) {
        this.end(connection);
        return true;
      }
      glances -= 1;
      if (glances < 0) return false;
      // To the end, so that the next newcomer does not look at the same ones.
      this.#known.delete(connection);
      this.#known.add(connection);
    }
    return false;
  }

  #remove(connection: Connection): void {
    this.#strangers.delete(connection);
    this.#known.delete(connection);
  }
}

/** Whether something would be lost with the connection: a call that came as a whole and is not answered, or a tunnel. */
export function isBusy({ use, response }: Connection): boolean {
  return use === 'passing' || (response !== undefined && !response.writableFinished);
}
