import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Restage } from '../../src/index.ts';
import { openWire, Wire } from './bare-server.ts';

/** What a client says to its forward proxy, as `Proxy-Authorization`. */
export function proxyAuthorization(user: string, password: string): string {
  return `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`;
}

/** Asks for a tunnel, with more header lines if need be, and gives what is answered when it is refused. */
export async function askForTunnel(port: number, authority: string, lines = ''): Promise<string> {
  const wire = await openWire(port);
  wire.send(
    `CONNECT ${authority} HTTP/1.1\r\n${lines.includes('Host:') ? '' : `Host: ${authority}\r\n`}${lines}\r\n`,
  );
  return wire.rest();
}

/** Opens a tunnel to the host and does TLS in it, as a client that trusts the local CA and nothing else. */
export async function openTunnel({ port, trust }: Restage, host: string, lines = ''): Promise<Wire> {
  const outer = await openWire(port);
  outer.send(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n${lines}\r\n`);
  await outer.until('HTTP/1.1 200 Connection Established\r\n\r\n');
  outer.socket.removeAllListeners('data');
  const secure = connectTls({
    socket: outer.socket,
    servername: host,
    ca: readFileSync(trust?.certificatePath ?? '', 'utf8'),
  });
  onTestFinished(() => {
    secure.destroy();
  });
  await new Promise((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));
  return new Wire(secure);
}
