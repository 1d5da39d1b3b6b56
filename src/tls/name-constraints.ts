/** The object identifier of the extension. [RFC 5280, 4.2.1.10] */
export const NAME_CONSTRAINTS = '2.5.29.30';

const SEQUENCE = 0x30;
const PERMITTED_SUBTREES = 0xa0;
const EXCLUDED_SUBTREES = 0xa1;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** Address and mask, all zeros: every address there is. */
const everyAddress = [Buffer.alloc(2 * 4), Buffer.alloc(2 * 16)];

/**
 * The value of a name constraints extension, as DER: host names that end in one of the suffixes, or are one, and no
 * addresses. Addresses must be excluded, since permitting names of one kind says nothing about another.
 * @param suffixes plain DNS names, without a leading dot.
 */
export function nameConstraints(suffixes: readonly string[]): Uint8Array<ArrayBuffer> {
  const permitted = suffixes.map((suffix) =>
    encode(SEQUENCE, encode(DNS_NAME, Buffer.from(suffix, 'ascii'))),
  );
  const excluded = everyAddress.map((address) => encode(SEQUENCE, encode(IP_ADDRESS, address)));
  return Uint8Array.from(
    encode(SEQUENCE, encode(PERMITTED_SUBTREES, ...permitted), encode(EXCLUDED_SUBTREES, ...excluded)),
  );
}

function encode(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...encodeLength(content.length)]), content]);
}

/** One octet up to 127; else the number of octets that follow, and the octets. */
function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}
