import type { Rendering } from '../aws/apigateway/operation.ts';
import { type PlannedAnswer, plannedError, plannedRendering } from '../aws/apigateway/planned-answer.ts';
import type { ServiceError } from '../aws/apigateway/service-error.ts';
import type { Answer, Outcome } from '../call.ts';

/** The header that says how an answer came about. */
export const OUTCOME_HEADER = 'x-restage-outcome';

/** Where the ids that the service gives each answer come from. */
export interface RequestIds {
  /** `x-amzn-RequestId`: a UUID v4. */
  readonly requestId: () => string;
  /** `x-amz-apigw-id`: 16 characters, base64-like, `=` at the end. */
  readonly apiGatewayId: () => string;
}

/** Makes an answer ready: all that can be done before there is a call. */
export function readyAnswer(planned: PlannedAnswer, outcome: Outcome): PlannedAnswer {
  return { ...planned, headers: [...planned.headers, OUTCOME_HEADER, outcome] };
}

/** Makes a recorded answer ready. */
export function readyReplay(status: number, rendering: Rendering): PlannedAnswer {
  return readyAnswer(plannedRendering(status, rendering), 'replayed');
}

/** Makes an error ready, in the service's shape. */
export function readyError(
  error: ServiceError,
  outcome: Outcome,
  headers: readonly string[] = [],
): PlannedAnswer {
  return readyAnswer(plannedError(error, headers), outcome);
}

/** The answer itself, with fresh ids. */
export function toAnswer(ready: PlannedAnswer, ids: RequestIds): Answer {
  const headers = ready.headers.slice();
  headers.push('x-amzn-RequestId', ids.requestId(), 'x-amz-apigw-id', ids.apiGatewayId());
  return { status: ready.status, headers, body: ready.body, delivery: ready.delivery };
}
