import { type Answer, errorAnswer, notFound, plain, prefersPlain } from './answer.ts';
import { operate } from './control-plane.ts';
import { type Credentials, type Received, type Refusal, refusalOf } from './signature.ts';
import { type StageFields, writeHal } from './stages.ts';
import type { Store } from './store.ts';

/** How many calls the service takes: `rate` a second, and `burst` at once. */
export interface Quota {
  readonly rate: number;
  readonly burst: number;
}

/** What an answer depends on besides the request. */
export interface ServiceState {
  readonly credentials: readonly Credentials[];
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The stages of each REST API. */
  readonly apis: Map<string, StageFields[]>;
  /** Whatever was made by calls. */
  readonly plane: Store;
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
  if (!segments.every((segment) => segment !== undefined)) return notAnOperation();
  const [root, apiId = '', stages, stageName, ...more] = segments;
  const known = state.apis.get(apiId);
  // The samples have stages only, cannot be changed, and a PATCH of a stage says what there is.
  const isOfSample =
    root === 'restapis' && known !== undefined && state.plane.get(`/restapis/${apiId}`) === undefined;
  if (root === 'restapis' && stages === 'stages' && more.length === 0 && known !== undefined) {
    if (request.method === 'GET' && stageName === undefined) {
      return listStages(apiId, filtered(known, query), request.rawHeaders);
    }
    if (isOfSample && stageName !== undefined && ['GET', 'PATCH'].includes(request.method)) {
      const stage = known.find((each) => each.stageName === stageName);
      return stage === undefined ? notFound('Invalid stage identifier specified') : plain(stage);
    }
  }
  if (isOfSample && request.method !== 'GET') return notAnOperation();
  return operate(request, segments, new URLSearchParams(query), state) ?? notAnOperation();
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

/** API Gateway's answer to a method and path it has no operation for, whatever the signature. */
function notAnOperation(): Answer {
  const type = 'MissingAuthenticationTokenException';
  return errorAnswer(403, type, SIGNATURE_MESSAGES[type]);
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
