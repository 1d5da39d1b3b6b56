import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, Call } from '../call.ts';
import { CallError, errorCode, FailureError, reasonOf } from '../errors.ts';
import { isHanging, sendAnswer } from './delivery.ts';
import { readBody, readHead } from './message.ts';

const MAX_HEAD_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** SDKs keep sockets in their pools that long; whoever closes first makes the other's next call fail. */
const KEEP_ALIVE_MS = 65_000;
/** Files and sockets that restage needs besides its clients' connections. */
const RESERVED_FILES = 100;
/** How often to look, when restage stops, for connections whose last answer has ended. */
const CLOSING_INTERVAL_MS = 20;

/** Where to listen, and who answers. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly answer: (call: Call) => Answer | Promise<Answer>;
  /** Makes an answer of an error that no call came of. */
  readonly fail: (error: CallError) => Answer;
  /** Told of what went wrong after an answer had begun. */
  readonly onError: (error: unknown) => void;
}

/** A server that accepts connections. */
export interface RunningServer {
  readonly port: number;
  /** Stops accepting, lets the calls in flight end within the time given, then closes. */
  close(graceMs: number): Promise<void>;
}

/** Listens; settled when connections are accepted. @throws {@link FailureError} when that is not possible. */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A missing Host is refused like a wrong one, with the same words.
    requireHostHeader: false,
  });
  server.maxConnections = Math.max(10, maxOpenFiles() - RESERVED_FILES);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => handle(server, settings, request, response));
  server.on('connect', (_request, socket) => refuseTunnel(socket, settings));
  server.on('clientError', (error, socket) => refuseGarbage(error, socket, settings));
  await listen(server, settings);
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, sockets, graceMs),
  };
}

function handle(
  server: Server,
  settings: ServerSettings,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { call, hasBody, contentLength } = readHead(request);
  if (!hasBody) {
    try {
      const answer = settings.answer(call);
      if (!(answer instanceof Promise)) {
        finish(server, settings, response, answer);
        return;
      }
      answer
        .then((late) => finish(server, settings, response, late))
        .catch((error) => crash(settings, response, error));
    } catch (error) {
      crash(settings, response, error);
    }
    return;
  }
  answerWithBody(settings, request, call, contentLength)
    .then((answer) => finish(server, settings, response, answer))
    .catch((error) => crash(settings, response, error));
}

async function answerWithBody(
  settings: ServerSettings,
  request: IncomingMessage,
  call: Call,
  contentLength: number,
): Promise<Answer> {
  const body = contentLength > MAX_BODY_BYTES ? undefined : await readBody(request, MAX_BODY_BYTES);
  if (body !== undefined) return settings.answer({ ...call, body });
  const error = new CallError(
    'RequestTooLargeException',
    `Cannot take the call: its body has more than ${MAX_BODY_BYTES / 1024 / 1024} MB. Send less.`,
  );
  const answer = settings.fail(error);
  // The rest of the body is not waited for.
  return { ...answer, headers: [...answer.headers, 'Connection', 'close'] };
}

function finish(server: Server, settings: ServerSettings, response: ServerResponse, answer: Answer): void {
  if (!server.listening) response.shouldKeepAlive = false;
  // The half that was sent cannot be taken back: only a broken connection says that the answer is not whole.
  sendAnswer(response, answer)?.catch((error: unknown) => {
    settings.onError(error);
    response.destroy();
  });
}

/** The last resort: a mistake in restage itself must not leave a client without an answer. */
function crash(settings: ServerSettings, response: ServerResponse, error: unknown): void {
  settings.onError(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const failure = new CallError(
    'InternalErrorException',
    `Cannot answer the call: ${reasonOf(error)}. Report this.`,
  );
  void sendAnswer(response, settings.fail(failure));
}

function refuseTunnel(socket: Duplex, settings: ServerSettings): void {
  const error = new CallError(
    'TunnelNotSupportedException',
    'Cannot open a tunnel: restage would not see the calls in it. ' +
      'Point the client at restage with AWS_ENDPOINT_URL_API_GATEWAY instead of HTTPS_PROXY.',
  );
  endRaw(socket, 'Not Implemented', settings.fail(error));
}

function refuseGarbage(error: Error, socket: Duplex, settings: ServerSettings): void {
  const code = errorCode(error);
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isTooLarge = code === 'HPE_HEADER_OVERFLOW';
  const reason = isTooLarge
    ? `its head has more than ${MAX_HEAD_BYTES / 1024} KB`
    : code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'it took too long to send'
      : `it is not HTTP (${reasonOf(error)})`;
  const failure = new CallError(
    'MalformedRequestException',
    `Cannot take the call: ${reason}. Correct the client.`,
  );
  endRaw(socket, 'Bad Request', settings.fail(failure));
}

/** Writes an answer where there is no response to write it to. */
function endRaw(socket: Duplex, reason: string, { status, headers, body }: Answer): void {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.on('error', () => socket.destroy());
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
  if (typeof body === 'string') socket.end(body, 'latin1');
  else socket.end(body instanceof Uint8Array ? body : undefined);
}

function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
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

function close(server: Server, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.closeAllConnections(), graceMs);
    const closing = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of sockets) if (isHanging(socket)) socket.destroy();
    }, CLOSING_INTERVAL_MS);
    server.close(() => {
      clearTimeout(giveUp);
      clearInterval(closing);
      resolve();
    });
    // To node:http a connection is busy until its first call was answered, even if nothing was ever asked on it.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}

/** How many files this process may have open, as far as the system tells. */
function maxOpenFiles(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return line === undefined ? Number.POSITIVE_INFINITY : Number(line);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    // No such file but on Linux: 256 is the least that a system of today gives.
    return 256;
  }
}
