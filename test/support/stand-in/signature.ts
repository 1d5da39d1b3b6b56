import { createHash } from 'node:crypto';
import aws4 from 'aws4';

/** A key pair the stand-in knows; with a `sessionToken`, requests must bring that token. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it stood on the wire. */
export interface Received {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Name, value, name, value, … */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Why a signature does not hold: the error the service names, and the reason it would not tell. */
export interface Refusal {
  readonly type:
    | 'MissingAuthenticationTokenException'
    | 'UnrecognizedClientException'
    | 'InvalidSignatureException';
  readonly reason: string;
}

interface Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const TOLERANCE_MS = 5 * 60_000;

/** Signs the request anew with aws4 and compares; gives nothing when the signature holds. `now` is epoch milliseconds. */
export function refusalOf(
  received: Received,
  known: readonly Credentials[],
  now: number,
): Refusal | undefined {
  const headers = canonicalHeaders(received.rawHeaders);
  const claim = claimOf(headers.get('authorization') ?? '');
  if (claim === undefined) return missing('no Authorization that reads as AWS4-HMAC-SHA256');

  const token = headers.get('x-amz-security-token');
  const credentials = known.find(
    ({ accessKeyId, sessionToken }) => accessKeyId === claim.accessKeyId && sessionToken === token,
  );
  if (credentials === undefined) {
    const reason = `no credentials with key "${claim.accessKeyId}" and the token that was sent`;
    return { type: 'UnrecognizedClientException', reason };
  }
  const objection = objectionTo(claim, headers, received.body, now);
  if (objection !== undefined) return invalid(objection);
  return signedAnew(received, headers, claim, credentials) === claim.signature
    ? undefined
    : invalid('another signature was calculated');
}

function missing(reason: string): Refusal {
  return { type: 'MissingAuthenticationTokenException', reason };
}

function invalid(reason: string): Refusal {
  return { type: 'InvalidSignatureException', reason };
}

/** Headers by lower-case name, repeated ones joined, as a canonical request has them; aws4 tidies white space. */
function canonicalHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

function claimOf(authorization: string): Claim | undefined {
  const [algorithm, ...rest] = authorization.split(' ');
  if (algorithm !== 'AWS4-HMAC-SHA256') return undefined;
  const parts = new Map(
    rest
      .join('')
      .split(',')
      .map((part) => {
        const at = part.indexOf('=');
        return [part.slice(0, at), part.slice(at + 1)] as const;
      }),
  );
  const [accessKeyId, date, region, service, end, ...more] = parts.get('Credential')?.split('/') ?? [];
  const signedHeaders = parts.get('SignedHeaders')?.split(';');
  const signature = parts.get('Signature');
  if (!accessKeyId || !date || !region || !service || end !== 'aws4_request' || more.length > 0)
    return undefined;
  if (signedHeaders === undefined || signature === undefined || parts.size !== 3) return undefined;
  return { accessKeyId, date, region, service, signedHeaders, signature };
}

/** What is wrong with the claim before anything is calculated. */
function objectionTo(
  claim: Claim,
  headers: Map<string, string>,
  body: Buffer,
  now: number,
): string | undefined {
  if (claim.service !== 'apigateway') return `the scope is that of the service "${claim.service}"`;

  const stamp = headers.get('x-amz-date') ?? '';
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (parts === null) return `the X-Amz-Date "${stamp}" is no date`;
  if (!stamp.startsWith(claim.date)) return `the scope's date ${claim.date} is not that of ${stamp}`;
  const [year = 0, month = 0, ...rest] = parts.slice(1).map(Number);
  if (Math.abs(now - Date.UTC(year, month - 1, ...rest)) > TOLERANCE_MS)
    return `${stamp} is over 5 minutes away`;

  const absent = claim.signedHeaders.find((name) => !headers.has(name));
  if (absent !== undefined) return `the signed header "${absent}" is not there`;
  const unsigned = [...headers.keys(), 'host']
    .filter((name) => name === 'host' || name.startsWith('x-amz-'))
    .find((name) => !claim.signedHeaders.includes(name));
  if (unsigned !== undefined) return `the header "${unsigned}" is not signed`;

  // aws4 takes this header for the payload's hash without looking at the payload.
  const stated = headers.get('x-amz-content-sha256');
  if (stated !== undefined && stated !== createHash('sha256').update(body).digest('hex'))
    return 'the X-Amz-Content-Sha256 is not that of the body';
  return undefined;
}

function signedAnew(
  { method, target, body }: Received,
  headers: Map<string, string>,
  claim: Claim,
  credentials: Credentials,
): string | undefined {
  const signed = claim.signedHeaders.map((name) => [name, headers.get(name)] as const);
  const request: aws4.Request & { extraHeadersToInclude: Record<string, boolean> } = {
    method,
    path: target,
    headers: Object.fromEntries(signed),
    body,
    service: claim.service,
    region: claim.region,
    // Otherwise aws4 adds a Content-Type to a request that has a body.
    doNotModifyHeaders: true,
    // aws4 leaves `user-agent`, `range`, `x-amzn-trace-id` and others out even when the client signed them.
    extraHeadersToInclude: Object.fromEntries(claim.signedHeaders.map((name) => [name, true])),
  };
  const signer = new aws4.RequestSigner(request, credentials);
  // With doNotModifyHeaders it looks for `Date` only, else takes the present.
  signer.datetime = headers.get('x-amz-date') ?? '';
  try {
    return signer.signature();
  } catch (error) {
    // A target that is neither encoded nor decodable, such as `/é%ff`: nobody can have signed it.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
