import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, Call } from '../../call.ts';
import { CallError, errorCode, reasonOf } from '../../errors.ts';
import { ByteBudget } from './byte-budget.ts';
import { type Connection, Connections, isBusy } from './connections.ts';
import { sendAnswer, sizeOf } from './delivery.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { defaultServerLimits, type ServerLimits } from './limits.ts';
import { listen } from './listen.ts';
import { describeGarbage, hasTooManyHeaders, tooManyHeaders } from './malformed-request.ts';
import { type Head, readHead } from './message.ts';
import { endWithAnswer } from './raw-answer.ts';
import { readBody, refusedBody } from './read-body.ts';
import type { TunnelOpener, TunnelOpenerFactory } from './tunnel-opener.ts';
import { whenOver } from './when-over.ts';

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
  /** Answers a call that has a body from its head alone, before the body is read; nothing when it is to be read. */
  readonly screen?: (call: Call) => Answer | undefined;
  /** Told of each request that could not be taken for a call. */
  readonly onGarbage?: (error: CallError) => void;
  /** How to answer `CONNECT`: with 501 if absent. */
  readonly tunnels?: TunnelOpenerFactory | undefined;
  /** What differs from the defaults. */
  readonly limits?: Partial<ServerLimits>;
}

/** A server that accepts connections. */
export interface RunningServer {
  readonly port: number;
  /** Stops accepting, lets the calls in flight end within the time given, then closes. */
  close(graceMs: number): Promise<void>;
}

/** What is needed to answer a request. */
interface Context {
  readonly server: Server;
  readonly settings: ServerSettings;
  readonly limits: ServerLimits;
  readonly connections: Connections;
  /** Of all calls under way. */
  readonly bodies: ByteBudget;
}

/** Listens; settled when connections are accepted. @throws FailureError when that is not possible. */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const limits = { ...defaultServerLimits(), ...settings.limits };
  const server = createServer({
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    // A missing Host is refused like a wrong one, with the same words.
    requireHostHeader: false,
  });
  // What is beyond node:http drops without a word, an Origin as well: see hasTooManyHeaders.
  server.maxHeadersCount = limits.headers;
  server.timeout = limits.unreadMs;
  const connections = new Connections(limits);
  const bodies = new ByteBudget(limits.bodiesBytes);
  const context: Context = { server, settings, limits, connections, bodies };
  const tunnels = createTunnels(context);
  server.on('connection', (socket) => {
    // The TLS in a tunnel is no connection of its own.
    if (connections.of(socket) === undefined) connections.add(socket);
  });
  server.on('timeout', (socket) => connections.endIfSilent(socket));
  server.on('request', (request, response) => handle(context, request, response, false));
  server.on('checkContinue', (request, response) => handle(context, request, response, true));
  server.on('connect', (request, socket, head) => openTunnel(context, tunnels, request, socket, head));
  server.on('clientError', (error, socket) => refuseGarbage(error, socket as Socket, context));
  await listen(server, settings.host, settings.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs) => close(server, connections, graceMs),
  };
}

function createTunnels({ server, settings, limits, connections }: Context): TunnelOpener | undefined {
  return settings.tunnels?.({
    limits,
    connections,
    fail: settings.fail,
    onError: settings.onError,
    // The same server, so that all of its limits hold in tunnels too.
    readCalls: (stream) => server.emit('connection', stream),
  });
}

function handle(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  waitsForContinue: boolean,
): void {
  const { connections } = context;
  const connection = connections.of(request.socket);
  if (connection === undefined) {
    request.socket.destroy();
    return;
  }
  // What was read along with the call that was one too many.
  if (connection.isEnded) return;
  const take = () => takeCall(context, connection, request, response, waitsForContinue);
  // Answers leave in the order of the calls, one after the other: each is made when the one before it has left.
  if (!connection.isReading && !isBusy(connection)) take();
  else if (!connections.wait(connection, take)) connections.end(connection);
}

function takeCall(
  context: Context,
  connection: Connection,
  request: IncomingMessage,
  response: ServerResponse,
  waitsForContinue: boolean,
): void {
  const { settings, limits, connections } = context;
  // It was told already that nothing more is taken from it.
  if (connection.use !== 'calls' || connection.response?.shouldKeepAlive === false) return;
  const head = readHead(request, connection.peer, connection.tunnel);
  const obstacle = hasTooManyHeaders(request, limits) ? tooManyHeaders(limits) : head.obstacle;
  if (obstacle !== undefined) {
    connections.serve(connection, response);
    settings.onGarbage?.(obstacle);
    finishAndClose(context, response, settings.fail(obstacle));
    return;
  }
  if (!head.hasBody) {
    connections.serve(connection, response);
    answer(context, response, head.call);
    return;
  }
  connection.isReading = true;
  const askForBody = () => {
    if (waitsForContinue) response.writeContinue();
  };
  takeBody(context, request, head, askForBody)
    .then((body) => {
      connection.isReading = false;
      const isBody = body instanceof GrowingBuffer;
      if (isBody) whenOver(request.socket, response, () => body.release());
      if (body === undefined || connection.use !== 'calls') return;
      // Only now: who never sends all of a body must not keep a place.
      connections.serve(connection, response);
      if (isBody) answer(context, response, { ...head.call, body: body.bytes });
      else finishAndClose(context, response, body);
    })
    .catch((error) => crash(settings, response, error));
}

