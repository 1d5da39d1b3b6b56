import { type Agent, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type Server from 'http-proxy';
import type { UpstreamRequest } from '../../aws/signing/signer.ts';
import { upstreamBounds } from '../../bounds.ts';
import { type Call, headerEntries, headerValues, withoutHeaders } from '../../call.ts';
import {
  CallError,
  errorCode,
  isUnknownAuthority,
  reasonOf,
  remedyForUnknownAuthority,
  UsageError,
} from '../../errors.ts';
import type { UpstreamAnswer } from '../../proxy/upstream.ts';
import { ByteBudget } from '../server/byte-budget.ts';
import { type Fullness, GrowingBuffer } from '../server/growing-buffer.ts';
import { collect } from './collect.ts';
import { type Decoded, decodeBody, encodingsOf } from './content-encoding.ts';
import { Course } from './course.ts';
import { Exchange, type ExchangeLimits, type ExchangeResult } from './exchange.ts';
import { OriginPlaces, Places } from './places.ts';
import {
  bareHostname,
  createUpstreamAgents,
  type UpstreamAgents,
  type UpstreamAgentsSettings,
} from './upstream-agents.ts';

/** How long an upstream may take, and how much of its answers is held in memory. */
export type ForwarderLimits = ExchangeLimits & typeof upstreamBounds;

export const defaultLimits: ForwarderLimits = upstreamBounds;

/** What is said between two neighbours on the way; node:http says its own. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Sends signed requests to their origin, as they are. */
export class Forwarder {
  readonly #proxy: Server;
  readonly #limits: ForwarderLimits;
  readonly #agents: UpstreamAgents;
  readonly #pending = new WeakMap<IncomingMessage, Exchange>();
  readonly #places: OriginPlaces;
  readonly #unpacking: Places;
  readonly #held: ByteBudget;

  /**
   * @param upstream where all calls go, if to one place.
   * @param outbound how it is connected to, where that is not by this process's environment.
   * @throws {@link UsageError} when the environment names a proxy that cannot be used.
   */
  static async open(
    upstream: URL | undefined,
    limits: ForwarderLimits = defaultLimits,
    outbound: Pick<UpstreamAgentsSettings, 'env' | 'ca'> = {},
  ): Promise<Forwarder> {
    const agents = createUpstreamAgents({ upstream, connectMs: limits.connectMs, ...outbound });
    return new Forwarder((await import('http-proxy')).default, limits, agents);
  }

  private constructor(httpProxy: typeof Server, limits: ForwarderLimits, agents: UpstreamAgents) {
    this.#limits = limits;
    this.#agents = agents;
    this.#places = new OriginPlaces(limits.places);
    this.#unpacking = new Places(limits.unpackedAtOnce);
    this.#held = new ByteBudget(limits.heldBytes);
    this.#proxy = httpProxy.createProxyServer({
      selfHandleResponse: true,
      // The path is sent as it was signed, neither parsed nor joined with another.
      toProxy: true,
      prependPath: false,
    });
    this.#proxy.on('proxyReq', (request, message) => this.#pending.get(message)?.sending(request));
    this.#proxy.on('proxyRes', (response, message) => this.#pending.get(message)?.answered(response));
    this.#proxy.on('error', (error, message) => this.#pending.get(message)?.failed(error));
    this.#proxy.on('econnreset', (error, message) => this.#pending.get(message)?.failed(error));
  }

  /**
   * Sends the request.
   * @param wholeBody wait for the whole body, up to the limit, and decode it; otherwise it is passed on as it comes.
   * @param whenOver tells of the end of the call that this is for: nothing is asked, nor held, for a client that has gone.
   * @throws {@link CallError} `UpstreamUnreachableException`.
   */
  async forward(
    request: UpstreamRequest,
    wholeBody: boolean,
    whenOver: Call['whenOver'] = () => {},
  ): Promise<UpstreamAnswer> {
    const course = new Course(this.#limits.exchangeMs, whenOver);
    try {
      const response = await this.#exchangeInPlace(request, course);
      course.step((reason) => response.destroy(reason));
      const headers = withoutHeaders(response.rawHeaders, (name) => HOP_BY_HOP.has(name));
      const status = response.statusCode ?? 0;
      if (!(status >= 200 && status <= 599)) {
        response.destroy();
        throw new Error(`it answered with status ${String(status).padStart(3, '0')}, which is none`);
      }
      const held = wholeBody ? await collect(response, this.#limits.bufferedBytes, this.#held) : undefined;
      if (held === undefined) return { status, headers, body: this.#pass(response, response, course) };
      whenOver(() => held.release());
      if (!(held instanceof GrowingBuffer)) {
        const body = this.#pass(held.body, response, course);
        return { status, headers, body, obstacle: this.#describe(held.reason) };
      }
      const body = held.bytes;
      const decoded = await this.#decode(body, headers, course);
      course.finish();
      return { status, headers: withLength(headers, body), body, ...decoded };
    } catch (cause) {
      course.finish();
      // It names the proxy that is at fault, or the client.
      if (cause instanceof CallError) throw cause;
      if (cause instanceof UsageError)
        throw new CallError('UpstreamUnreachableException', cause.message, { cause });
      throw new CallError(
        'UpstreamUnreachableException',
        `Cannot forward the call to ${request.origin.origin}: ${describeFailure(cause)}. ${remedyFor(cause)}`,
        { cause },
      );
    }
  }

  /** Closes the sockets that are kept for later. */
  close(): void {
    this.#agents.destroy();
  }

  /** What goes on as it comes has its own time to do so. */
  #pass<T>(body: T, response: IncomingMessage, course: Course): T {
    course.limit(this.#limits.passingMs);
    response.once('close', () => course.finish());
    return body;
  }

  #describe(reason: Fullness): string {
    const { bufferedBytes, heldBytes } = this.#limits;
    return reason === 'full'
      ? `longer than ${bufferedBytes / 1024 / 1024} MB`
      : `answers of ${heldBytes / 1024 / 1024} MB are held already; record fewer at once`;
  }

  async #decode(body: Uint8Array, headers: readonly string[], course: Course): Promise<Decoded> {
    const encodings = encodingsOf(headerValues(headers, 'content-encoding').join(','));
    if (encodings.length === 0) return decodeBody(body, encodings, this.#limits);
    const giveBack = await this.#unpacking.take(course);
    return decodeBody(body, encodings, this.#limits).finally(giveBack);
  }

  async #exchangeInPlace(request: UpstreamRequest, course: Course): Promise<IncomingMessage> {
    const giveBack = await this.#places.take(request.origin.origin, course);
    try {
      const response = await this.#exchange(request, course);
      response.once('close', giveBack);
      if (response.closed) giveBack();
      return response;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async #exchange(request: UpstreamRequest, course: Course): Promise<IncomingMessage> {
    const { kept, fresh } = this.#agents.agentsFor(request.origin);
    const first = await this.#try(request, kept, course);
    if (first.response !== undefined) return first.response;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !first.wasDeadSocket) throw first.error;
    const second = await this.#try(request, fresh, course);
    if (second.response !== undefined) return second.response;
    throw second.error;
  }

  #try(request: UpstreamRequest, agent: Agent, course: Course): Promise<ExchangeResult> {
    const { origin } = request;
    const message = toMessage(request);
    return new Promise((resolve) => {
      const exchange = new Exchange(this.#limits, resolve);
      this.#pending.set(message, exchange);
      this.#proxy.web(message, NO_RESPONSE, {
        target: {
          protocol: origin.protocol,
          host: origin.host,
          hostname: bareHostname(origin),
          port: origin.port,
          pathname: null,
        },
        agent,
        buffer: bodyOf(request) as Readable,
      });
      course.step((reason) => {
        exchange.failed(reason);
        // What http-proxy takes for the end of who asked: it gives the request up.
        message.emit('aborted');
      });
    });
  }
}

