import { z } from 'zod';
import { type ErrorSubject, type ServiceError, serviceErrors } from '../aws/error.ts';
import { plannedError } from '../aws/planned-answer.ts';
import type { Fault } from './effect.ts';
import { milliseconds, wholeNumber } from './parameter.ts';

/** A kind of fault: its name, its parameters, and what it makes of them. */
export interface FaultKind {
  readonly describes: string;
  readonly parameters: Readonly<Record<string, z.ZodType>>;
  /** Whether it may look at the victim's `draw`. */
  readonly isRandom?: boolean;
  /** Whether it may look at the victim's `original`: what is recorded is then read before the rules are asked. */
  readonly needsOriginal?: boolean;
  /** Makes a fault of parameters that were parsed already. */
  readonly create: (parameters: Readonly<Record<string, unknown>>) => Fault;
}

/** Both 429s may say when to come back. Retry-After is in seconds; x-amz-retry-after, which newer SDKs heed, in ms. */
const retryParameters = { 'retry-after': wholeNumber, 'retry-after-ms': wholeNumber };

/** Every kind of fault by its name. Another one is another row. */
export const faultKinds: Readonly<Record<string, FaultKind>> = {
  throttle: throttling('429 TooManyRequestsException', serviceErrors.tooManyRequests),
  'limit-exceeded': throttling('429 LimitExceededException', serviceErrors.limitExceeded),
  'not-found': answering('404 NotFoundException', serviceErrors.notFound),
  'bad-request': answering('400 BadRequestException', serviceErrors.badRequest),
  unauthorized: answering('401 UnauthorizedException', serviceErrors.unauthorized),
  'access-denied': answering('403 AccessDeniedException', serviceErrors.accessDenied),
  'expired-token': answering('403 ExpiredTokenException', serviceErrors.expiredToken),
  conflict: answering('409 ConflictException', serviceErrors.conflict),
  internal: answering('500 InternalFailure', serviceErrors.internal),
  unavailable: answering('503 ServiceUnavailableException', serviceErrors.unavailable),
  latency: kind({
    describes: 'waits before answering',
    isRandom: true,
    parameters: { ms: milliseconds, jitter: milliseconds.default(0) },
    create: ({ ms, jitter }) => ({
      strike: ({ draw }) => ({ type: 'delay', delayMs: ms + (jitter > 0 ? jitter * draw() : 0) }),
    }),
  }),
};

/** Binds the types of a kind's parameters to what it creates, and forgets them for the table. */
function kind<P extends Record<string, z.ZodType>>(definition: {
  describes: string;
  parameters: P;
  isRandom?: boolean;
  create: (parameters: z.infer<z.ZodObject<P>>) => Fault;
}): FaultKind {
  const schema = z.object(definition.parameters);
  return { ...definition, create: (parameters) => definition.create(schema.parse(parameters)) };
}

function answering(describes: string, make: (subject: ErrorSubject) => ServiceError): FaultKind {
  return kind({
    describes,
    parameters: {},
    create: () => ({ strike: (victim) => ({ type: 'answer', answer: plannedError(make(victim)) }) }),
  });
}

function throttling(describes: string, make: () => ServiceError): FaultKind {
  return kind({
    describes,
    parameters: {
      'retry-after': retryParameters['retry-after'].optional(),
      'retry-after-ms': retryParameters['retry-after-ms'].optional(),
    },
    create: (parameters) => {
      const { 'retry-after': seconds, 'retry-after-ms': ms } = parameters;
      const headers = [
        ...(seconds === undefined ? [] : ['Retry-After', String(seconds)]),
        ...(ms === undefined ? [] : ['x-amz-retry-after', String(ms)]),
      ];
      return { strike: () => ({ type: 'answer', answer: plannedError(make(), headers) }) };
    },
  });
}