function answer(context: Context, response: ServerResponse, call: Call): void {
  const { settings } = context;
  try {
    const answer = settings.answer(call);
    if (!(answer instanceof Promise)) {
      finish(context, response, answer);
      return;
    }
    answer.then((late) => finish(context, response, late)).catch((error) => crash(settings, response, error));
  } catch (error) {
    crash(settings, response, error);
  }
}

/** The body of a call, or the answer to it when it is not read to its end; nothing when the client has gone. */
async function takeBody(
  { settings, limits, bodies }: Context,
  request: IncomingMessage,
  { call, contentLength }: Head,
  askForBody: () => void,
): Promise<GrowingBuffer | Answer | undefined> {
  const screened = settings.screen?.(call);
  if (screened !== undefined) return screened;
  const isTooLong = contentLength > limits.bodyBytes;
  if (!isTooLong) askForBody();
  const body = isTooLong ? 'full' : await readBody(request, limits, bodies);
  if (typeof body !== 'string') return body;
  const error = refusedBody(body, limits);
  settings.onGarbage?.(error);
  return settings.fail(error);
}

/** The rest of what the client sends is not waited for. */
function finishAndClose(context: Context, response: ServerResponse, answer: Answer): void {
  response.shouldKeepAlive = false;
  finish(context, response, answer);
}

function finish({ server, settings, connections }: Context, response: ServerResponse, answer: Answer): void {
  if (!server.listening) response.shouldKeepAlive = false;
  // The half that was sent cannot be taken back: only a broken connection says that the answer is not whole.
  sendAnswer(response, answer)?.catch((error: unknown) => {
    // That is what it is called when the client has gone: whoever listens to events does so in the end.
    if (errorCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') settings.onError(error);
    response.destroy();
  });
  // Nothing more is told of a response that has been closed: what is noted of it now would be noted for good.
  if (response.writableFinished || response.closed || response.req.socket.destroyed) return;
  const connection = connections.of(response.req.socket);
  if (connection !== undefined) connections.leaveUnread(connection, response, sizeOf(answer.body));
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

function openTunnel(
  context: Context,
  tunnels: TunnelOpener | undefined,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const { settings, limits, connections } = context;
  socket.on('error', () => socket.destroy());
  const connection = connections.of(socket);
  // What is still to be answered would get among the tunnel's own bytes.
  if (connection === undefined || isBusy(connection)) {
    socket.destroy();
    return;
  }
  connection.use = 'opening';
  connection.stream.setTimeout(0);
  if (hasTooManyHeaders(request, limits)) {
    refuse(context, connection, tooManyHeaders(limits));
    return;
  }
  if (tunnels !== undefined) {
    tunnels.open(request, connection, head);
    return;
  }
  const error = new CallError(
    'TunnelNotSupportedException',
    'Cannot open a tunnel: restage would not see the calls in it. ' +
      'Point the client at restage with AWS_ENDPOINT_URL_API_GATEWAY instead of HTTPS_PROXY.',
  );
  endWithAnswer(socket, settings.fail(error), limits.lingerMs);
}

function refuseGarbage(error: Error, socket: Socket, context: Context): void {
  const { limits, connections } = context;
  const code = errorCode(error) ?? '';
  const isTooLate = code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const connection = connections.of(socket);
  if (connection === undefined) {
    socket.destroy();
    return;
  }
  if (!isTooLate && !code.startsWith('HPE_')) {
    // The connection broke: there is nobody to be told of it.
    socket.destroy();
    return;
  }
  const isMute = isTooLate && socket.bytesRead === 0;
  // Where an earlier call is still being answered, this would be taken for its answer.
  if (isMute || !socket.writable || connection.use !== 'calls' || isBusy(connection)) {
    connections.end(connection);
    return;
  }
  refuse(context, connection, describeGarbage(error, limits));
}

/** Answers what no call can be made of, and takes nothing more from the connection. */
function refuse({ settings, limits }: Context, connection: Connection, error: CallError): void {
  connection.use = 'refused';
  settings.onGarbage?.(error);
  endWithAnswer(connection.stream, settings.fail(error), limits.lingerMs);
}

function close(server: Server, connections: Connections, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => connections.endAll(), graceMs);
    const closing = setInterval(() => {
      server.closeIdleConnections();
      connections.endUnused();
    }, CLOSING_INTERVAL_MS);
    server.close(() => {
      clearTimeout(giveUp);
      clearInterval(closing);
      resolve();
    });
    connections.endUnused();
  });
}
