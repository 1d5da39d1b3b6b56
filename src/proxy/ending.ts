import type { Identified } from '../aws/apigateway/operations.ts';
import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import type { ServiceError } from '../aws/apigateway/service-error.ts';
import { type Answer, type Delivery, headerValues, type Outcome } from '../call.ts';
import type { CallError } from '../errors.ts';
import { type RequestIds, readyAnswer, readyError, toAnswer } from './ready-answer.ts';

/** How a call ended. */
export interface Ending {
  readonly answer: Answer;
  readonly outcome: Outcome;
  /** The rule that answered. */
  readonly fault?: string;
  /** The rules that fired: the one that answered, and those that delayed. */
  readonly hits?: readonly string[];
  /** How long the upstream took to answer, when it was asked. */
  readonly upstreamMs?: number;
  readonly note?: string | undefined;
  /** Whether clients cannot read the answer, whatever its status. */
  readonly damaged?: boolean;
  /** What the call turned out to ask for, once what it sends along was looked at. */
  readonly asked?: Identified;
}

/** Ends a call with an error of the service or of restage. */
export function failedEnding(
  error: ServiceError | CallError,
  outcome: Outcome,
  ids: RequestIds,
  note?: string,
): Ending {
  return { answer: toAnswer(readyError(error, outcome), ids), outcome, note };
}

/** Ends a call with what a fault makes of it. */
export function faultedEnding(planned: PlannedAnswer, fault: string, ids: RequestIds): Ending {
  const damaged = planned.isDamaged === true || isDamaging(planned.delivery);
  return { answer: toAnswer(readyAnswer(planned, 'faulted'), ids), outcome: 'faulted', fault, damaged };
}

/** The status that the client saw; 0 when it saw none. */
export function statusSeen({ status, delivery }: Answer): number {
  const isUnseen = delivery?.type === 'hang' || (delivery?.type === 'reset' && delivery.at === 'start');
  return isUnseen ? 0 : status;
}

/**
 * How long the answer tells the client to wait before it tries again, in milliseconds; most answers say nothing.
 * `Retry-After` is in seconds; `x-amz-retry-after`, which newer SDKs heed, in milliseconds.
 */
export function retryAfterMsOf({ status, headers }: Answer): number | undefined {
  if (status < 400) return undefined;
  const [ms] = headerValues(headers, 'x-amz-retry-after');
  if (ms !== undefined && /^\d{1,9}$/.test(ms)) return Number(ms);
  const [seconds] = headerValues(headers, 'retry-after');
  return seconds !== undefined && /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** A body that only comes slowly is read to its end all the same. */
function isDamaging(delivery: Delivery | undefined): boolean {
  return delivery !== undefined && delivery.type !== 'drip';
}
