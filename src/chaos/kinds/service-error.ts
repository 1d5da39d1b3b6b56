import { plannedError } from '../../aws/apigateway/planned-answer.ts';
import type { ErrorSubject, ServiceError } from '../../aws/apigateway/service-error.ts';
import { answerWith } from '../effect.ts';
import { type FaultKind, faultKind } from '../fault-kind.ts';
import { wholeNumber } from '../parameter.ts';

/** A kind that answers with an error of the service. */
export function answering(
  describes: string,
  example: string,
  make: (subject: ErrorSubject) => ServiceError,
): FaultKind {
  return faultKind({
    describes,
    example,
    parameters: {},
    create: () => ({ strike: (victim) => answerWith(plannedError(make(victim))) }),
  });
}

/**
 * A kind that answers with a 429, which may say when to come back: Retry-After is in seconds; x-amz-retry-after, which
 * newer SDKs heed, in milliseconds.
 */
export function throttling(describes: string, example: string, make: () => ServiceError): FaultKind {
  return faultKind({
    describes,
    example,
    parameters: {
      'retry-after': wholeNumber.describe('Retry-After, in seconds').optional(),
      'retry-after-ms': wholeNumber.describe('x-amz-retry-after, in milliseconds').optional(),
    },
    create: (parameters) => {
      const { 'retry-after': seconds, 'retry-after-ms': ms } = parameters;
      const headers = [
        ...(seconds === undefined ? [] : ['Retry-After', String(seconds)]),
        ...(ms === undefined ? [] : ['x-amz-retry-after', String(ms)]),
      ];
      const answer = plannedError(make(), headers);
      return { strike: () => answerWith(answer) };
    },
  });
}
