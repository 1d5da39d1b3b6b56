import { connect } from 'node:net';

/** Sends bytes to a port of this machine and gives all that comes back until the other end closes. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('error', reject);
    socket.once('end', () => resolve(answer));
  });
}

/** The head of a request that asks for the connection to be closed; headers with a list are sent several times. */
export function requestHead(
  requestLine: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
): string {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return `${requestLine} HTTP/1.1\r\n${fields.join('')}Connection: close\r\n\r\n`;
}
