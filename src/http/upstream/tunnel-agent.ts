import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import {
  CallError,
  errorCode,
  isUnknownAuthority,
  reasonOf,
  remedyForUnknownAuthority,
} from '../../errors.ts';
import { findIdentityFlaw } from './identity.ts';

/** How tunnels are made. */
export interface TunnelSettings {
  /** Whether sockets are kept for further calls. */
  readonly keepAlive: boolean;
  /** How long the way may take, up to the upstream's TLS. */
  readonly connectMs: number;
  /** For the upstream at the tunnel's end, not for the proxy. */
  readonly tls: { readonly servername?: string; readonly secureContext?: SecureContext };
  /** For the proxy itself, where it is spoken to by TLS. */
  readonly trust: { readonly secureContext?: SecureContext };
}

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

/**
 * Gives out connections that lead through a proxy once they are up, the upstream's TLS included. Where the proxy is at
 * fault they fail with {@link CallError} `UpstreamUnreachableException`, which names it without its credentials.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  /** Without credentials, to be shown. */
  readonly #proxy: string;
  readonly #connectMs: number;
  readonly #dialled: HttpsProxyAgent<string>['connectOpts'];

  constructor(proxy: URL, { keepAlive, connectMs, tls, trust }: TunnelSettings) {
    const shown = `${proxy.protocol}//${proxy.host}`;
    const authorization = basicAuthorization(proxy);
    const headers = authorization ? { 'Proxy-Authorization': authorization } : {};
    // Without `maxSockets`: calls that wait for a socket would wait forever once a tunnel has failed.
    super(shown, { keepAlive, noDelay: true, headers });
    this.#proxy = shown;
    this.#connectMs = connectMs;
    this.#dialled = { ...this.connectOpts, ...trust };
    this.protocol = 'https:';
    // Or the agent would guess from the call stack whether it is asked for TLS, and find no socket again that it kept.
    Object.assign(this.options, tls, { secureEndpoint: true });
  }

  override async connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), this.#connectMs);
    let status: number | undefined;
    request.once('proxyConnect', (answer: { statusCode: number }) => {
      status = answer.statusCode;
    });
    try {
      // Read by the library before it waits for anything, so each connection gets its own signal.
      this.connectOpts = Object.assign({ ...this.#dialled }, { signal: giveUp.signal });
      const socket = await super.connect(request, withIdentityCheck(options));
      if (status !== 200) throw new Error('refused');
      if (socket instanceof TLSSocket) await secured(socket);
      return socket;
    } catch (cause) {
      if (status === 200 && !giveUp.signal.aborted) throw cause;
      const reason = giveUp.signal.aborted
        ? `did not connect to it within ${this.#connectMs / 1000} s`
        : status === undefined
          ? describeFailure(cause)
          : describeRefusal(status);
      throw new CallError(
        'UpstreamUnreachableException',
        `Cannot reach ${options.host}:${options.port}: the proxy ${this.#proxy} ${reason}. ${
          isUnknownAuthority(cause)
            ? remedyForUnknownAuthority
            : 'Check HTTPS_PROXY, or name the host in NO_PROXY.'
        }`,
        // The library's own errors repeat what the proxy sent.
        errorCode(cause) === undefined ? {} : { cause },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** An address has no server name, and the library gives node no host: node would expect a certificate for `localhost`. */
function withIdentityCheck(options: ConnectOptions): ConnectOptions {
  if (!options.secureEndpoint) return options;
  const expected = options.servername || (options.host ?? '');
  return {
    ...options,
    checkServerIdentity: (_, certificate) => findIdentityFlaw(expected, certificate),
  };
}

function describeFailure(cause: unknown): string {
  return errorCode(cause) === undefined ? 'does not answer as a proxy does' : `fails (${reasonOf(cause)})`;
}

function describeRefusal(status: number): string {
  if (!(status >= 100 && status <= 599)) return 'does not answer as a proxy does';
  return status === 407
    ? 'refuses with status 407: it wants other credentials in its URL'
    : `refuses with status ${status}`;
}

/** Waits for the end of the handshake. */
function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('the connection was closed in the TLS handshake'));
    socket.once('error', reject);
    // Without an error when it is the connection below that ends.
    socket.once('close', onClose);
    socket.once('secureConnect', () => {
      socket.off('error', reject).off('close', onClose);
      resolve();
    });
  });
}

/** The Basic credentials of a proxy's URL; empty without any, nothing when they cannot be decoded. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return '';
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
