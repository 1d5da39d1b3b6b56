import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';

/** Answers every call with `hello` over TLS on 127.0.0.1, until the test is over; gives the port. */
export async function startTlsServer(contextFor: (host: string) => Promise<SecureContext>): Promise<number> {
  const server = createServer(
    {
      SNICallback: (host, done) => {
        contextFor(host).then((context) => done(null, context), done);
      },
    },
    (_request, response) => response.end('hello'),
  );
  // A client that does not trust the certificate goes away in the middle.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What a client that trusts these roots alone gets to see as the certificate of the host; fails when it is refused. */
export async function shakeHands(port: number, host: string, ca: string): Promise<PeerCertificate> {
  return peerOf(connect({ port, host: '127.0.0.1', servername: host, ca }));
}

/** The same for a client that trusts everybody, whatever the clock says. */
export async function lookAt(port: number, host: string): Promise<PeerCertificate> {
  return peerOf(connect({ port, host: '127.0.0.1', servername: host, rejectUnauthorized: false }));
}

async function peerOf(socket: TLSSocket): Promise<PeerCertificate> {
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}
