import type { IncomingMessage } from 'node:http';
import { CallError } from '../../errors.ts';
import type { ByteBudget } from './byte-budget.ts';
import { type Fullness, GrowingBuffer } from './growing-buffer.ts';
import type { ServerLimits } from './limits.ts';

const MB = 1024 * 1024;

/** What a body may take. */
export type BodyLimits = Pick<ServerLimits, 'bodyBytes' | 'bodyWireBytes' | 'bodiesBytes'>;

/** Why a body is not read to its end. */
export type BodyObstacle = Fullness | 'scattered';

/**
 * Reads a body to its end. @returns what is to be released when the body is needed no longer, or why it was not read to
 * its end; nothing when the client has gone.
 */
export function readBody(
  request: IncomingMessage,
  { bodyBytes, bodyWireBytes }: BodyLimits,
  budget: ByteBudget,
): Promise<GrowingBuffer | BodyObstacle | undefined> {
  if (request.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const { socket } = request;
    const body = new GrowingBuffer(bodyBytes, budget);
    const readBefore = socket.bytesRead;
    const onData = (piece: Uint8Array): void => {
      const isScattered = socket.bytesRead - readBefore > bodyWireBytes;
      const obstacle = isScattered ? 'scattered' : body.append(piece);
      if (obstacle !== undefined) stop(obstacle);
    };
    const onEnd = (): void => stop(body);
    const onClose = (): void => stop(undefined);
    const stop = (result: GrowingBuffer | BodyObstacle | undefined): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (result !== body) body.release();
      resolve(result);
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

/** Why a call is refused whose body is not read to its end. */
export function refusedBody(
  obstacle: BodyObstacle,
  { bodyBytes, bodyWireBytes, bodiesBytes }: BodyLimits,
): CallError {
  switch (obstacle) {
    case 'full':
      return new CallError(
        'RequestTooLargeException',
        `Cannot take the call: its body has more than ${bodyBytes / MB} MB. Send less.`,
      );
    case 'scattered':
      return new CallError(
        'RequestTooLargeException',
        `Cannot take the call: with its chunks, its body has more than ${bodyWireBytes / MB} MB. Send larger chunks.`,
      );
    case 'crowded':
      return new CallError(
        'ServerBusyException',
        `Cannot take the call: the bodies of all calls under way have ${bodiesBytes / MB} MB together. ` +
          'Try again, or make fewer such calls at once.',
      );
  }
}
