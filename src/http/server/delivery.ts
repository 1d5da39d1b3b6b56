import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Answer, type Body, type Delivery, headerValues } from '../../call.ts';

/** Calls the action again and again, at that many milliseconds from one another, until the function given back is called. */
export type Repeat = (action: () => void, periodMs: number) => () => void;

/** An answer on its way, its turn come: on a connection, answers leave in the order of their calls. */
interface Parcel<T extends Delivery> {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly answer: Answer;
  readonly delivery: T;
  /** None where HTTP allows none, such as to a `HEAD`. */
  readonly body: Uint8Array;
  readonly repeat: Repeat;
}

type Deliveries = { readonly [T in Delivery['type']]: (parcel: Parcel<Delivery & { type: T }>) => void };

/** How often a part of a dripping body leaves, unless the body has less than a byte for each time. */
const DRIP_PERIOD_MS = 100;
/** What leaves at once of a large body. */
const PIECE_BYTES = 32 * 1024;
/** Time for the client to read the head: some systems throw away what was not read when the reset arrives. */
const RESET_DELAY_MS = 20;
/** A timer for longer fires at once. [setTimeout] */
const LONGEST_PERIOD_MS = 2 ** 31 - 1;

/** Sockets that wait for an answer that never comes. */
const hanging = new WeakSet<Socket>();

/** Every way to bring an answer to the client. */
const deliveries: Deliveries = {
  hang: ({ socket }) => {
    hanging.add(socket).add(beneath(socket));
  },
  reset: ({ socket, response, answer, delivery, repeat }) => {
    if (delivery.at === 'start') {
      reset(socket);
      return;
    }
    sendHead(response, answer);
    socket.write('', () => {
      const stop = repeat(() => {
        stop();
        reset(socket);
      }, RESET_DELAY_MS);
    });
  },
  truncate: ({ socket, response, answer, delivery, body }) => {
    const isLengthKnown = headerValues(answer.headers, 'content-length').length > 0;
    const length = isLengthKnown ? [] : ['Content-Length', String(body.length)];
    sendHead(response, { ...answer, headers: [...answer.headers, ...length] });
    socket.write(body.subarray(0, delivery.bytes), () => socket.destroySoon());
  },
  close: ({ socket, response, answer, body }) => {
    // Said beforehand, so that the fault does not hit the client's next call too.
    response.shouldKeepAlive = false;
    sendHead(response, answer);
    // Past node:http, which may one day hold a body to its length.
    socket.write(body, () => socket.destroySoon());
  },
  drip: ({ response, answer, delivery: { bytesPerSecond }, body, repeat }) => {
    response.writeHead(answer.status, answer.headers as string[]);
    response.flushHeaders();
    const periodMs = Math.min(Math.max(DRIP_PERIOD_MS, 1000 / bytesPerSecond), LONGEST_PERIOD_MS);
    let periods = 0;
    let sent = 0;
    const stop = repeat(() => {
      periods += 1;
      const due = Math.max(sent + 1, Math.floor((periods * periodMs * bytesPerSecond) / 1000));
      response.write(body.subarray(sent, due));
      sent = due;
      if (sent < body.length) return;
      stop();
      response.end();
    }, periodMs);
    response.once('close', stop);
  },
};

/**
 * Sends an answer as its delivery says; settled when there is nothing more to do, also because the client has gone.
 * @param repeat the clock of deliveries that take time; `setInterval` if not given.
 */
export function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  repeat: Repeat = repeatByTimer,
): void | Promise<void> {
  if (answer.delivery !== undefined) return deliver(response, answer, answer.delivery, repeat);
  response.writeHead(answer.status, answer.headers as string[]);
  const { body } = answer;
  if (typeof body !== 'string' && !(body instanceof Uint8Array))
    return pipeline(Readable.from(body, { objectMode: false }), response);
  if (body.length > PIECE_BYTES) sendPieces(response, body);
  else if (typeof body === 'string') response.end(body, 'latin1');
  else response.end(body);
}

/** What lies in memory for this one client until it has taken it: what was made beforehand is there anyway. */
export function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.length : 0;
}

/**
 * A large body, piece by piece as the client takes it: node:http would copy the whole for each client that does not read,
 * and nobody could see whether one does.
 */
function sendPieces(response: ServerResponse, body: string | Uint8Array): void {
  let sent = 0;
  const send = (): void => {
    for (; sent + PIECE_BYTES < body.length; sent += PIECE_BYTES) {
      if (write(response, body, sent)) continue;
      sent += PIECE_BYTES;
      response.once('drain', send);
      return;
    }
    if (typeof body === 'string') response.end(body.slice(sent), 'latin1');
    else response.end(body.subarray(sent));
  };
  send();
}

function write(response: ServerResponse, body: string | Uint8Array, from: number): boolean {
  const to = from + PIECE_BYTES;
  return typeof body === 'string'
    ? response.write(body.slice(from, to), 'latin1')
    : response.write(body.subarray(from, to));
}

/** Whether the socket is kept open for a call that is never answered: nobody needs to wait for its end. */
export function isHanging(socket: Socket): boolean {
  return hanging.has(socket);
}

async function deliver(
  response: ServerResponse,
  answer: Answer,
  delivery: Delivery,
  repeat: Repeat,
): Promise<void> {
  const { socket } = response.req;
  const whole = await readWhole(answer.body);
  // Answers to calls before this one on the connection come first.
  if (response.socket === null) await once(response, 'socket');
  if (socket.destroyed) return;
  const body = hasBody(response, answer) ? whole : new Uint8Array();
  const bring = deliveries[delivery.type] as (parcel: Parcel<Delivery>) => void;
  bring({ response, socket, answer, delivery, body, repeat });
}

/** The head alone, and at once. What follows it is not put in chunks. */
function sendHead(response: ServerResponse, { status, headers }: Answer): void {
  response.useChunkedEncodingByDefault = false;
  response.writeHead(status, headers as string[]);
  response.flushHeaders();
}

function hasBody({ req }: ServerResponse, { status }: Answer): boolean {
  return req.method !== 'HEAD' && status !== 204 && status !== 304;
}

async function readWhole(body: Body): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body, 'latin1');
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function reset(socket: Socket): void {
  const carrier = beneath(socket);
  // Closed meanwhile, there is no connection left to reset.
  if (!carrier.destroyed) carrier.resetAndDestroy();
}

/** The TCP socket under a TLS socket, which cannot be reset itself [node: ERR_INVALID_HANDLE_TYPE]; else the socket. */
function beneath(socket: Socket): Socket {
  const parent = '_parent' in socket ? socket._parent : undefined;
  return parent instanceof Socket ? beneath(parent) : socket;
}

function repeatByTimer(action: () => void, periodMs: number): () => void {
  const timer = setInterval(action, periodMs);
  return () => clearInterval(timer);
}
