import type { IncomingMessage } from 'node:http';

/** Reads up to the limit; what is longer goes on as it comes, with what was read in front. */
export async function collect(
  response: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const iterator: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length > maxBytes) return resume(chunks, iterator);
  }
  return Buffer.concat(chunks);
}

async function* resume(
  read: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