/** http-proxy wants where a request came from and where its answer goes, and makes nothing of either here. */
const NO_SOCKET = new Socket();
const NO_RESPONSE = new ServerResponse(new IncomingMessage(NO_SOCKET));

/** Of a body, http-proxy wants no more than to pipe it; one that is there as a whole needs no stream for that. */
function bodyOf({ body }: UpstreamRequest): Pick<Readable, 'pipe'> {
  return {
    pipe: (destination) => {
      destination.end(body);
      return destination;
    },
  };
}

/** A request for http-proxy to send on: it takes method, path and headers from an incoming one. */
function toMessage({ method, target, headers }: UpstreamRequest): IncomingMessage {
  const message = new IncomingMessage(NO_SOCKET);
  message.method = method;
  message.url = target;
  // By name in lower case, since of two spellings of one name node:http would send the last alone.
  const grouped = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of headerEntries(headers)) {
    const known = grouped.get(name.toLowerCase());
    if (known === undefined) grouped.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  message.headers = Object.fromEntries(
    [...grouped.values()].map(({ name, values }) => [name, values.length === 1 ? values[0] : values]),
  );
  return message;
}

/** The length of a body that came in chunks: it is whole now. */
function withLength(headers: string[], body: Uint8Array): string[] {
  const isSent = body.length === 0 || headerValues(headers, 'content-length').length > 0;
  return isSent ? headers : [...headers, 'Content-Length', String(body.length)];
}

function describeFailure(cause: unknown): string {
  const code = errorCode(cause);
  const reason = reasonOf(cause);
  if (reason === 'aborted') return 'it closed the connection in the middle of its answer';
  if (reason === 'socket hang up' || code === 'ECONNRESET')
    return 'it closed the connection without an answer';
  return reason;
}

function remedyFor(cause: unknown): string {
  return isUnknownAuthority(cause)
    ? remedyForUnknownAuthority
    : "Check the network and '--upstream', or replay what is recorded.";
}
