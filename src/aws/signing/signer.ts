import { upstreamBounds } from '../../bounds.ts';
import {
  type Answer,
  type Call,
  headerEntries,
  headerValues,
  hostnameOf,
  type RawHeaders,
} from '../../call.ts';
import { CallError } from '../../errors.ts';
import { type ServiceError, serviceErrors } from '../apigateway/service-error.ts';
import { splitTarget } from '../apigateway/target.ts';
import { findAddition, isPresigned, isRead } from './addition.ts';
import { claimedRegion } from './authorization.ts';
import { type EndpointVariant, endpointOf, isRegion } from './endpoint.ts';
import { forwardedHeaders, verifiedHeaders } from './forwarded-headers.ts';
import type { ServiceClock } from './service-clock.ts';
import { type Credentials, checkClaim, findSignatureFlaw, isFlaw, sign } from './signature.ts';

/** A request as it is to leave, signed. */
export interface UpstreamRequest {
  readonly origin: URL;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** The date of restage's own signature; nothing where the signature is the client's. */
  readonly signedAt?: Date;
}

/** A call that may go on: how it leaves is worked out only when it does. */
export interface Passage {
  readonly region: string;
  /**
   * The request to send.
   * @throws {@link CallError} `CredentialsUnavailableException` when there is nothing to sign it with.
   */
  readonly toRequest: () => Promise<UpstreamRequest>;
  /**
   * Whether the answer refuses the request for a clock that is off, so that it may be made anew and sent once more; by the
   * service's clock then.
   */
  readonly isMisdated: (request: UpstreamRequest, answer: Pick<Answer, 'status' | 'headers'>) => boolean;
  /** Why it could not be sent now, when that is known already. */
  readonly obstacle?: CallError;
}

/** A call that may not go on: what AWS would answer, and a hint that only the log shows. */
export interface Denial {
  readonly error: ServiceError | CallError;
  readonly hint: string;
}

/** Who may have calls signed, with what, and for where. */
export interface SignerSettings {
  readonly credentials: () => Promise<Credentials>;
  /** Keys of the user's own making that clients may sign with, instead of restage's own. */
  readonly clientKeys: readonly Credentials[];
  /** Credentials that were given to a command: it keeps them when restage's own are renewed. */
  readonly handedOut: readonly Credentials[];
  /** Sign for whoever asks, unverified. */
  readonly trustClients: boolean;
  /** Let clients that are not known by restage's own credentials do more than read. */
  readonly allowWrites: boolean;
  /** Where to forward to instead of the region's endpoint; calls that are kept go there too. */
  readonly upstream: URL | undefined;
  /** The same for calls that are signed again alone. */
  readonly endpointOverride: URL | undefined;
  /** Which of a region's endpoints to forward to where there is neither. */
  readonly variant: EndpointVariant;
  /** The region of unsigned calls, which only `trustClients` lets pass. */
  readonly defaultRegion: string | undefined;
  /** What this process is called in `Via`, so that it knows a call that comes back. */
  readonly pseudonym: string;
  readonly clock: ServiceClock;
}

