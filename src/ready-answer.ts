import { type ServiceError, writeBody } from './aws/error.ts';
import type { Rendering } from './aws/operation.ts';
import { type Answer, type Outcome, toBinary } from './call.ts';

/** The header that says how an answer came about. */
export const OUTCOME_HEADER = 'x-restage-outcome';

/** Where the ids that the service gives each answer come from. */
export interface RequestIds {
  /** `x-amzn-RequestId`: a UUID v4. */
  readonly requestId: () => string;
  /** `x-amz-apigw-id`: 16 characters, base64-like, `=` at the end. */
  readonly apiGatewayId: () => string;
}

/** An answer that only lacks the ids that no two answers share. */
export interface ReadyAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  /** A binary string: see {@link toBinary}. */
  readonly body: string;
}

/** Makes a rendered answer ready: all that can be done before there is a call. */
export function readyAnswer(status: number, rendering: Rendering, outcome: Outcome): ReadyAnswer {
  const { contentType, errorType } = rendering;
  const body = toBinary(rendering.body);
  return {
    status,
    headers: [
      'Content-Type',
      contentType,
      'Content-Length',
      String(body.length),
      ...(errorType === undefined ? [] : ['x-amzn-ErrorType', errorType]),
      OUTCOME_HEADER,
      outcome,
    ],
    body,
  };
}

/** Makes an error ready, in the service's shape. */
export function readyError(
  error: ServiceError,
  outcome: Outcome,
  headers: readonly string[] = [],
): ReadyAnswer {
  const { status, type, message } = error;
  const rendering = { contentType: 'application/json', errorType: type, body: writeBody({ message }) };
  const ready = readyAnswer(status, rendering, outcome);
  return { ...ready, headers: [...ready.headers, ...headers] };
}

/** The answer itself, with fresh ids. */
export function toAnswer(ready: ReadyAnswer, ids: RequestIds): Answer {
  const headers = ready.headers.slice();
  headers.push('x-amzn-RequestId', ids.requestId(), 'x-amz-apigw-id', ids.apiGatewayId());
  return { status: ready.status, headers, body: ready.body };
}
