import { type Delivery, type RawHeaders, toBinary } from '../../call.ts';
import type { Rendering } from './operation.ts';
import { type ServiceError, writeBody } from './service-error.ts';

/** An answer that only lacks the ids that no two answers share. */
export interface PlannedAnswer {
  readonly status: number;
  /** `Content-Type`, `Content-Length`, `x-amzn-ErrorType` and what else the answer is to have. */
  readonly headers: RawHeaders;
  /** A binary string: see {@link toBinary}. */
  readonly body: string;
  /** Whole and at once if absent. */
  readonly delivery?: Delivery | undefined;
  /** Whether a fault made a body that clients cannot read. */
  readonly isDamaged?: boolean;
}

/** A rendering as the service sends it. */
export function plannedRendering(
  status: number,
  { contentType, contentDisposition, errorType, body: content }: Rendering,
  headers: RawHeaders = [],
): PlannedAnswer {
  if (status === 204) return { status, headers, body: '' };
  const body = typeof content === 'string' ? toBinary(content) : Buffer.from(content).toString('latin1');
  return {
    status,
    headers: [
      'Content-Type',
      contentType,
      'Content-Length',
      String(body.length),
      ...(contentDisposition === undefined ? [] : ['Content-Disposition', contentDisposition]),
      ...(errorType === undefined ? [] : ['x-amzn-ErrorType', errorType]),
      ...headers,
    ],
    body,
  };
}

/** An error in the service's shape. */
export function plannedError(error: ServiceError, headers: RawHeaders = []): PlannedAnswer {
  const { status, type, message } = error;
  const rendering = { contentType: 'application/json', errorType: type, body: writeBody({ message }) };
  return plannedRendering(status, rendering, [...headers, ...(error.headers ?? [])]);
}
