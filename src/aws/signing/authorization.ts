import { isRegion } from './endpoint.ts';

/** What an `Authorization` header claims, before anything of it is believed. [SigV4's documentation] */
export interface Claim {
  readonly accessKeyId: string;
  /** `YYYYMMDD` of the credential scope. */
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const headerPattern =
  /^AWS4-HMAC-SHA256 +Credential=([^\s,/]+)\/([^\s,]+), *SignedHeaders=([^\s,]+), *Signature=([0-9a-f]{64})$/;

/** Takes the header apart; nothing when it is not one of SigV4. */
export function parseAuthorization(header: string): Claim | undefined {
  const match = headerPattern.exec(header);
  if (match === null) return undefined;
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match;
  const [scopeDate, region, service, terminator, ...rest] = scope.split('/');
  if (scopeDate === undefined || region === undefined || service === undefined || terminator === undefined) {
    return undefined;
  }
  if (rest.length > 0) return undefined;
  return {
    accessKeyId,
    scopeDate,
    region,
    service,
    terminator,
    signedHeaders: signedHeaders.split(';'),
    signature,
  };
}

let lastRegion = '';

/** The region that the header claims to be signed for; nothing when there is none to be trusted with a name. */
export function claimedRegion(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  // `Credential=KEY/DATE/REGION/…`: found without taking the rest apart, since replay asks for this on each call.
  const start = header.indexOf('Credential=');
  if (start < 0) return undefined;
  const date = header.indexOf('/', start);
  const region = header.indexOf('/', date + 1);
  const end = header.indexOf('/', region + 1);
  if (date < 0 || region < 0 || end < 0) return undefined;
  const name = header.slice(region + 1, end);
  // Clients stay in their region: the one that was looked at last needs no second look.
  if (name === lastRegion) return lastRegion;
  if (!isRegion(name)) return undefined;
  lastRegion = name;
  return name;
}
