import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { withoutSecrets } from '../../secrets.ts';
import { whenOver } from './when-over.ts';

/** Who is at the other end of a connection: what all calls on it have in common is worked out once. */
export class Peer {
  /** Tells whether it has gone. */
  readonly isGone: () => boolean;
  /** Tells whether it is on this machine. */
  readonly isLoopback: () => boolean;
  /** Tells once when the call that is under way is over: its answer has left, or it has gone. */
  readonly whenOver: (listener: () => void) => void;
  readonly #socket: Socket;
  #userAgent: string | undefined;
  #client = '';

  /** `response`: the answer to the call that is under way; there is one at a time. */
  constructor(socket: Socket, response: () => ServerResponse | undefined = () => undefined) {
    this.#socket = socket;
    this.whenOver = (listener) => whenOver(socket, response(), listener);
    this.isGone = () => socket.destroyed;
    this.isLoopback = () => isLoopback(socket.remoteAddress);
  }

  /**
   * What tells clients apart that send no invocation id: the address and the user agent. The same text for all calls of a
   * client, since much is remembered of each call, and a text of its own for each would be much to keep.
   */
  clientOf(userAgent: string): string {
    if (this.#userAgent !== userAgent) {
      this.#userAgent = userAgent;
      this.#client = `${this.#socket.remoteAddress ?? '-'} ${withoutSecrets(userAgent)}`;
    }
    return this.#client;
  }
}

function isLoopback(address: string | undefined): boolean {
  return (
    address !== undefined &&
    (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'))
  );
}
