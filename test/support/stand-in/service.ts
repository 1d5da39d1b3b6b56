import { type Credentials, type Received, type Refusal, refusalOf } from './signature.ts';
import { type Json, type StageFields, writeHal, writePlain } from './stages.ts';

/** How many calls the service takes: `rate` a second, and `burst` at once. */
export interface Quota {
  readonly rate: number;
  readonly burst: number;
}

/** What the service answers, before anything goes wrong on the way. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The value of `x-amzn-ErrorType`. */
  readonly errorType?: string;
  readonly body: Buffer;
}

/** What an answer depends on besides the request. */
export interface ServiceState {
  readonly credentials: readonly Credentials[];
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly apis: Map<string, StageFields[]>;
  bucket: TokenBucket | undefined;
}

/** A bucket of `burst` tokens, full at first, that `rate` tokens a second flow into. */
export class TokenBucket {
  readonly #quota: Quota;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  constructor(quota: Quota, now: () => number) {
    this.#quota = quota;
    this.#now = now;
    this.#tokens = quota.burst;
    this.#filledAt = now();
  }

  /** Takes one token if there is one. */
  take(): boolean {
    const { rate, burst } = this.#quota;
    const now = this.#now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * rate);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

const SIGNATURE_MESSAGES: Record<Refusal['type'], string> = {
  MissingAuthenticationTokenException: 'Missing Authentication Token',
  UnrecognizedClientException: 'The security token included in the request is invalid.',
  InvalidSignatureException:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
};

/** An error in the service's shape. */
export function errorAnswer(status: number, errorType: string, message: string): Answer {
  return { ...plain({ message }), status, errorType };
}

/** Answers a request, and says why its signature does not hold when it does not. */
export function serve(
  request: Received,
  state: ServiceState,
): { answer: Answer; refusal: Refusal | undefined } {
  const refusal = refusalOf(request, state.credentials, state.now());
  if (refusal !== undefined) {
    return { answer: errorAnswer(403, refusal.type, SIGNATURE_MESSAGES[refusal.type]), refusal };
  }
  if (state.bucket?.take() === false) {
    return { answer: errorAnswer(429, 'TooManyRequestsException', 'Too Many Requests'), refusal };
  }
  return { answer: route(request, state), refusal };
}

function route(request: Received, state: ServiceState): Answer {
  const [path = '', query = ''] = splitOnce(request.target, '?');
  const segments = path.split('/').slice(1).map(decoded);
  const [root, apiId, stages, stageName, ...more] = segments;
  const isRead = request.method === 'GET';
  if (segments.includes(undefined) || root !== 'restapis' || more.length > 0) return notAnOperation();
  if (apiId === undefined) return isRead ? listApis(state.apis) : notAnOperation();
  if (stages !== 'stages') return notAnOperation();
  if (!isRead && !(request.method === 'PATCH' && stageName !== undefined)) return notAnOperation();

  const known = state.apis.get(apiId);
  if (known === undefined) {
    return notFound(`Invalid API identifier specified ${state.accountId}:${apiId}`);
  }
  if (stageName === undefined) return listStages(apiId, filtered(known, query), request.rawHeaders);
  // A PATCH changes nothing: it is here to be an operation that writes.
  const stage = known.find((each) => each.stageName === stageName);
  return stage === undefined ? notFound('Invalid stage identifier specified') : plain(stage);
}

function listApis(apis: Map<string, StageFields[]>): Answer {
  const item = [...apis.keys()].map((id) => ({ createdDate: 1460741888, id, name: `api ${id}` }));
  return plain({ item });
}

function listStages(apiId: string, stages: StageFields[], rawHeaders: readonly string[]): Answer {
  if (prefersPlain(rawHeaders)) return plain({ item: stages });
  const body = Buffer.from(writeHal(apiId, stages));
  return { status: 200, contentType: 'application/hal+json', body };
}

function filtered(stages: StageFields[], query: string): StageFields[] {
  const pairs = query.split('&').map((pair) => splitOnce(pair, '=').map(decoded));
  const filter = pairs.find(([name]) => name === 'deploymentId' || name === 'deployment_id');
  if (filter === undefined) return stages;
  return stages.filter((stage) => stage.deploymentId === (filter[1] ?? ''));
}

/** Whether the range that is wanted most (by q, then by how exact it is, then by place) is plain JSON. */
function prefersPlain(rawHeaders: readonly string[]): boolean {
  const ranges = headerValue(rawHeaders, 'accept')
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      const q = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
      return { type, q };
    })
    .filter(({ type, q }) => q > 0 && EXACTNESS.includes(type))
    .sort((a, b) => b.q - a.q || isExact(b.type) - isExact(a.type));
  return ranges[0]?.type === 'application/json';
}

const EXACTNESS = ['application/json', 'application/hal+json', 'application/*', '*/*'];

function isExact(type: string): number {
  return type.includes('*') ? 0 : 1;
}

function plain(value: Json): Answer {
  return { status: 200, contentType: 'application/json', body: Buffer.from(writePlain(value)) };
}

function notFound(message: string): Answer {
  return errorAnswer(404, 'NotFoundException', message);
}

/** API Gateway's answer to a method and path it has no operation for, whatever the signature. */
function notAnOperation(): Answer {
  const type = 'MissingAuthenticationTokenException';
  return errorAnswer(403, type, SIGNATURE_MESSAGES[type]);
}

/** The values of a header, joined as one list; empty when it was not sent. */
export function headerValue(rawHeaders: readonly string[], name: string): string {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name).join(',');
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // Only a URIError can come of it: the part is no percent-encoding, and names nothing.
    return undefined;
  }
}
