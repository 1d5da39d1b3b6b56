import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Who waits for the end of which call: one listener of node's for all of them, however many there are. */
const waiting = new WeakMap<ServerResponse | Socket, Array<() => void>>();

/** Tells once when a call is over: its answer has left, or its client has gone. */
export function whenOver(socket: Socket, response: ServerResponse | undefined, listener: () => void): void {
  if (socket.destroyed) {
    listener();
    return;
  }
  const call = response ?? socket;
  const known = waiting.get(call);
  if (known !== undefined) {
    known.push(listener);
    return;
  }
  const listeners = [listener];
  waiting.set(call, listeners);
  const over = (): void => {
    socket.off('close', over);
    response?.off('close', over);
    waiting.delete(call);
    for (const each of listeners) each();
  };
  // A response that waits for its turn is not told of the end of its connection.
  socket.once('close', over);
  response?.once('close', over);
}
