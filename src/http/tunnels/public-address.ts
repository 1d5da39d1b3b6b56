import ipaddr from 'ipaddr.js';

/**
 * What is not, or not for everyone, a host of the public internet.
 * [IANA IPv4 Special-Purpose Address Registry; RFC 5771 for multicast]
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a carrier's customers; Alibaba Cloud's metadata are at 100.100.100.200
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's wire server: of the public space, and answered by the machine's own host
  '169.254.0.0/16', // link-local; most clouds' metadata are at 169.254.169.254, those of containers at 169.254.170.2
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; Oracle's older metadata are at 192.0.0.192
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays, and 6a44
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved; broadcast
].map((range) => ipaddr.IPv4.parseCIDR(range));

/**
 * Of IPv6, only this is handed out to hosts of the internet. Outside of it are loopback, link-local `fe80::/10`, unique local
 * `fc00::/7` with the metadata of AWS (`fd00:ec2::254`), Google (`fd20:ce::254`), Oracle and Scaleway, and all that is reserved.
 */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** What is not for everyone in it. [IANA IPv6 Special-Purpose Address Registry] */
const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments: benchmarks, AMT, AS112, ORCHID, drone ids
  '2001:db8::/32', // documentation
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
].map((range) => ipaddr.IPv6.parseCIDR(range));

/** IPv6 that leads to an IPv4 address in it, which stands at these bytes. */
const EMBEDDING: ReadonlyArray<{
  readonly range: [ipaddr.IPv6, number];
  readonly at: readonly number[];
  /** The last of the places holds it with each bit turned. */
  readonly isObscured?: boolean;
}> = [
  { range: ipaddr.IPv6.parseCIDR('::/96'), at: [12] }, // IPv4-compatible; unspecified and loopback too [RFC 4291]
  { range: ipaddr.IPv6.parseCIDR('::ffff:0:0/96'), at: [12] }, // IPv4-mapped [RFC 4291]
  { range: ipaddr.IPv6.parseCIDR('::ffff:0:0:0/96'), at: [12] }, // IPv4-translated [RFC 2765]
  { range: ipaddr.IPv6.parseCIDR('64:ff9b::/96'), at: [12] }, // NAT64 [RFC 6052]
  { range: ipaddr.IPv6.parseCIDR('2002::/16'), at: [2] }, // 6to4 [RFC 3056]
  { range: ipaddr.IPv6.parseCIDR('2001::/32'), at: [4, 12], isObscured: true }, // Teredo: server and client [RFC 4380]
];

/**
 * Whether the address is one of the public internet: none of the special ranges, nor a cloud's own. IPv6 that leads to an
 * IPv4 address is judged by that.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text) || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv4 ? isPublicIPv4(address) : isPublicIPv6(address);
}

function isPublicIPv6(address: ipaddr.IPv6): boolean {
  const embedding = EMBEDDING.find(({ range }) => address.match(range));
  if (embedding === undefined)
    return address.match(GLOBAL_UNICAST) && !SPECIAL_IPV6.some((range) => address.match(range));
  const bytes = address.toByteArray();
  return embedding.at.every((start, i) => {
    const isTurned = embedding.isObscured === true && i === embedding.at.length - 1;
    const held = bytes.slice(start, start + 4).map((byte) => (isTurned ? byte ^ 0xff : byte));
    return isPublicIPv4(new ipaddr.IPv4(held));
  });
}

function isPublicIPv4(address: ipaddr.IPv4): boolean {
  return !SPECIAL_IPV4.some((range) => address.match(range));
}
