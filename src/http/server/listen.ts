import type { Server } from 'node:net';
import { errorCode, FailureError, reasonOf } from '../../errors.ts';

/** Settled when the server accepts connections. @throws {@link FailureError} when that is not possible. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(cause, host, port)));
    server.listen(port, host, resolve);
  });
}

function cannotListen(cause: Error, host: string, port: number): FailureError {
  const isTaken = errorCode(cause) === 'EADDRINUSE';
  const reason = isTaken ? 'the port is taken' : reasonOf(cause);
  const remedy = isTaken
    ? "Choose another with '--port', or '--port 0' for a free one"
    : "Choose another with '--host' and '--port'";
  return new FailureError(`Cannot listen on ${host}:${port}: ${reason}. ${remedy}.`, { cause });
}
