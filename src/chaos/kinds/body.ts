import type { PlannedAnswer } from '../../aws/apigateway/planned-answer.ts';
import { textOf, wholeNumberBetween } from '../parameter.ts';
import { breaking, replaceHeader } from './breaking.ts';

/** Far more than an answer has bytes. */
const MAX_DIFFERENCE = 1_000_000;

/** Half of the JSON under a length that is right: the object that every answer is ends nowhere. */
export const malformed = breaking(
  { describes: 'broken JSON, of the length it says', example: 'malformed,every=3', parameters: {} },
  (answer) => withBody(answer, answer.body.slice(0, Math.floor(answer.body.length / 2))),
);

/** No body, and a length that says so. */
export const empty = breaking(
  { describes: 'no body: Content-Length 0', example: 'empty,first=1', parameters: {} },
  (answer) => withBody(answer, ''),
);

/** A Content-Length that is not the body's, which is sent whole. */
export const wrongLength = breaking(
  {
    describes: 'a Content-Length that is not that of the body',
    example: 'wrong-length,by=-5',
    parameters: {
      by: wholeNumberBetween(-MAX_DIFFERENCE, MAX_DIFFERENCE)
        .refine((by) => by !== 0, 'takes a whole number other than 0')
        .describe('How many bytes more than the body has, or less')
        .default(10),
    },
  },
  (answer, { by }) => {
    const length = Math.max(answer.body.length + by, 0);
    if (length === answer.body.length) return undefined;
    const headers = replaceHeader(answer.headers, 'content-length', String(length));
    return { ...answer, headers, delivery: { type: 'close' } };
  },
);

/** The right body under a Content-Type that is not its own. */
export const wrongType = breaking(
  {
    describes: 'the right body with a wrong Content-Type',
    example: 'wrong-type,type=text/plain',
    parameters: {
      type: textOf('a media type', 100)
        .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'takes a media type in ASCII characters')
        .describe('The Content-Type')
        .default('text/html'),
    },
  },
  (answer, { type }) => ({ ...answer, headers: replaceHeader(answer.headers, 'content-type', type) }),
);

function withBody(answer: PlannedAnswer, body: string): PlannedAnswer {
  const headers = replaceHeader(answer.headers, 'content-length', String(body.length));
  return { ...answer, headers, body, isDamaged: true };
}
