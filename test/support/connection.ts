import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection to watch, byte by byte. */
export interface Connection {
  readonly socket: Socket;
  /** What came so far, one character a byte. */
  readonly text: () => string;
  /** What came when it is at least that many bytes, or matches, or the connection ended. */
  readonly received: (expected: number | RegExp) => Promise<string>;
  /** How the other end closed it: `end` (FIN), or the code of an error such as `ECONNRESET`. */
  readonly ended: Promise<string>;
}

/** Connects to a port of this machine and sends the text; closed when the test is over. */
export function openConnection(port: number, text = ''): Connection {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  return watch(socket);
}

/** Watches a socket. */
export function watch(socket: Socket): Connection {
  let came = '';
  const listeners = new Set<() => void>();
  socket.on('data', (chunk: Buffer) => {
    came += chunk.toString('latin1');
    for (const listener of [...listeners]) listener();
  });
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('closed'));
  });
  onTestFinished(() => {
    socket.destroy();
  });
  const received = async (expected: number | RegExp) => {
    await Promise.race([
      ended,
      new Promise<void>((resolve) => {
        const look = () => {
          const isThere = typeof expected === 'number' ? came.length >= expected : expected.test(came);
          if (isThere) resolve();
        };
        listeners.add(look);
        look();
      }),
    ]);
    return came;
  };
  return { socket, text: () => came, received, ended };
}
