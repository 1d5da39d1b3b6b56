import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from '../server/byte-budget.ts';
import { type Fullness, GrowingBuffer } from '../server/growing-buffer.ts';

/** What goes on as it comes, because it is too long, or too much is held already. */
export interface Passing {
  readonly reason: Fullness;
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives back what is held of it. */
  readonly release: () => void;
}

/** What leaves at once of what was held. */
const PIECE_BYTES = 64 * 1024;

/** Reads up to the limit, and up to what all have together; what is longer goes on as it comes, with what was read in front. */
export function collect(
  response: IncomingMessage,
  maxBytes: number,
  budget: ByteBudget,
): Promise<GrowingBuffer | Passing> {
  const held = new GrowingBuffer(maxBytes, budget);
  const passing = (reason: Fullness, next?: Uint8Array): Passing => ({
    reason,
    body: resume(held, next, response),
    release: () => held.release(),
  });
  if (Number(response.headers['content-length']) > maxBytes) return Promise.resolve(passing('full'));
  return new Promise((resolve, reject) => {
    const onData = (chunk: Uint8Array): void => {
      const reason = held.append(chunk);
      if (reason === undefined) return;
      // Whoever reads on is told of errors; until then somebody must listen.
      response.pause().off('data', onData).off('end', onEnd);
      resolve(passing(reason, chunk));
    };
    const onEnd = (): void => {
      stop();
      resolve(held);
    };
    const onError = (error: Error): void => {
      stop();
      held.release();
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

async function* resume(
  held: GrowingBuffer,
  next: Uint8Array | undefined,
  response: IncomingMessage,
): AsyncGenerator<Uint8Array> {
  try {
    const { bytes } = held;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    held.release();
    if (next !== undefined) yield next;
    yield* response;
  } finally {
    response.destroy();
  }
}
