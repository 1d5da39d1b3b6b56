import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Answer, errorAnswer, headerValue } from './answer.ts';

/**
 * How a call goes wrong:
 * - `reset`: the socket is reset before anything is answered. After a call on the same kept-alive socket this is
 *   what a client sees whose socket died while it was idle.
 * - `half-body`: an honest Content-Length, half of the body, then the socket is gone.
 * - `html`: a page instead of an answer, with `status` (503 if not given).
 * - `error`: an error in the service's shape, with `status` (500), `type` and `message`.
 * - `slow`: nothing until `release()` is called.
 * - `broken-gzip`: Content-Encoding gzip over bytes that cannot be unpacked.
 * - `huge`: an answer of `bytes` bytes (64 MiB), sound JSON with an empty list.
 * - `close-idle`: a whole answer that promises keep-alive, after which the socket is closed.
 */
export type FailureKind =
  | 'reset'
  | 'half-body'
  | 'html'
  | 'error'
  | 'slow'
  | 'broken-gzip'
  | 'huge'
  | 'close-idle';

/** How often, and with what. */
export interface FailureOptions {
  /** How many of the next calls; 1 if not given, `Infinity` for all. */
  readonly times?: number;
  readonly status?: number;
  readonly type?: string;
  readonly message?: string;
  readonly bytes?: number;
  /** Headers that are added to an answer of kind `html` or `error`, such as Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure that was asked for. */
export interface Failing {
  /** Ends it: calls that are held are answered, and no later call fails by it. */
  release(): void;
}

/** One request and where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly answer: Answer;
  readonly encodings: readonly Encoding[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A content encoding the stand-in can be told to use. */
export type Encoding = 'br' | 'gzip';

const PACK = { br: brotliCompressSync, gzip: gzipSync };

const ERRORS: Record<number, readonly [type: string, message: string]> = {
  400: ['BadRequestException', 'Invalid request'],
  401: ['UnauthorizedException', 'Unauthorized'],
  409: [
    'ConflictException',
    'Unable to complete operation due to concurrent modification. Please try again later.',
  ],
  429: ['TooManyRequestsException', 'Too Many Requests'],
  503: ['ServiceUnavailableException', 'Service Unavailable'],
};

/** Sends the answer whole, packed when the client asks for an encoding that is on. */
export function deliver(exchange: Exchange, extraHeaders: Readonly<Record<string, string>> = {}): void {
  const asked = headerValue(exchange.request.rawHeaders, 'accept-encoding')
    .split(',')
    .filter((each) => !/;\s*q=0(\.0*)?\s*$/.test(each))
    .map((each) => each.split(';')[0]?.trim().toLowerCase());
  const encoding = exchange.encodings.find((each) => asked.includes(each));
  const body = encoding === undefined ? exchange.answer.body : PACK[encoding](exchange.answer.body);
  const encodingHeader = encoding === undefined ? {} : { 'Content-Encoding': encoding };
  writeHead(exchange, body.length, { ...encodingHeader, ...extraHeaders });
  exchange.response.end(body);
}

function writeHead(
  { request, response, answer, now }: Exchange,
  length: number,
  extraHeaders: Readonly<Record<string, string>> = {},
): void {
  const isLast = headerValue(request.rawHeaders, 'connection').toLowerCase() === 'close';
  const errorType = answer.errorType === undefined ? {} : { 'x-amzn-ErrorType': answer.errorType };
  response.writeHead(answer.status, {
    Date: new Date(now).toUTCString(),
    'Content-Type': answer.contentType,
    'Content-Length': length,
    Connection: isLast ? 'close' : 'keep-alive',
    'x-amzn-RequestId': randomUUID(),
    ...errorType,
    ...(answer.contentDisposition !== undefined && { 'Content-Disposition': answer.contentDisposition }),
    // Eleven bytes are sixteen characters with one `=`, the form of the service's ids.
    'x-amz-apigw-id': randomBytes(11).toString('base64'),
    ...extraHeaders,
  });
}

type Delivery = (
  exchange: Exchange,
  options: FailureOptions,
  released: Promise<void>,
) => void | Promise<void>;

/** How each kind of failure treats a call. */
export const deliveries: Record<FailureKind, Delivery> = {
  reset: ({ request }) => {
    request.socket.resetAndDestroy();
  },
  'half-body': (exchange) => {
    const { body } = exchange.answer;
    writeHead(exchange, body.length);
    exchange.response.write(body.subarray(0, body.length >> 1), () => exchange.request.socket.destroy());
  },
  html: (exchange, { status = 503, headers }) => {
    const body = Buffer.from(`<html><body><h1>${status} from something in between</h1></body></html>\n`);
    deliver({ ...exchange, answer: { status, contentType: 'text/html', body } }, headers);
  },
  error: (exchange, { status = 500, type, message, headers }) => {
    const [usualType, usualMessage] = ERRORS[status] ?? ['InternalFailure', 'Internal Failure'];
    deliver(
      { ...exchange, answer: errorAnswer(status, type ?? usualType, message ?? usualMessage) },
      headers,
    );
  },
  slow: async (exchange, _options, released) => {
    await released;
    deliver(exchange);
  },
  'broken-gzip': (exchange) => {
    const packed = gzipSync(exchange.answer.body);
    // The header of ten bytes stays, so that it is taken for gzip; what follows is a reserved block type.
    packed.fill(0xff, 10);
    writeHead(exchange, packed.length, { 'Content-Encoding': 'gzip' });
    exchange.response.end(packed);
  },
  huge: async (exchange, { bytes = 64 * 1024 * 1024 }) => {
    const answer = { status: 200, contentType: 'application/json', body: Buffer.alloc(0) };
    writeHead({ ...exchange, answer }, bytes);
    await pipeline(Readable.from(paddedJson(bytes)), exchange.response);
  },
  'close-idle': (exchange) => {
    exchange.response.once('finish', () => exchange.request.socket.destroySoon());
    deliver(exchange);
  },
};

function* paddedJson(bytes: number): Generator<Buffer> {
  const [start, end] = ['{"item":[],"padding":"', '"}\n'];
  const spaces = Buffer.alloc(64 * 1024, ' ');
  yield Buffer.from(start);
  for (let left = bytes - start.length - end.length; left > 0; left -= spaces.length) {
    yield spaces.subarray(0, left);
  }
  yield Buffer.from(end);
}