const REPLACED_WHEN_SIGNED_AGAIN = new Set([
  'host',
  'authorization',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

/** Decides whether a call may go to the service, and signs it again if it was signed for restage. */
export class Signer {
  readonly #settings: SignerSettings;

  constructor(settings: SignerSettings) {
    this.#settings = settings;
  }

  /** Looks at a call that may have to be forwarded. `isKept`: it was signed for the service's own host. */
  async admit(call: Call, isKept: boolean): Promise<Passage | Denial> {
    const refusal = this.#findLoop(call) ?? findRewrite(call);
    if (refusal !== undefined) return { error: refusal, hint: refusal.message };
    if (isKept) return this.#keep(call);
    const excess = findExcess(call);
    if (excess !== undefined) return { error: excess, hint: excess.message };
    if (this.#settings.trustClients) return this.#trust(call);
    const claim = checkClaim(call, this.#settings.clock.times());
    if (isFlaw(claim)) return claim;
    const addition = findAddition(call, claim);
    if (addition !== undefined) return { error: serviceErrors.invalidSignature(), hint: addition };

    const headers = verifiedHeaders(call, claim.signedHeaders);
    const clientKey = this.#settings.clientKeys.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
    const own = await this.#ownCredentials();
    const handed = this.#settings.handedOut.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
    const credentials = clientKey ?? handed ?? own;
    // With nothing to compare it with, the call can be played from a recording and nothing else.
    if (credentials instanceof CallError) return this.#passage(call, claim.region, headers, own);
    if (credentials.accessKeyId !== claim.accessKeyId) return unknownKey();
    const flaw = await findSignatureFlaw(call, claim, credentials);
    if (flaw !== undefined) return flaw;
    return (clientKey && this.#findWrite(call)) ?? this.#passage(call, claim.region, headers, own);
  }

  /** The signature stays the client's: only the service can verify it, but one it must be. */
  #keep(call: Call): Passage | Denial {
    const claim = checkClaim(call, undefined);
    if (isFlaw(claim)) return claim;
    const { upstream, pseudonym } = this.#settings;
    return {
      region: claim.region,
      toRequest: async () => ({
        origin: upstream ?? new URL(`https://${hostnameOf(call.hosts[0] ?? '')}`),
        method: call.method,
        target: call.target,
        headers: [...forwardedHeaders(call), 'Via', `1.1 ${pseudonym}`],
        body: call.body,
      }),
      isMisdated: () => false,
    };
  }

  async #trust(call: Call): Promise<Passage | Denial> {
    const region = claimedRegion(call.authorizations[0]) ?? this.#settings.defaultRegion;
    if (isPresigned(call)) {
      return cannotSign('it is presigned. Sign it in the Authorization header, with any keys, or not at all');
    }
    if (region === undefined || !isRegion(region)) {
      return cannotSign('it names no region. Sign it with any keys, or set AWS_REGION for restage');
    }
    const own = await this.#ownCredentials();
    return this.#findWrite(call) ?? this.#passage(call, region, forwardedHeaders(call), own);
  }

  /** `passedOn`: the headers of the client's that may go on. */
  #passage(call: Call, region: string, passedOn: RawHeaders, own: Credentials | CallError): Passage {
    const isMisdated: Passage['isMisdated'] = ({ signedAt }, answer) =>
      signedAt !== undefined && this.#settings.clock.learn(signedAt, answer);
    if (!(own instanceof CallError))
      return { region, toRequest: () => this.#signAgain(call, region, passedOn), isMisdated };
    // It was compared with nothing: credentials that come back later must not be lent to it.
    return { region, toRequest: () => Promise.reject(own), isMisdated, obstacle: own };
  }

  async #signAgain(call: Call, region: string, passedOn: RawHeaders): Promise<UpstreamRequest> {
    const { upstream, endpointOverride, variant, clock } = this.#settings;
    const origin = upstream ?? endpointOverride ?? endpointOf(region, variant);
    const target = `${origin.pathname.replace(/\/+$/, '')}${call.target}`;
    const headers: Record<string, string> = {};
    for (const [name, value] of headerEntries(passedOn)) {
      const key = name.toLowerCase();
      if (!REPLACED_WHEN_SIGNED_AGAIN.has(key))
        headers[key] = Object.hasOwn(headers, key) ? `${headers[key]}, ${value}` : value;
    }
    headers.host = origin.host;
    headers.via =
      'via' in headers
        ? `${headers.via}, 1.1 ${this.#settings.pseudonym}`
        : `1.1 ${this.#settings.pseudonym}`;
    const credentials = await this.#settings.credentials();
    const request = { method: call.method, target, headers, body: call.body };
    const signedAt = clock.now();
    const signed = await sign(request, region, credentials, signedAt);
    const { method, body } = call;
    return { origin, method, target, headers: Object.entries(signed).flat(), body, signedAt };
  }

  async #ownCredentials(): Promise<Credentials | CallError> {
    try {
      return await this.#settings.credentials();
    } catch (error) {
      if (error instanceof CallError) return error;
      throw error;
    }
  }

  #findLoop(call: Call): CallError | undefined {
    const { pseudonym } = this.#settings;
    if (!headerValues(call.headers, 'via').some((via) => via.includes(pseudonym))) return undefined;
    return new CallError(
      'LoopDetectedException',
      "Cannot forward the call: it came from this restage itself. Point '--upstream', AWS_ENDPOINT_URL or HTTPS_PROXY elsewhere.",
    );
  }

  #findWrite(call: Call): Denial | undefined {
    if (this.#settings.allowWrites || isRead(call)) return undefined;
    const error = new CallError(
      'WriteNotAllowedException',
      `Cannot sign ${call.method} for this client: only reads are signed for it. Start restage with '--allow-writes'.`,
    );
    return { error, hint: error.message };
  }
}

function cannotSign(why: string): Denial {
  const error = new CallError('MalformedRequestException', `Cannot sign the call: ${why}.`);
  return { error, hint: error.message };
}

function unknownKey(): Denial {
  return {
    error: serviceErrors.unrecognizedClient(),
    hint:
      "it was signed with a key that is not restage's own. Let the client and restage use the same credentials, " +
      "run it as 'restage … -- command', give it a '--client-key', or start with '--trust-clients'",
  };
}

/** http-proxy joins the target anew: one that would come out different cannot carry its signature. */
function findRewrite(call: Call): CallError | undefined {
  const { path } = splitTarget(call.target);
  if (!/\/\/|\\|https?:\//.test(path) && !call.target.includes('#')) return undefined;
  return new CallError(
    'TargetNotAllowedException',
    "Cannot forward the call: its path has '//', '\\', '#' or a URL in it, which does not reach the service as signed. " +
      'Percent-encode it.',
  );
}

/** To sign parameters takes the library time by the square of their number. */
function findExcess(call: Call): CallError | undefined {
  const most = upstreamBounds.signedParameters;
  if (splitTarget(call.target).query.length <= most) return undefined;
  return new CallError(
    'TargetNotAllowedException',
    `Cannot sign the call again: it has more than ${most} parameters. Ask for less at once.`,
  );
}
