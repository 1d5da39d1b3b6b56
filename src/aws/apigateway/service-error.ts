import { writeJson } from '../../json.ts';
import { nameLast } from './nouns.ts';

/** An error of the service: its status, its type, and what it says. */
export interface ServiceError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Headers that the answer has besides. */
  readonly headers?: readonly string[];
}

/** The account id that stands for every account: the one of AWS's own documentation. */
export const EXAMPLE_ACCOUNT_ID = '123456789012';

/** By the beginning of a region's name, what ARNs of it begin with; `aws` elsewhere. [botocore's partitions.json] */
const PARTITIONS = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
] as const;

/** What the message of an error may name. */
export interface ErrorSubject {
  readonly method: string;
  /** What the call is about, as the path of its key; nothing for a call that is of no operation. */
  readonly path: string | undefined;
  readonly restApiId: string | undefined;
  readonly region: string | undefined;
}

/**
 * The errors that API Gateway's control plane answers with, with its own messages where recordings of the service
 * show them. Types and statuses are those of the service's model.
 */
export const serviceErrors = {
  tooManyRequests: error(429, 'TooManyRequestsException', 'Too Many Requests'),
  limitExceeded: error(429, 'LimitExceededException', 'Limit Exceeded'),
  notFound: (subject: ErrorSubject): ServiceError => ({
    status: 404,
    type: 'NotFoundException',
    message: invalidIdentifier(subject),
  }),
  badRequest: error(400, 'BadRequestException', 'Invalid request input'),
  unauthorized: error(401, 'UnauthorizedException', 'Unauthorized'),
  accessDenied: (subject: ErrorSubject): ServiceError => ({
    status: 403,
    type: 'AccessDeniedException',
    message: notAuthorized(subject),
  }),
  expiredToken: error(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
  conflict: error(
    409,
    'ConflictException',
    'Unable to complete operation due to concurrent modification. Please try again later.',
  ),
  internal: error(500, 'InternalFailure', 'Internal Failure'),
  unavailable: error(503, 'ServiceUnavailableException', 'Service Unavailable'),
  missingToken: error(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
  unrecognizedClient: error(
    403,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  invalidSignature: error(
    403,
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
      'and signing method. Consult the service documentation for details.',
  ),
} as const;

/** With the account's id for an API alone. [recordings of the service] */
function invalidIdentifier({ path, restApiId }: ErrorSubject): string {
  const named = path === undefined ? undefined : nameLast(path);
  if (named === undefined) return 'Not Found';
  const which = named.noun === 'API' ? ` ${EXAMPLE_ACCOUNT_ID}:${restApiId ?? named.id}` : '';
  return `Invalid ${named.noun} identifier specified${which}`;
}

/** Actions are methods, and what is not allowed is a path, without the version. [Service Authorization Reference] */
function notAuthorized({ method, path = '/*', region = 'us-east-1' }: ErrorSubject): string {
  const action = `apigateway:${method === 'HEAD' ? 'GET' : method}`;
  const [, partition = 'aws'] = PARTITIONS.find(([prefix]) => region.startsWith(prefix)) ?? [];
  const resource = `arn:${partition}:apigateway:${region}::${path.replace(/^\/v2(?=\/)/, '')}`;
  return (
    `User: arn:${partition}:iam::${EXAMPLE_ACCOUNT_ID}:user/restage is not authorized to perform: ${action} on resource: ` +
    `${resource} because no identity-based policy allows the ${action} action`
  );
}

function error(status: number, type: string, message: string): () => ServiceError {
  return () => ({ status, type, message });
}

/** A body as the service writes it: compact JSON and one newline. [real recordings] */
export function writeBody(fields: object): string {
  return `${writeJson(fields)}\n`;
}

/** The bare name of an error's type: some AWS services add a `:` and a link, or a `#` and a namespace. */
export function bareErrorType(type: string | undefined): string | undefined {
  const bare = type?.split(':')[0]?.split('#').at(-1)?.trim();
  return bare === '' ? undefined : bare;
}
