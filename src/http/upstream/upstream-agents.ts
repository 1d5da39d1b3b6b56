import { EventEmitter } from 'node:events';
import { type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';
import { upstreamBounds } from '../../bounds.ts';
import { UsageError } from '../../errors.ts';
import { isLoopbackAddress } from '../../settings/settings.ts';
import { findIdentityFlaw } from './identity.ts';
import { basicAuthorization, TunnelAgent } from './tunnel-agent.ts';

/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The two agents for an origin. */
export interface AgentPair {
  /** Keeps sockets for further calls. */
  readonly kept: HttpAgent;
  /** Makes a new socket for each call, for the second try: it must not find another dead one. */
  readonly fresh: HttpAgent;
}

/** What upstreams are connected to with. */
export interface UpstreamAgents {
  /** The agents for calls to this origin: directly, or through the proxy that {@link findProxyFor} names. */
  readonly agentsFor: (origin: URL) => AgentPair;
  /** Closes the sockets that are kept for later. */
  readonly destroy: () => void;
}

/** How upstreams are connected to. */
export interface UpstreamAgentsSettings {
  /** Where all calls go, if to one place. */
  readonly upstream: URL | undefined;
  /** How long the way through a proxy may take, up to the upstream's TLS. 5 s if not given. */
  readonly connectMs?: number;
  /** What says which proxy to take: this process's own if not given. */
  readonly env?: Environment;
  /** Certificates to trust in place of those that Node.js trusts, as PEM. */
  readonly ca?: string;
}

const CONNECT_MS = 5_000;
const DIRECT_POOL = { keepAlive: true, maxSockets: upstreamBounds.places };

/**
 * Makes the agents, those for TLS and for proxies when they are first needed.
 * @throws {@link UsageError} when the environment names a proxy that cannot be used.
 */
export function createUpstreamAgents({
  upstream,
  connectMs = CONNECT_MS,
  env = process.env,
  ca,
}: UpstreamAgentsSettings): UpstreamAgents {
  const http = { kept: new HttpAgent(DIRECT_POOL), fresh: new HttpAgent() };
  const proxied = new Map<string, AgentPair>();
  let https: AgentPair | undefined;
  const makeDirect = (): AgentPair => {
    const tls = { ...servernameOf(upstream), ...trustOf(ca), checkServerIdentity: findIdentityFlaw };
    return { kept: new HttpsAgent({ ...DIRECT_POOL, ...tls }), fresh: new HttpsAgent(tls) };
  };
  const agentsFor = (origin: URL): AgentPair => {
    if (origin.protocol !== 'https:') return http;
    const proxy = findProxyFor(origin, env);
    if (proxy === undefined) {
      https ??= makeDirect();
      return https;
    }
    const known = proxied.get(proxy.href);
    if (known !== undefined) return known;
    const trust = trustOf(ca);
    const tls = { ...servernameOf(upstream), ...trust };
    const made = {
      kept: new TunnelAgent(proxy, { keepAlive: true, connectMs, tls, trust }),
      fresh: new TunnelAgent(proxy, { keepAlive: false, connectMs, tls, trust }),
    };
    proxied.set(proxy.href, made);
    return made;
  };
  // A proxy that cannot be used is better refused at the start than with each call.
  if (upstream !== undefined) agentsFor(upstream);
  return {
    agentsFor,
    destroy: () => {
      for (const { kept, fresh } of [http, ...(https === undefined ? [] : [https]), ...proxied.values()]) {
        kept.destroy();
        fresh.destroy();
      }
    },
  };
}

/**
 * The proxy to take to a URL by `HTTPS_PROXY` (or `ALL_PROXY`) and `NO_PROXY`, in either case; nothing for the direct way.
 * To an `http:` URL, and to this machine, the way is always direct, whatever the environment says.
 * @throws {@link UsageError} when what the environment names is no http or https URL. It may hold a password: it is not repeated.
 */
export function findProxyFor(url: URL, env: Environment = process.env): URL | undefined {
  if (url.protocol !== 'https:' || isLoopbackAddress(bareHostname(url))) return undefined;
  const found = inEnvironment(env, () => getProxyForUrl(url.href));
  if (found === '') return undefined;
  // What is named without a scheme gets that of the upstream from the library, where curl and others take http.
  const text = Object.values(env).includes(found) ? found : found.replace(/^https:/, 'http:');
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy !== undefined && /^https?:$/.test(proxy.protocol) && basicAuthorization(proxy) !== undefined)
    return proxy;
  throw new UsageError(
    `Cannot reach ${url.host} through the proxy that HTTPS_PROXY or ALL_PROXY names: it is no http or https URL. ` +
      'Correct or unset it, or name the host in NO_PROXY.',
  );
}

/**
 * Opens a tunnel to a port of a host through the proxy that {@link findProxyFor} names; nothing where it names none.
 * @param host a name or an address, without brackets.
 * @throws {@link UsageError} as {@link findProxyFor} does; the promise fails with {@link CallError}
 * `UpstreamUnreachableException`.
 */
export function tunnelThroughProxy(
  host: string,
  port: number,
  {
    env = process.env,
    connectMs = CONNECT_MS,
    ca,
  }: Pick<UpstreamAgentsSettings, 'env' | 'connectMs' | 'ca'> = {},
): Promise<Socket> | undefined {
  const proxy = findProxyFor(new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`), env);
  if (proxy === undefined) return undefined;
  const agent = new TunnelAgent(proxy, { keepAlive: false, connectMs, tls: {}, trust: trustOf(ca) });
  // The library does no more with a request than tell it of the tunnel.
  return agent.connect(new EventEmitter() as ClientRequest, { secureEndpoint: false, host, port });
}

/** The host name of a URL, an IPv6 address without its brackets. */
export function bareHostname(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Calls that are kept name the service's host; the certificate to expect is that of the host dialled. */
function servernameOf(upstream: URL | undefined): { servername?: string } {
  if (upstream === undefined) return {};
  // An address is no server name: with an empty one, the certificate is checked for the address.
  return { servername: isIP(bareHostname(upstream)) === 0 ? upstream.hostname : '' };
}

let lastTrust: { readonly ca: string; readonly secureContext: SecureContext } | undefined;

/** Made once: all public roots take 50 ms to read. */
function trustOf(ca: string | undefined): { secureContext?: SecureContext } {
  if (ca === undefined) return {};
  if (lastTrust?.ca !== ca) lastTrust = { ca, secureContext: createSecureContext({ ca }) };
  return { secureContext: lastTrust.secureContext };
}

/** The library reads `process.env` alone. */
function inEnvironment<T>(env: Environment, read: () => T): T {
  const own = process.env;
  if (env === own) return read();
  process.env = env;
  try {
    return read();
  } finally {
    process.env = own;
  }
}
