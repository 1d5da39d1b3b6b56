import ipaddr from 'ipaddr.js';

/** What the internet's own unicast addresses begin with; `::127.0.0.1` and the like are outside of it. [RFC 4291] */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether the address is one of the public internet: not private, loopback, link-local, shared, reserved or multicast,
 * and none that leads to another address (6to4, Teredo, NAT64). IPv6 that holds an IPv4 address is judged by that.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text) || text.includes('%')) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}
