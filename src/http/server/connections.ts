import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isHanging } from './delivery.ts';
import type { ServerLimits } from './limits.ts';
import { PassingTunnels } from './passing-tunnels.ts';
import { Peer } from './peer.ts';
import { UnreadAnswers } from './unread-answers.ts';

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
  /** Whether the body of a call is being read. */
  isReading: boolean;
  /** What takes the calls that came before the answer to the one before them had left. */
  readonly waiting: (() => void)[];
  /** Whether it was this side that ended it. */
  isEnded: boolean;
}

/** What connections may take. */
export type ConnectionLimits = Pick<
  ServerLimits,
  'connections' | 'pipelinedCalls' | 'waitingCalls' | 'stalledMs' | 'unreadBytes'
>;

/** How many connections in use are passed over, at most, for each newcomer that needs a place. */
const GLANCES = 64;

/**
 * The connections that are open, within a limit. When it is reached, a newcomer takes the place of the connection that has
 * waited longest for something to do: whoever opens thousands and sends nothing, or a byte now and then, keeps nobody out.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #bySocket = new WeakMap<object, Connection>();
  /** Those that no whole call came from yet, oldest first: the first to go. */
  readonly #strangers = new Set<Connection>();
  /** All others, the longest unused first. */
  readonly #known = new Set<Connection>();
  readonly #unread: UnreadAnswers<Connection>;
  readonly #passing: PassingTunnels<Connection>;
  #dialled = 0;
  #waitingCalls = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.#unread = new UnreadAnswers(limits.stalledMs);
    this.#passing = new PassingTunnels(limits.stalledMs);
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
      peer: new Peer(socket, () => connection.response),
      use: 'calls',
      tunnel: undefined,
      response: undefined,
      isReading: false,
      waiting: [],
      isEnded: false,
    };
    this.#bySocket.set(socket, connection);
    this.#strangers.add(connection);
    socket.once('close', () => this.#remove(connection));
  }

  /**
   * Has a call wait for its turn: nothing is done for it before the answer to the one before it has left, so that a client
   * that asks and does not read has one answer made, and no more. @returns whether it may wait.
   */
  wait(connection: Connection, take: () => void): boolean {
    const { waiting, response } = connection;
    const { pipelinedCalls, waitingCalls } = this.#limits;
    if (waiting.length >= pipelinedCalls || this.#waitingCalls >= waitingCalls) return false;
    this.#waitingCalls += 1;
    // While a body is read, its call is not served yet.
    if (waiting.push(take) === 1 && !connection.isReading) this.#takeNext(connection, response);
    return true;
  }

  /** Notes a call that came as a whole, and the answer that it will get. */
  serve(connection: Connection, response: ServerResponse): void {
    if (connection.response === undefined) this.#strangers.delete(connection);
    connection.response = response;
    this.#known.delete(connection);
    if (!connection.isEnded) this.#known.add(connection);
    if (connection.waiting.length > 0) this.#takeNext(connection, response);
  }

  /** Notes an answer that was sent and that the client has not taken at once. */
  leaveUnread(connection: Connection, response: ServerResponse, bytes: number): void {
    this.#unread.add(connection, response, bytes);
    while (this.#unread.bytes > this.#limits.unreadBytes) {
      const stalled = this.#unread.findStalled(true);
      if (stalled === undefined) return;
      this.end(stalled);
    }
  }

  /** Has the calls of a connection come from the TLS in it, for the host of the tunnel. */
  secure(connection: Connection, stream: Socket, tunnel: TunnelOrigin): void {
    connection.stream = stream;
    connection.peer = new Peer(stream, () => connection.response);
    connection.tunnel = tunnel;
    connection.use = 'calls';
    this.#bySocket.set(stream, connection);
  }

  /** Keeps the place of a connection whose bytes only pass. */
  pass(connection: Connection): void {
    connection.use = 'passing';
    this.#strangers.delete(connection);
    if (connection.isEnded) return;
    this.#known.add(connection);
    this.#passing.add(connection);
  }

  /** Asks for a place for a connection to the outside. @returns what gives it back; nothing when there is none. */
  reserve(): (() => void) | undefined {
    // Each takes two places and is never idle to all appearance: they must not take all.
    if (this.#dialled >= this.#limits.connections / 4) {
      const quiet = this.#passing.findQuiet();
      if (quiet === undefined) return undefined;
      this.end(quiet);
    } else if (this.#isFull() && !this.#makeRoom()) return undefined;
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
    return this.#strangers.size + this.#known.size + this.#dialled >= this.#limits.connections;
  }

  #makeRoom(): boolean {
    // Where they hold many places it is no chance, and newcomers would else have only one another's.
    const isHeldByReaders = this.#unread.size > this.#limits.connections / 4;
    if (isHeldByReaders) {
      if (this.#endStalled()) return true;
      this.#unread.knock();
    }
    for (const connection of this.#strangers) {
      this.end(connection);
      return true;
    }
    return this.#endIdle() || this.#endStalled();
  }

  #endStalled(): boolean {
    const stalled = this.#unread.findStalled();
    if (stalled !== undefined) this.end(stalled);
    return stalled !== undefined;
  }

  #endIdle(): boolean {
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

  #takeNext(connection: Connection, response: ServerResponse | undefined): void {
    response?.once('close', () => {
      const take = connection.waiting.shift();
      if (take === undefined) return;
      this.#waitingCalls -= 1;
      if (!connection.stream.destroyed) take();
    });
  }

  #remove(connection: Connection): void {
    this.#strangers.delete(connection);
    this.#known.delete(connection);
    this.#unread.delete(connection);
    this.#passing.delete(connection);
    this.#waitingCalls -= connection.waiting.splice(0).length;
  }
}

/** Whether something would be lost with the connection: a call that came as a whole and is not answered, or a tunnel. */
export function isBusy({ use, response, waiting }: Connection): boolean {
  return use === 'passing' || waiting.length > 0 || (response !== undefined && !response.writableFinished);
}
