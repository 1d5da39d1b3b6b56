import { createHash } from 'node:crypto';

const MAX_SLUG = 48;
const HASH_LENGTH = 12;
/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * What the cassette of a test is called, and its session: at most 64 characters that are the same file on every file system,
 * and no other test's. A plain name stays as it is; of any other a readable part does, and a hash tells it from those like it.
 */
export function cassetteNameOf(testName: string): string {
  const slug = testName
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-+|-+$/g, '');
  const plain = slug === '' || RESERVED.test(slug) ? 'test' : slug;
  return testName === plain ? testName : `${plain}.${hashOf(testName)}`;
}

function hashOf(text: string): string {
  // UTF-8 has no lone surrogates: two names that differ by one must not be the same bytes.
  return createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, HASH_LENGTH);
}
