import type { IncomingMessage } from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { CallError, reasonOf } from '../../errors.ts';
import type { Connection, TunnelOrigin } from '../server/connections.ts';
import { readHead } from '../server/message.ts';
import { endWithAnswer } from '../server/raw-answer.ts';
import type { TunnelOpener, TunnelOpenerFactory, TunnelParts } from '../server/tunnel-opener.ts';
import type { TunnelDecision, TunnelRequest, TunnelSettings } from './tunnel.ts';

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** Answers `CONNECT` as the settings say. */
export function takeTunnels(settings: TunnelSettings): TunnelOpenerFactory {
  return (parts) => new Tunnels(settings, parts);
}

class Tunnels implements TunnelOpener {
  readonly #settings: TunnelSettings;
  readonly #parts: TunnelParts;

  constructor(settings: TunnelSettings, parts: TunnelParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Does what is decided on a `CONNECT`. `head`: what the client sent behind it already. */
  open(request: IncomingMessage, connection: Connection, head: Buffer): void {
    const settings = this.#settings;
    const { onError } = this.#parts;
    const { asked, obstacle } = readTunnelRequest(request, connection);
    try {
      const decision: TunnelDecision =
        obstacle === undefined ? settings.decide(asked) : { type: 'refuse', error: obstacle };
      settings.onTunnel?.({ authority: asked.authority, decision });
      if (decision.type !== 'refuse' && head.length > 0) connection.socket.unshift(head);
      this.#act(decision, asked, connection).catch((error: unknown) => this.#crash(connection, error));
    } catch (error) {
      onError(error);
      this.#refuse(connection, internalError(error));
    }
  }

  async #act(decision: TunnelDecision, asked: TunnelRequest, connection: Connection): Promise<void> {
    switch (decision.type) {
      case 'intercept':
        return this.#intercept(decision.host, asked, connection);
      case 'pass':
        return this.#pass(decision.host, decision.port, connection);
      case 'refuse':
        return this.#refuse(connection, decision.error);
    }
  }

  async #intercept(host: string, asked: TunnelRequest, connection: Connection): Promise<void> {
    const settings = this.#settings;
    const { limits, connections, readCalls } = this.#parts;
    const { socket } = connection;
    const context = await settings.contextFor(host);
    if (socket.destroyed) return;
    const origin: TunnelOrigin = {
      authority: asked.authority,
      proxyAuthorization: asked.proxyAuthorization,
    };
    const report = (reason: Error) => {
      if (!connection.isEnded) settings.onTunnelError?.(host, reason);
    };
    // A server for each tunnel, since only so the certificate is that of the tunnel's host, whatever name is asked for.
    const server = createTlsServer({
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      SNICallback: (_name, done) => done(null, context),
    });
    const giveUp = setTimeout(() => {
      report(new Error(`the TLS handshake took more than ${limits.handshakeMs / 1000} s`));
      connections.end(connection);
    }, limits.handshakeMs);
    socket.once('close', () => clearTimeout(giveUp));
    server.on('tlsClientError', (error) => {
      report(error);
      connections.end(connection);
    });
    server.on('secureConnection', (stream) => {
      clearTimeout(giveUp);
      connections.secure(connection, stream, origin);
      stream.once('close', () => {
        // Some clients look at the certificate only when the handshake is over, and hang up without a word.
        if (connection.response === undefined)
          report(new Error('the client closed the tunnel without a call in it'));
      });
      readCalls(stream);
    });
    // Else a client that hangs up in the middle of the handshake would not be noticed.
    socket.allowHalfOpen = false;
    socket.write(ESTABLISHED);
    server.emit('connection', socket);
  }

  async #pass(host: string, port: number, connection: Connection): Promise<void> {
    const settings = this.#settings;
    const { limits, connections } = this.#parts;
    const { socket } = connection;
    const refuse = (error: CallError) => {
      if (!connection.isEnded)
        settings.onTunnel?.({ authority: `${host}:${port}`, decision: { type: 'refuse', error } });
      this.#refuse(connection, error);
    };
    if (settings.dial === undefined) {
      refuse(cannotOpen(host, 'restage connects to nowhere in this mode. Use another mode'));
      return;
    }
    const giveBack = connections.reserve();
    if (giveBack === undefined) {
      refuse(cannotOpen(host, 'too many are open. Close some'));
      return;
    }
    let outside: Duplex;
    try {
      outside = await settings.dial(host, port);
    } catch (cause) {
      giveBack();
      refuse(cause instanceof CallError ? cause : unreachable(host, port, cause));
      return;
    }
    outside.once('close', giveBack);
    outside.on('error', () => outside.destroy());
    if (socket.destroyed) {
      outside.destroy();
      return;
    }
    connections.pass(connection);
    socket.once('close', () => outside.destroy());
    // Counts what goes either way.
    socket.setTimeout(limits.tunnelIdleMs, () => connections.end(connection));
    socket.write(ESTABLISHED);
    const ended = (error: unknown) => {
      if (error) connections.end(connection);
    };
    pipeline(socket, outside, ended);
    pipeline(outside, socket, ended);
  }

  #refuse(connection: Connection, error: CallError): void {
    const { fail, limits } = this.#parts;
    if (connection.stream.destroyed) return;
    const answer = fail(error);
    connection.use = 'refused';
    endWithAnswer(connection.stream, answer, limits.lingerMs);
  }

  #crash(connection: Connection, error: unknown): void {
    this.#parts.onError(error);
    this.#refuse(connection, internalError(error));
  }
}

/** Reads a `CONNECT`; `obstacle` is why it is none that can be decided on. */
function readTunnelRequest(
  request: IncomingMessage,
  connection: Connection,
): { readonly asked: TunnelRequest; readonly obstacle: CallError | undefined } {
  const { call, hasBody } = readHead(request, connection.peer);
  const asked = {
    authority: request.url ?? '',
    hosts: call.hosts,
    fromPage: call.fromPage,
    proxyAuthorization: call.proxyAuthorization,
    isFromLoopback: call.isFromLoopback(),
  };
  const obstacle =
    connection.tunnel !== undefined
      ? 'it comes through another one. Open it beside that one'
      : hasBody
        ? 'a CONNECT has no body. Correct the client'
        : undefined;
  return {
    asked,
    obstacle:
      obstacle === undefined
        ? undefined
        : new CallError('MalformedRequestException', `Cannot open a tunnel: ${obstacle}.`),
  };
}

function cannotOpen(host: string, why: string): CallError {
  return new CallError('TunnelNotAllowedException', `Cannot open a tunnel to '${host}': ${why}.`);
}

function unreachable(host: string, port: number, cause: unknown): CallError {
  return new CallError(
    'UpstreamUnreachableException',
    `Cannot open a tunnel to ${host}:${port}: ${reasonOf(cause)}. Check the network.`,
    { cause },
  );
}

function internalError(cause: unknown): CallError {
  return new CallError(
    'InternalErrorException',
    `Cannot open a tunnel: ${reasonOf(cause)}. Correct that, or report it.`,
    { cause },
  );
}
