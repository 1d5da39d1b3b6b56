import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Tells once when a call is over: its answer has left, or its client has gone. */
export function whenOver(socket: Socket, response: ServerResponse | undefined, listener: () => void): void {
  if (socket.destroyed) {
    listener();
    return;
  }
  const over = (): void => {
    socket.off('close', over);
    response?.off('close', over);
    listener();
  };
  // A response that waits for its turn is not told of the end of its connection.
  socket.once('close', over);
  response?.once('close', over);
}
