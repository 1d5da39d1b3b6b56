import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../../../src/http/tunnels/public-address.ts';

/** First and last address of each special range, and the public neighbours where there are some. */
const ranges: ReadonlyArray<[before: string, first: string, last: string, after: string]> = [
  ['', '0.0.0.0', '0.255.255.255', '1.0.0.0'],
  ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
  ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
  ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
  ['168.63.129.15', '168.63.129.16', '168.63.129.16', '168.63.129.17'],
  ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
  ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
  ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
  ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
  ['192.31.195.255', '192.31.196.0', '192.31.196.255', '192.31.197.0'],
  ['192.52.192.255', '192.52.193.0', '192.52.193.255', '192.52.194.0'],
  ['192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0'],
  ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
  ['192.175.47.255', '192.175.48.0', '192.175.48.255', '192.175.49.0'],
  ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
  ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
  ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
  ['223.255.255.255', '224.0.0.0', '255.255.255.255', ''],
  ['', '100::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2000::'],
  ['2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:1::', '2001:1ff:ffff:ffff::', '2001:200::'],
  ['2001:db7:ffff::', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::'],
  ['2620:4f:7fff::', '2620:4f:8000::', '2620:4f:8000:ffff:ffff::', '2620:4f:8001::'],
  ['3ffe:ffff::', '3fff::', '3fff:fff:ffff::', '3fff:1000::'],
  ['3fff:ffff:ffff::', '4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', ''],
];

type Bytes = readonly [number, number, number, number];

/** IPv6 that leads to an IPv4 address, of its four bytes. */
const embeddings: Readonly<Record<string, (...bytes: Bytes) => string>> = {
  'IPv4-mapped': (...bytes) => `::ffff:${words(...bytes)}`,
  'IPv4-compatible': (...bytes) => `::${words(...bytes)}`,
  'IPv4-translated': (...bytes) => `::ffff:0:${words(...bytes)}`,
  NAT64: (...bytes) => `64:ff9b::${words(...bytes)}`,
  '6to4': (...bytes) => `2002:${words(...bytes)}::1`,
  "6to4 of a host's own number": (...bytes) => `2002:${words(...bytes)}:0:7f00:1:a9fe:a9fe`,
  "a Teredo server's": (...bytes) => `2001:0:${words(...bytes)}:0:0:${turned(52, 94, 0, 1)}`,
  "a Teredo client's": (...bytes) => `2001:0:${words(52, 94, 0, 1)}:0:0:${turned(...bytes)}`,
};

function words(...bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString('hex');
  return `${text.slice(0, 4)}:${text.slice(4)}`;
}

function turned(...bytes: readonly number[]): string {
  return words(...bytes.map((byte) => byte ^ 0xff));
}

describe('isPublicAddress', () => {
  test.each(['52.94.0.1', '1.1.1.1', '2600:1f18::1', '2a05:d018::1', '::ffff:52.94.0.1'])(
    'knows %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each(ranges)('knows %s, and again after %s to %s, %s', (before, first, last, after) => {
    expect([first, last].map(isPublicAddress)).toEqual([false, false]);
    for (const neighbour of [before, after].filter((text) => text !== ''))
      expect(isPublicAddress(neighbour), neighbour).toBe(true);
  });

  test.each([
    ['AWS, Google, Azure and others', '169.254.169.254'],
    ['AWS, of a container', '169.254.170.2'],
    ['AWS, by IPv6', 'fd00:ec2::254'],
    ['AWS, of a pod', 'fd00:ec2::23'],
    ['Google, by IPv6', 'fd20:ce::254'],
    ['Azure, the wire server', '168.63.129.16'],
    ['Alibaba', '100.100.100.200'],
    ['Oracle', '192.0.0.192'],
    ['Oracle, by IPv6', 'fd00:c1::a9fe:a9fe'],
    ['Scaleway, by IPv6', 'fd00:42::42'],
    ['Tencent', '169.254.0.23'],
    ['OpenStack, by IPv6', 'fe80::a9fe:a9fe'],
  ])('refuses the metadata of a cloud: %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    '',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '168.4161808',
    '0xa83f8110',
    '::',
    '::1',
    '::5e:1',
    '64:ff9b:1::5e:1',
    '2001::1',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fe80::1%eth0',
    '2600:1f18::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('refuses %j', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  describe.each(Object.entries(embeddings))('judges %s by the IPv4 address in it', (_, embed) => {
    test.each<[boolean, Bytes]>([
      [true, [52, 94, 0, 1]],
      [false, [127, 0, 0, 1]],
      [false, [10, 0, 0, 1]],
      [false, [169, 254, 169, 254]],
      [false, [168, 63, 129, 16]],
    ])('%s for %j', (isPublic, bytes) => {
      expect(isPublicAddress(embed(...bytes))).toBe(isPublic);
    });

    test('whichever that is', () => {
      const byte = fc.integer({ min: 0, max: 255 });
      fc.assert(
        fc.property(
          byte,
          byte,
          byte,
          byte,
          (a, b, c, d) => isPublicAddress(embed(a, b, c, d)) === isPublicAddress(`${a}.${b}.${c}.${d}`),
        ),
      );
    });
  });
});
