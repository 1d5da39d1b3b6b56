import { createHash, timingSafeEqual } from 'node:crypto';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { serverBounds } from '../../bounds.ts';
import { type Call, headerEntries, headerValues, type RawHeaders } from '../../call.ts';
import { type ServiceError, serviceErrors } from '../apigateway/service-error.ts';
import { decodePercent, splitTarget } from '../apigateway/target.ts';
import { isPresigned } from './addition.ts';
import { type Claim, parseAuthorization } from './authorization.ts';
import { isRegion } from './endpoint.ts';
import type { SignableRequest } from './signable-request.ts';
import { signVerbatim } from './verbatim-signature.ts';

/** An access key, its secret and, with temporary ones, their token. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Why a signature does not hold: what AWS would answer, and a hint for the log that the client must not get. */
export interface SignatureFlaw {
  readonly error: ServiceError;
  readonly hint: string;
}

const SERVICE = 'apigateway';
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** Besides `x-amz-*` and `amz-sdk-*`, which are signed always. What a hop on the way may change is not signed. */
const SIGNED_WHEN_PRESENT = new Set(['host', 'accept', 'content-type']);

/**
 * Checks the form of a call's signature: everything that needs no secret.
 * @param times what a clock may show that it was dated by; nothing where its date is for others to judge.
 * @returns the claim that is left to be compared, or what is wrong with it.
 */
export function checkClaim(call: Call, times: readonly Date[] | undefined): Claim | SignatureFlaw {
  const [authorization, ...others] = call.authorizations;
  if (authorization === undefined) {
    return missing(
      isPresigned(call) ? 'it is presigned; sign in the Authorization header instead' : 'it is not signed',
    );
  }
  if (others.length > 0) return invalid('the call has more than one Authorization header');
  const claim = parseAuthorization(authorization);
  if (claim === undefined) return invalid('its Authorization header is not one of AWS4-HMAC-SHA256');
  if (!isRegion(claim.region)) return invalid('its credential scope names no region');
  if (claim.service !== SERVICE || claim.terminator !== 'aws4_request') {
    return invalid(`its credential scope is not one of ${SERVICE}/aws4_request`);
  }
  return findDateFlaw(call, claim, times) ?? findHeaderFlaw(call, claim) ?? findPayloadFlaw(call) ?? claim;
}

/** Whether {@link checkClaim} found something wrong. */
export function isFlaw(result: Claim | SignatureFlaw): result is SignatureFlaw {
  return 'error' in result;
}

/** Signs the call anew with the credentials that the client should have, and compares. */
export async function findSignatureFlaw(
  call: Call,
  claim: Claim,
  credentials: Credentials,
): Promise<SignatureFlaw | undefined> {
  const [token = ''] = headerValues(call.headers, 'x-amz-security-token');
  if (!equalInConstantTime(token, credentials.sessionToken ?? '')) {
    return {
      error: serviceErrors.unrecognizedClient(),
      hint: 'it was signed with another session of the same key',
    };
  }
  // The token is among the signed headers already: the signer must not add it once more.
  const { accessKeyId, secretAccessKey } = credentials;
  const headers = signedHeadersOf(call.headers, claim.signedHeaders);
  const request = { method: call.method, target: call.signedTarget ?? call.target, headers, body: call.body };
  const signed = await signWith({ accessKeyId, secretAccessKey }, claim.region, {
    request,
    date: parseAmzDate(headers['x-amz-date'] ?? '') ?? new Date(0),
    signableHeaders: new Set(claim.signedHeaders),
    applyChecksum: false,
  });
  const expected = parseAuthorization(signed.authorization ?? '')?.signature ?? '';
  if (equalInConstantTime(expected, claim.signature)) return undefined;
  // The secret is right, then: it is the client that does not keep to the rules.
  if (equalInConstantTime(signVerbatim(request, claim, secretAccessKey), claim.signature))
    return invalid(
      'the client signs path and query as they stand, neither sorted nor encoded: so does curl before 8.3',
    );
  return invalid('the client signs with another secret than restage, or the call was changed on the way');
}

