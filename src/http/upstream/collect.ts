import type { IncomingMessage } from 'node:http';

/** Reads up to the limit; what is longer goes on as it comes, with what was read in front. */
export function collect(
  response: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | AsyncIterable<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const onData = (chunk: Uint8Array): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= maxBytes) return;
      // Whoever reads on is told of errors; until then somebody must listen.
      response.pause().off('data', onData).off('end', onEnd);
      resolve(resume(chunks, response));
    };
    const onEnd = (): void => {
      stop();
      resolve(Buffer.concat(chunks, length));
    };
    const onError = (error: Error): void => {
      stop();
      reject(error);
    };
    const onClose = (): void => onError(new Error('aborted'));
    const stop = (): void => {
      response.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    };
    if (response.destroyed) {
      reject(response.errored ?? new Error('aborted'));
      return;
    }
    response.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

async function* resume(read: readonly Uint8Array[], response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    yield* response;
  } finally {
    response.destroy();
  }
}
