import type { IncomingMessage } from 'node:http';
import { CallError, errorCode, reasonOf } from '../../errors.ts';
import type { ServerLimits } from './limits.ts';

/** Why node:http could not make a request of what came. */
export function describeGarbage(error: Error, { headBytes, headers }: ServerLimits): CallError {
  const code = errorCode(error);
  const [type, reason] =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? (['RequestTimeoutException', 'it took too long to send'] as const)
      : code === 'HPE_HEADER_OVERFLOW'
        ? // Newer versions of Node.js say the same of too many headers.
          ([
            'RequestTooLargeException',
            `its head has more than ${headBytes / 1024} KB, or ${headers} headers or more`,
          ] as const)
        : (['MalformedRequestException', `it is not HTTP (${reasonOf(error)})`] as const);
  return new CallError(type, `Cannot take the call: ${reason}. Correct the client.`);
}

/** Whether headers may have been dropped: node:http reads on until it has as many as it may have, or more. */
export function hasTooManyHeaders({ rawHeaders }: IncomingMessage, { headers }: ServerLimits): boolean {
  return rawHeaders.length >= 2 * headers;
}

/** Why a request with too many headers is refused. */
export function tooManyHeaders({ headers }: ServerLimits): CallError {
  return new CallError(
    'RequestTooLargeException',
    `Cannot take the call: it has ${headers} headers or more. Send fewer.`,
  );
}