/** Signs a request for the region and adds what a signature needs; `host` must be among the headers. */
export async function sign(
  request: SignableRequest,
  region: string,
  credentials: Credentials,
  date: Date,
): Promise<Record<string, string>> {
  const unsignable = Object.keys(request.headers).filter(
    (name) => !SIGNED_WHEN_PRESENT.has(name) && !name.startsWith('x-amz-') && !name.startsWith('amz-sdk-'),
  );
  return signWith(credentials, region, {
    request,
    date,
    unsignableHeaders: new Set(unsignable),
    applyChecksum: true,
  });
}

async function signWith(
  credentials: Credentials,
  region: string,
  options: {
    request: SignableRequest;
    date: Date;
    applyChecksum: boolean;
    signableHeaders?: Set<string>;
    unsignableHeaders?: Set<string>;
  },
): Promise<Record<string, string>> {
  const { request, date, applyChecksum, ...headerSets } = options;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region,
    service: SERVICE,
    sha256: Hash.bind(null, 'sha256'),
    applyChecksum,
  });
  const { path, query } = splitTarget(request.target);
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'https:',
      hostname: request.headers.host ?? '',
      path,
      query: queryBag(query),
      headers: { ...request.headers },
      body: request.body,
    },
    { signingDate: date, ...headerSets },
  );
  return signed.headers;
}

/** The parameters decoded, as the signer wants them: it encodes them the way the service does. */
function queryBag(query: ReadonlyArray<readonly [string, string]>): Record<string, string[]> {
  const bag = new Map<string, string[]>();
  for (const [rawName, rawValue] of query) {
    const name = decodePercent(rawName) ?? rawName;
    bag.set(name, [...(bag.get(name) ?? []), decodePercent(rawValue) ?? rawValue]);
  }
  return Object.fromEntries(bag);
}

function findDateFlaw(
  call: Call,
  claim: Claim,
  times: readonly Date[] | undefined,
): SignatureFlaw | undefined {
  const [text = '', ...others] = headerValues(call.headers, 'x-amz-date');
  const date = parseAmzDate(text);
  if (date === undefined || others.length > 0) return invalid('it has not exactly one X-Amz-Date');
  if (claim.scopeDate !== text.slice(0, 8)) return invalid('the date of its scope is not that of X-Amz-Date');
  if (times === undefined) return undefined;
  const skewMs = Math.min(...times.map((time) => Math.abs(time.getTime() - date.getTime())));
  if (skewMs <= CLOCK_TOLERANCE_MS) return undefined;
  return invalid(`it was signed ${Math.round(skewMs / 60_000)} minutes from now; 5 are allowed`);
}

function findHeaderFlaw(call: Call, claim: Claim): SignatureFlaw | undefined {
  if (claim.signedHeaders.length > serverBounds.headers)
    return invalid('it signs more headers than a call can have');
  const mustBeSigned = new Set(['host', 'x-amz-date']);
  for (const [name] of headerEntries(call.headers)) {
    if (name.toLowerCase().startsWith('x-amz-')) mustBeSigned.add(name.toLowerCase());
  }
  const unsigned = [...mustBeSigned].find((name) => !claim.signedHeaders.includes(name));
  if (unsigned !== undefined) return invalid(`its header ${unsigned} is not signed`);
  const absent = claim.signedHeaders.find((name) => headerValues(call.headers, name).length === 0);
  return absent === undefined ? undefined : invalid(`it signs a header that it does not have`);
}

function findPayloadFlaw(call: Call): SignatureFlaw | undefined {
  const claimed = headerValues(call.headers, 'x-amz-content-sha256');
  if (claimed.length === 0) return undefined;
  const actual = createHash('sha256').update(call.body).digest('hex');
  if (claimed.length === 1 && claimed[0] === actual) return undefined;
  return invalid('its body is not the one that x-amz-content-sha256 was computed of');
}

function signedHeadersOf(headers: RawHeaders, names: readonly string[]): Record<string, string> {
  // One name sent twice is signed as one value with a comma. [SigV4's documentation]
  return Object.fromEntries(
    names.map((name) => [
      name,
      headerValues(headers, name)
        .map((value) => value.trim())
        .join(','),
    ]),
  );
}

function parseAmzDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function missing(hint: string): SignatureFlaw {
  return { error: serviceErrors.missingToken(), hint };
}

function invalid(hint: string): SignatureFlaw {
  return { error: serviceErrors.invalidSignature(), hint };
}
