import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Identity } from './certificates.ts';

/** How the proxy is to be. */
export interface ConnectProxyOptions {
  /** The port of this machine that every tunnel ends at, whatever host it is asked for. */
  readonly to: number;
  /** `user:password` to ask for; none if not given. */
  readonly credentials?: string;
  /** What it is spoken to by TLS with; in the clear if not given. */
  readonly identity?: Identity;
  /** What to answer every `CONNECT` with, in place of a tunnel; nothing at all when empty. */
  readonly answer?: string;
}

/** A proxy of a company on 127.0.0.1. */
export interface ConnectProxy {
  /** Without credentials. */
  readonly url: string;
  /** What each tunnel was asked for, `host:port`; those that were refused too. */
  readonly asked: readonly string[];
  /** Headers of each CONNECT. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  /** Resets every tunnel there is. */
  readonly resetTunnels: () => void;
  readonly close: () => Promise<void>;
}

/** Starts a proxy that tunnels; closed when the test is over. */
export async function startConnectProxy({
  to,
  credentials,
  answer,
  identity,
}: ConnectProxyOptions): Promise<ConnectProxy> {
  const asked: string[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const sockets = new Set<Duplex>();
  const keep = <T extends Duplex>(socket: T): T => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const server = identity === undefined ? createServer() : createHttpsServer(identity);
  server.on('connect', (request, client: Duplex) => {
    asked.push(request.url ?? '');
    headers.push(request.headers);
    keep(client);
    const expected = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`;
    if (answer !== undefined) {
      client.write(answer);
    } else if (credentials !== undefined && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
    } else {
      const upstream = keep(connect(to, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n')));
      upstream.pipe(client).pipe(upstream);
      upstream.once('close', () => client.destroy());
      client.once('close', () => upstream.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    });
    return closing;
  };
  onTestFinished(close);
  return {
    url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    headers,
    resetTunnels: () => {
      for (const socket of sockets) (socket as Socket).resetAndDestroy();
    },
    close,
  };
}
