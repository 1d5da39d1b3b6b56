import { type PlannedAnswer, plannedError, plannedRendering } from '../../aws/apigateway/planned-answer.ts';
import { type ErrorSubject, serviceErrors, writeBody } from '../../aws/apigateway/service-error.ts';
import { answerWith } from '../effect.ts';
import { faultKind } from '../fault-kind.ts';
import { textOf, wholeNumberBetween } from '../parameter.ts';

/** Statuses whose answers have no body. [RFC 9110, 15.3.5, 15.3.6, 15.4.5] */
const BODILESS = [204, 205, 304];

/** Any status, with the service's own error where it has one with that status, or with any body. */
export const status = faultKind({
  describes: 'any status, with any body',
  example: 'status,code=502,body=<html>Bad Gateway</html>',
  parameters: {
    code: wholeNumberBetween(200, 599).describe('The status'),
    body: textOf('the text of the body', 100_000)
      .describe("The body; without it the service's error, or a message that names the status")
      .optional(),
  },
  findFlaw: ({ code, body }) =>
    body !== undefined && BODILESS.includes(code)
      ? { reason: `an answer with status ${code} has no body`, remedy: "Leave 'body' out" }
      : undefined,
  create: ({ code, body }) => ({ strike: (victim) => answerWith(answerOf(code, body, victim)) }),
});

function answerOf(code: number, body: string | undefined, subject: ErrorSubject): PlannedAnswer {
  if (BODILESS.includes(code)) {
    return { status: code, headers: code === 205 ? ['Content-Length', '0'] : [], body: '' };
  }
  if (body !== undefined) return plannedRendering(code, { contentType: contentTypeOf(body), body });
  const known = Object.values(serviceErrors)
    .map((make) => make(subject))
    .find((error) => error.status === code);
  if (known !== undefined) return plannedError(known);
  const message = `Injected status ${code}`;
  return plannedRendering(code, { contentType: 'application/json', body: writeBody({ message }) });
}

/** What a proxy or a load balancer would call it that answers in the service's place. */
function contentTypeOf(body: string): string {
  if (/^\s*[{[]/.test(body)) return 'application/json';
  return /^\s*</.test(body) ? 'text/html' : 'text/plain; charset=utf-8';
}
