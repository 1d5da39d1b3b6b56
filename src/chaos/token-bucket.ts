import { faultBounds } from '../bounds.ts';

/** How fast tokens come, and how many are kept for calls that come all at once. */
export interface TokenRate {
  /** Tokens a second. */
  readonly rate: number;
  readonly burst: number;
}

/**
 * A token bucket, full at first. Tokens are worked out from the moment it was last full, so that no error adds up however
 * often it is asked.
 */
export class TokenBucket {
  readonly #rate: TokenRate;
  #fullAtMs: number;
  #taken = 0;

  constructor(rate: TokenRate, nowMs: number) {
    this.#rate = rate;
    this.#fullAtMs = nowMs;
  }

  /** Takes a token if there is one. */
  take(nowMs: number): boolean {
    const { rate, burst } = this.#rate;
    const refilled = ((nowMs - this.#fullAtMs) * rate) / 1000;
    if (refilled >= this.#taken) {
      this.#fullAtMs = nowMs;
      this.#taken = 1;
      return true;
    }
    if (burst - this.#taken + refilled < 1) return false;
    this.#taken += 1;
    return true;
  }
}

/** A bucket for each region, as the service has one for each account and region. Calls without a region share one. */
export class RegionBuckets {
  readonly #rate: TokenRate;
  #buckets: Map<string | undefined, TokenBucket> | undefined;

  constructor(rate: TokenRate) {
    this.#rate = rate;
  }

  /** Takes a token of the region if there is one. */
  take(region: string | undefined, nowMs: number): boolean {
    this.#buckets ??= new Map();
    let bucket = this.#buckets.get(region);
    if (bucket === undefined) {
      if (this.#buckets.size >= faultBounds.buckets) this.#buckets.delete([...this.#buckets.keys()][0]);
      bucket = new TokenBucket(this.#rate, nowMs);
      this.#buckets.set(region, bucket);
    }
    return bucket.take(nowMs);
  }

  /** Fills every bucket. */
  reset(): void {
    this.#buckets = undefined;
  }
}
