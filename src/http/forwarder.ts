import { type ClientRequest, Agent as HttpAgent, IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { isIP, Socket } from 'node:net';
import { Readable } from 'node:stream';
import type Server from 'http-proxy';
import type { UpstreamRequest } from '../aws/signer.ts';
import { headerEntries, headerValues, withoutHeaders } from '../call.ts';
import { CallError, errorCode, reasonOf } from '../errors.ts';
import type { UpstreamAnswer } from '../exchange.ts';
import { collect } from './collect.ts';
import { decodeBody } from './content-encoding.ts';

/** How long an upstream may take, and how much of its answer is held in memory. */
export interface ForwarderLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly bufferedBytes: number;
}

export const defaultLimits: ForwarderLimits = {
  connectMs: 5_000,
  firstByteMs: 60_000,
  bufferedBytes: 8 * 1024 * 1024,
};

/** Errors of a kept-alive socket that the upstream had closed already, before it read the request. */
const DEAD_SOCKET_ERRORS = new Set(['ECONNRESET', 'EPIPE']);
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
  readonly #agents: Agents;
  /** For the second try, which must not find another dead socket. */
  readonly #freshAgents: Agents;
  readonly #pending = new WeakMap<IncomingMessage, Exchange>();

  constructor(upstream: URL | undefined, limits: ForwarderLimits = defaultLimits) {
    this.#limits = limits;
    const pool = { keepAlive: true, maxSockets: 256 };
    // Calls that are kept name the service's host; the certificate to expect is that of the host dialled.
    const servername =
      upstream === undefined || isIP(bareHostname(upstream)) !== 0 ? {} : { servername: upstream.hostname };
    this.#agents = { 'http:': new HttpAgent(pool), 'https:': new HttpsAgent({ ...pool, ...servername }) };
    this.#freshAgents = { 'http:': new HttpAgent(), 'https:': new HttpsAgent(servername) };
    this.#proxy = loadHttpProxy().createProxyServer({
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
   * @throws {@link CallError} `UpstreamUnreachableException`.
   */
  async forward(request: UpstreamRequest, wholeBody: boolean): Promise<UpstreamAnswer> {
    try {
      const response = await this.#exchange(request);
      const headers = withoutHeaders(response.rawHeaders, (name) => HOP_BY_HOP.has(name));
      const status = response.statusCode ?? 502;
      if (!wholeBody) return { status, headers, body: response, text: undefined };
      const { bufferedBytes } = this.#limits;
      const body = await collect(response, bufferedBytes);
      if (!(body instanceof Buffer)) return { status, headers, body, text: undefined };
      const encoding = headerValues(headers, 'content-encoding').join(',');
      const text = await decodeBody(body, encoding, bufferedBytes);
      return { status, headers: withLength(headers, body), body, text };
    } catch (cause) {
      throw new CallError(
        'UpstreamUnreachableException',
        `Cannot forward the call to ${request.origin.origin}: ${describeFailure(cause)}. ` +
          "Check the network and '--upstream', or replay what is recorded.",
        { cause },
      );
    }
  }

  /** Closes the sockets that are kept for later. */
  close(): void {
    for (const agents of [this.#agents, this.#freshAgents])
      for (const agent of Object.values(agents)) agent.destroy();
  }

  async #exchange(request: UpstreamRequest): Promise<IncomingMessage> {
    const first = await this.#try(request, this.#agents);
    if (first.response !== undefined) return first.response;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !first.wasDeadSocket) throw first.error;
    const second = await this.#try(request, this.#freshAgents);
    if (second.response !== undefined) return second.response;
    throw second.error;
  }

  #try(request: UpstreamRequest, agents: Agents): Promise<Result> {
    const { origin } = request;
    const protocol = origin.protocol === 'https:' ? 'https:' : 'http:';
    const message = toMessage(request);
    return new Promise((resolve) => {
      this.#pending.set(message, new Exchange(this.#limits, resolve));
      this.#proxy.web(message, new ServerResponse(message), {
        target: {
          protocol,
          host: origin.host,
          hostname: bareHostname(origin),
          port: origin.port,
          pathname: null,
        },
        agent: agents[protocol],
        buffer: Readable.from(request.body.length > 0 ? [request.body] : []),
      });
    });
  }
}

interface Agents {
  readonly 'http:': HttpAgent;
  readonly 'https:': HttpsAgent;
}

type Result =
  | { readonly response: IncomingMessage }
  | { readonly response?: never; readonly error: unknown; readonly wasDeadSocket: boolean };

/** One request under way: settled by what happens first. */
class Exchange {
  readonly #limits: ForwarderLimits;
  readonly #settle: (result: Result) => void;
  #request: ClientRequest | undefined;
  #connectTimer: NodeJS.Timeout | undefined;

  constructor(limits: ForwarderLimits, settle: (result: Result) => void) {
    this.#limits = limits;
    this.#settle = settle;
  }

  sending(request: ClientRequest): void {
    this.#request = request;
    // An upstream that switches protocols ends without an answer and without an error.
    request.once('close', () => this.failed(new Error('it closed the connection without an answer')));
    const { connectMs, firstByteMs } = this.#limits;
    // Counts idle time, so it also ends an answer that stops in the middle.
    request.setTimeout(firstByteMs, () =>
      request.destroy(new Error(`it did not answer within ${firstByteMs / 1000} s`)),
    );
    const socket = request.socket;
    if (!socket?.connecting) return;
    const giveUp = () =>
      request.destroy(new Error(`it could not be connected to within ${connectMs / 1000} s`));
    this.#connectTimer = setTimeout(giveUp, connectMs);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => clearTimeout(this.#connectTimer));
  }

  answered(response: IncomingMessage): void {
    clearTimeout(this.#connectTimer);
    this.#settle({ response });
  }

  failed(error: unknown): void {
    clearTimeout(this.#connectTimer);
    const code = errorCode(error) ?? '';
    this.#settle({
      error,
      wasDeadSocket: this.#request?.reusedSocket === true && DEAD_SOCKET_ERRORS.has(code),
    });
  }
}

/** A request for http-proxy to send on: it takes method, path and headers from an incoming one. */
function toMessage({ method, target, headers }: UpstreamRequest): IncomingMessage {
  const message = new IncomingMessage(new Socket());
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

function bareHostname(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Loads http-proxy without the warning about `util._extend` (DEP0060) that its first call prints on Node 22 and later. */
function loadHttpProxy(): typeof Server {
  const require = createRequire(import.meta.url);
  const util: { _extend: unknown } = require('node:util');
  util._extend = Object.assign;
  return require('http-proxy');
}
