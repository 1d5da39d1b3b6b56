import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '../../call.ts';

/**
 * Writes an answer where there is no response to write it to, and closes the connection: when the client has, or once it
 * had the time given to read it. What it still sends is dropped: to close at once would make the system take the answer back.
 */
export function endWithAnswer(socket: Duplex, { status, headers, body }: Answer, lingerMs: number): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.on('error', () => socket.destroy());
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
  if (typeof body === 'string') socket.end(body, 'latin1');
  else socket.end(body instanceof Uint8Array ? body : undefined);
  socket.resume();
  const giveUp = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(giveUp));
}
