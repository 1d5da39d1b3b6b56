/** A host name and a port. */
export interface HostPort {
  /** Lower case, without a trailing dot. */
  readonly host: string;
  readonly port: number;
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST_PORT = new RegExp(`^(${LABEL}(?:\\.${LABEL})*)\\.?(?::([0-9]{1,5}))?$`, 'i');
/** Resolvers take a name whose last label is a number for an IPv4 address: `127.1`, `2130706433`, `0x7f000001`. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/;

/** Reads `host:port`, or `host` when there is a default port. Nothing for all else, IP addresses in any spelling included. */
export function readHostPort(text: string, defaultPort?: number): HostPort | undefined {
  if (text.length > 260) return undefined;
  const [, name, digits] = HOST_PORT.exec(text) ?? [];
  const port = digits === undefined ? defaultPort : Number(digits);
  if (name === undefined || port === undefined || port < 1 || port > 65_535) return undefined;
  const host = name.toLowerCase();
  return host.length > 253 || ENDS_IN_NUMBER.test(host) ? undefined : { host, port };
}

/** Whether the name stands for the machine itself, whatever a resolver says. [RFC 6761] */
export function isOwnName(host: string): boolean {
  return /^(?:.+\.)?localhost$/.test(host) || /^(?:localhost|ip6-localhost|ip6-loopback)(?:\.|$)/.test(host);
}
