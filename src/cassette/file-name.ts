import { createHash } from 'node:crypto';

/** An id that is the same file on every file system. */
const ORDINARY = /^[a-z0-9][a-z0-9-]{0,99}$/;
/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;
const EXTENSION = '.json';
const MAX_LENGTH = 150;
/** What belongs to no API. No id is written so: its first character would be. */
const ACCOUNT = '_account.json';

/**
 * The file that holds what is recorded of an API, or of the account. An ordinary id is the file's name; any other is written so that
 * it is safe and distinct on every file system, also one that does not tell upper from lower case: `%` and two hex
 * digits for each byte that is not a lower-case letter or digit, or `%sha256-` and its hash when that grows too long.
 */
export function fileNameOf(restApiId: string | undefined): string {
  if (restApiId === undefined) return ACCOUNT;
  if (ORDINARY.test(restApiId) && !RESERVED.test(restApiId)) return restApiId + EXTENSION;
  // Each character takes one at least: of a long one nothing need be written out.
  if (restApiId.length > MAX_LENGTH) return hashedName(restApiId);
  const bytes = [...Buffer.from(restApiId)];
  const encoded = bytes.map((byte, at) =>
    isPlain(byte) && !(at === 0 && RESERVED.test(restApiId)) ? char(byte) : hex(byte),
  );
  const name = encoded.join('');
  return name.length <= MAX_LENGTH && name !== '' ? name + EXTENSION : hashedName(restApiId);
}

/** The id of a file in a cassette, if its name tells: that of a hashed one does not. */
export function idOfFileName(fileName: string): string | undefined {
  if (!fileName.endsWith(EXTENSION) || fileName.startsWith('.')) return undefined;
  const name = fileName.slice(0, -EXTENSION.length);
  try {
    const id = decodeURIComponent(name);
    return fileNameOf(id) === fileName ? id : undefined;
  } catch {
    // Not a name that was made here.
    return undefined;
  }
}

function hashedName(restApiId: string): string {
  return `%sha256-${createHash('sha256').update(restApiId).digest('hex')}${EXTENSION}`;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
}

function char(byte: number): string {
  return String.fromCharCode(byte);
}

function hex(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}

/** Whether a file of this name is one of a cassette's. */
export function isRecordings(fileName: string): boolean {
  return fileName === ACCOUNT || idOfFileName(fileName) !== undefined;
}
