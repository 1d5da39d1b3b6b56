import { connect, type Socket } from 'node:net';

/**
 * Holds connections to a server that never become whole calls, and opens each again when it is closed. `argv`: URL, how
 * many. Prints a line when all are open, and ends with its standard input or after two minutes.
 */
const [, , url = '', count = '2000'] = process.argv;
const port = Number(new URL(url).port);
const open = new Set<Socket>();
let isReady = false;

/** What is sent at first, and then again and again. */
const kinds: ReadonlyArray<readonly [first: string, then: string]> = [
  ['', ''],
  ['GET / HTTP/1.1\r\nHost: localhost\r\n', 'X: y\r\n'],
  ['POST /restapis HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n', 'x'],
];

for (let n = 0; n < Number(count); n += 1) hold(n);
setTimeout(() => process.exit(1), 120_000).unref();
process.stdin.on('close', () => process.exit(0)).resume();

function hold(n: number): void {
  const [first, then] = kinds[n % kinds.length] ?? ['', ''];
  const socket = connect(port, '127.0.0.1');
  let drip: NodeJS.Timeout | undefined;
  socket.on('connect', () => {
    open.add(socket);
    if (first !== '') socket.write(first);
    if (then !== '') drip = setInterval(() => socket.write(then), 2_000);
    if (open.size === Number(count) && !isReady) {
      isReady = true;
      console.log(`holding ${count} at ${url}`);
    }
  });
  // Whatever it is closed for.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearInterval(drip);
    open.delete(socket);
    setTimeout(() => hold(n), 500);
  });
  socket.resume();
}
