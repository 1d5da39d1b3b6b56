import * as z from 'zod';
import { positiveNumber, wholeNumber } from '../parameter.ts';
import { breaking } from './breaking.ts';

/** No answer, ever: the client's own timeout is all that ends it. */
export const hang = breaking(
  { describes: 'never answers; the connection stays open', example: 'hang,times=1', parameters: {} },
  (answer) => ({ ...answer, delivery: { type: 'hang' } }),
);

/** A connection that breaks: before the status line, or after the head. */
export const reset = breaking(
  {
    describes: 'resets the connection, before the status line or after the headers',
    example: 'reset,at=headers,first=1',
    parameters: {
      at: z
        .enum(['start', 'headers'], "takes 'start' or 'headers'")
        .describe('Before the status line, or after the headers')
        .default('start'),
    },
  },
  (answer, { at }) => ({ ...answer, delivery: { type: 'reset', at } }),
);

/** A connection that ends within the body. */
export const truncate = breaking(
  {
    describes: 'sends half of the body, then closes the connection',
    example: 'truncate,bytes=20',
    parameters: {
      bytes: wholeNumber.describe('How many bytes of the body are sent; half of them if absent').optional(),
    },
  },
  (answer, { bytes = Math.floor(answer.body.length / 2) }) =>
    bytes < answer.body.length ? { ...answer, delivery: { type: 'truncate', bytes } } : undefined,
);

/** A body that comes slowly, though it comes. */
export const drip = breaking(
  {
    describes: 'sends the body slowly',
    example: 'drip,bytes-per-second=50',
    parameters: {
      'bytes-per-second': positiveNumber.describe('How fast the body comes').default(100),
    },
  },
  (answer, { 'bytes-per-second': bytesPerSecond }) => ({
    ...answer,
    delivery: { type: 'drip', bytesPerSecond },
  }),
);
