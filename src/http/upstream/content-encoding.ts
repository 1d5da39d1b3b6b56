import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { errorCode } from '../../errors.ts';

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** What may be unpacked. */
export interface DecodingLimits {
  /** What an answer may have, after each step. */
  readonly bufferedBytes: number;
  /** How often it may be packed over. */
  readonly encodings: number;
}

/** What a body says: a text, or the bytes of what is none; or why that cannot be told. */
export type Decoded =
  | { readonly content: string | Uint8Array; readonly obstacle?: never }
  | { readonly content?: never; readonly obstacle: string };

const CANNOT: Decoded = { obstacle: 'too long, or not to be decoded' };

/** The names in a `Content-Encoding` that say that something was done. */
export function encodingsOf(contentEncoding: string): string[] {
  return contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
}

/** The text of a body that was packed in this order, as far as that is within the limits. */
export async function decodeBody(
  body: Uint8Array,
  encodings: readonly string[],
  { bufferedBytes, encodings: maxEncodings }: DecodingLimits,
): Promise<Decoded> {
  if (encodings.length > maxEncodings)
    return { obstacle: `packed ${encodings.length} times over, more than ${maxEncodings}` };
  let decoded = body;
  for (const name of encodings.toReversed()) {
    if (!isKnown(name)) return CANNOT;
    try {
      decoded = await decoders[name](decoded, { maxOutputLength: bufferedBytes });
    } catch (error) {
      // Broken data and data that is too long are the upstream's affair: it is passed on as it came.
      if (errorCode(error) === undefined) throw error;
      return CANNOT;
    }
  }
  return decodeText(decoded);
}

function isKnown(name: string): name is keyof typeof decoders {
  return Object.hasOwn(decoders, name);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): Decoded {
  try {
    return { content: utf8.decode(bytes) };
  } catch {
    // Not UTF-8: a text could not be turned back into these bytes.
    return { content: bytes };
  }
}
