import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { errorCode } from '../../errors.ts';

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** The text of a body that was sent with this `Content-Encoding`; nothing when it cannot be decoded or is too long. */
export async function decodeBody(
  body: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<string | undefined> {
  const encodings = encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  let decoded = body;
  for (const name of encodings.reverse()) {
    if (name === '' || name === 'identity') continue;
    if (!isKnown(name)) return undefined;
    try {
      decoded = await decoders[name](decoded, { maxOutputLength: maxBytes });
    } catch (error) {
      // Broken data and data that is too long are the upstream's affair: it is passed on as it came.
      if (errorCode(error) === undefined) throw error;
      return undefined;
    }
  }
  return decodeText(decoded);
}

function isKnown(name: string): name is keyof typeof decoders {
  return Object.hasOwn(decoders, name);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    // Not UTF-8: what would be stored could not be turned back into these bytes.
    return undefined;
  }
}
