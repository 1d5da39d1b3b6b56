import { upstreamBounds } from '../../bounds.ts';
import { headerValues, type RawHeaders } from '../../call.ts';

/** The types of errors that may say that a signature's date is not the service's. [@smithy/core, CLOCK_SKEW_ERROR_CODES] */
const TIME_ERRORS = [
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
];
/** The service allows 5 minutes; what is nearer was refused for another reason. SDKs have the same bound. */
const SKEW_MS = 4 * 60_000;

/** The service's clock, as far as its answers have told of it: it decides on what a signature must be dated. */
export class ServiceClock {
  readonly #local: () => Date;
  readonly #onOffset: (offsetMs: number) => void;
  #offsetMs = 0;

  /** @param onOffset told each time another offset is learned, by how much the service's clock is ahead of this one. */
  constructor(local: () => Date, onOffset: (offsetMs: number) => void = () => {}) {
    this.#local = local;
    this.#onOffset = onOffset;
  }

  now(): Date {
    return new Date(this.#local().getTime() + this.#offsetMs);
  }

  /** What a client's clock may show: the service's time or, where it goes by what this machine says, this machine's. */
  times(): readonly Date[] {
    return this.#offsetMs === 0 ? [this.#local()] : [this.now(), this.#local()];
  }

  /**
   * Learns from an answer that refuses a signature for its date.
   * @returns whether it was that, so that the call may be signed and sent anew.
   */
  learn(signedAt: Date, { status, headers }: { status: number; headers: RawHeaders }): boolean {
    if (status < 400 || status > 499) return false;
    const [type = ''] = headerValues(headers, 'x-amzn-errortype');
    if (!TIME_ERRORS.includes(type.replace(/:.*$/, ''))) return false;
    const serviceMs = Date.parse(headerValues(headers, 'date')[0] ?? '');
    // By what it was signed with: others that were sent at once may have taught the offset meanwhile.
    if (!(Math.abs(serviceMs - signedAt.getTime()) >= SKEW_MS)) return false;
    const offsetMs = serviceMs - this.#local().getTime();
    if (Math.abs(offsetMs) > upstreamBounds.clockOffsetMs) return false;
    const isNew = Math.abs(offsetMs - this.#offsetMs) >= SKEW_MS;
    this.#offsetMs = offsetMs;
    if (isNew) this.#onOffset(offsetMs);
    return true;
  }
}
