import { types } from 'node:util';

/** The errors that restage answers a call with on its own account, by the type that clients see, with the status. */
const statuses = {
  /** In replay, the call is not recorded: why it is 400 stands with the miss. */
  RecordingNotFoundException: 400,
  CassetteUnreadableException: 400,
  CredentialsUnavailableException: 400,
  UpstreamUnreachableException: 502,
  CallerNotAllowedException: 403,
  WriteNotAllowedException: 403,
  TargetNotAllowedException: 400,
  LoopDetectedException: 400,
  MalformedRequestException: 400,
  RequestTooLargeException: 413,
  RequestTimeoutException: 408,
  ServerBusyException: 503,
  TunnelNotAllowedException: 403,
  TunnelNotSupportedException: 501,
  ProxyAuthenticationRequiredException: 407,
  SessionNameInvalidException: 400,
  SessionLimitExceededException: 400,
  SessionEndedException: 400,
  MemoryLimitExceededException: 400,
  SessionExistsException: 409,
  SessionNotMadeException: 409,
  SessionNotFoundException: 404,
  FaultNotFoundException: 404,
  /** Like a request that did not come: whoever waits may ask again. */
  CallsNotSeenException: 408,
  RecordingNotDiscardedException: 409,
  ControlUnauthorizedException: 401,
  ControlRequestInvalidException: 400,
  ControlNotFoundException: 404,
  ControlMethodNotAllowedException: 405,
  InternalErrorException: 500,
} as const;

export type CallErrorType = keyof typeof statuses;

/** What an error's answer says besides: how to do better. [RFC 9110] */
const challenges: Readonly<Partial<Record<CallErrorType, readonly [name: string, value: string]>>> = {
  ProxyAuthenticationRequiredException: ['Proxy-Authenticate', 'Basic realm="restage"'],
  ControlUnauthorizedException: ['WWW-Authenticate', 'Bearer realm="restage"'],
};

/** Why restage itself answers a call with an error. The message says what could not be done, why, and what to do. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly type: CallErrorType;
  readonly status: number;
  /** Headers that the answer has besides. */
  readonly headers: readonly string[];

  constructor(type: CallErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
    this.status = statuses[type];
    this.headers = challenges[type] ?? [];
  }
}

/** What was asked for on the command line, in a variable or in a file cannot be understood. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked for was understood and failed. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly exitStatus: number = 1;
}

/** A folder cannot be written. Calls can still be answered. */
export class UnwritableError extends FailureError {}

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT', 'ENOTDIR'];

/** Whether a system error says that a place cannot be written to. */
export function isUnwritable(error: unknown): boolean {
  return UNWRITABLE.includes(errorCode(error) ?? '');
}

/** What helps against a system error that kept something from being written. */
export function remedyOf(error: unknown): string {
  const code = errorCode(error) ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return "Make room, or choose another folder with '--dir'";
  if (code === 'EFBIG') return "Raise the limit on the size of files ('ulimit -f'), or record fewer calls";
  if (code === 'EMFILE' || code === 'ENFILE') return "Raise the limit on open files ('ulimit -n')";
  // What could be written but not be renamed is in a folder that can be written to.
  const isRename = isError(error) && 'syscall' in error && error.syscall === 'rename';
  if (!isRename && ['EACCES', 'EPERM', 'EROFS'].includes(code))
    return "Choose a folder that can be written to with '--dir'";
  return "Choose another folder with '--dir'";
}

/** Whether it is an error, also one of another world: Node.js's own are none of the world that jest runs tests in. */
export function isError(error: unknown): error is Error {
  return error instanceof Error || types.isNativeError(error);
}

/** The errno code of a system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An error's own words, for the reason in another error's message: without the full stop. */
export function reasonOf(error: unknown): string {
  if (!isError(error)) return String(error);
  // The message of an OpenSSL error is full of addresses and file names, and ends in a line break.
  if ('library' in error && 'reason' in error && typeof error.reason === 'string') return error.reason;
  // A connection that was tried on several addresses fails with an AggregateError that has no words of its own.
  const message =
    error.message || ('errors' in error && Array.isArray(error.errors) && reasonOf(error.errors[0]));
  return (message || error.name).replace(/\.$/, '');
}

/** What OpenSSL says of a certificate whose authority nobody knows here. [node:tls, "X509 certificate error codes"] */
const UNKNOWN_AUTHORITY = [
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** What to do where {@link isUnknownAuthority}: most often a company's proxy has put its own certificate there. */
export const remedyForUnknownAuthority =
  "Where your network has a certificate authority of its own, name a file with its certificate: 'AWS_CA_BUNDLE=FILE.pem'.";

/** Whether the error, or what caused it, is a TLS certificate of an authority that is not trusted. */
export function isUnknownAuthority(error: unknown): boolean {
  if (!isError(error)) return false;
  return UNKNOWN_AUTHORITY.includes(errorCode(error) ?? '') || isUnknownAuthority(error.cause);
}

/** `'a', 'b', 'c'`, to answer an unknown name with. */
export function listNames(names: Iterable<string>): string {
  return [...names].join(', ');
}
