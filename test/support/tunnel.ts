import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { onTestFinished } from 'vitest';
import type { Mode, Restage, RestageOptions } from '../../src/index.ts';
import { openWire, Wire } from './bare-server.ts';
import { recordInto } from './recorded.ts';
import { type Running, run, startService, temporaryFolder } from './restage.ts';
import { signedHeaders } from './stand-in/signed-request.ts';
import type { Credentials } from './stand-in.ts';

/** The service's host that tunnels of tests lead to. */
export const HOST = 'apigateway.us-east-1.amazonaws.com';
export const SERVICE = `https://${HOST}`;

/** Starts a restage that takes tunnels, with a CA of its own and no credentials; closed when the test is over. */
export async function intercept(mode: Mode, options: RestageOptions = {}): Promise<Running> {
  const profile = mode === 'replay' ? {} : { profile: 'does-not-exist' };
  return run(mode, { intercept: true, 'ca-dir': await temporaryFolder(), ...profile, ...options });
}

/** The same in replay, with what the stand-in answers to these targets recorded. */
export async function interceptRecorded(
  targets: readonly string[],
  options: RestageOptions = {},
): Promise<Running> {
  return intercept('replay', { dir: await recordInto(await startService(), targets), ...options });
}

/** What of a running restage its clients need to know. */
type Proxy = Pick<Restage, 'url' | 'port' | 'trust'>;

/**
 * An agent that calls the service through restage, by one tunnel that it keeps, and trusts restage's CA alone.
 * @param user `USER:PASSWORD` in the proxy's URL; none if empty.
 */
export function agentThrough(proxy: Proxy, user = ''): HttpsProxyAgent<string> {
  const url = user === '' ? proxy.url : proxy.url.replace('//', `//${user}@`);
  const agent = new HttpsProxyAgent(url, { keepAlive: true, maxSockets: 1 });
  // For the service in the tunnel; else a call that names another `Host` would ask for another certificate.
  Object.assign(agent.options, { ca: trustedBy(proxy), servername: HOST });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Opens a tunnel to the host and does TLS in it, as a client that trusts the local CA and nothing else. */
export async function openTunnel(proxy: Proxy, host = HOST, lines = ''): Promise<Wire> {
  const outer = await openWire(proxy.port);
  outer.send(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n${lines}\r\n`);
  await outer.until('HTTP/1.1 200 Connection Established\r\n\r\n');
  outer.socket.removeAllListeners('data');
  const secure = connectTls({ socket: outer.socket, servername: host, ca: trustedBy(proxy) });
  onTestFinished(() => {
    secure.destroy();
  });
  await once(secure, 'secureConnect');
  return new Wire(secure);
}

/** A signed call for the service, as it goes on the wire. */
export function callInTunnel(target: string, credentials: Credentials): string {
  const headers = Object.entries(signedHeaders(SERVICE, { target, credentials }));
  return `GET ${target} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** What a client says to its forward proxy, as `Proxy-Authorization`. */
export function proxyAuthorization(user: string, password: string): string {
  return `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`;
}

/** Asks for a tunnel, with more header lines if need be, and gives what is answered when it is refused. */
export async function askForTunnel(port: number, authority: string, lines = ''): Promise<string> {
  const wire = await openWire(port);
  const host = lines.includes('Host:') ? '' : `Host: ${authority}\r\n`;
  wire.send(`CONNECT ${authority} HTTP/1.1\r\n${host}${lines}\r\n`);
  return wire.rest();
}

function trustedBy({ trust }: Proxy): string {
  if (trust === undefined) throw new Error('Cannot trust this restage: it takes no tunnels.');
  return readFileSync(trust.certificatePath, 'utf8');
}
