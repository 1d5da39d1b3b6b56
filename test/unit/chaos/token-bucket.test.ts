import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegionBuckets, TokenBucket } from '../../../src/chaos/token-bucket.ts';

/** How many of so many calls at once find a token. */
function takeAll(bucket: TokenBucket, calls: number, nowMs: number): number {
  return Array.from({ length: calls }, () => bucket.take(nowMs)).filter((isTaken) => isTaken).length;
}

describe('a token bucket', () => {
  it("of the service's quota lets 40 of 41 calls at once through, and one second later ten more", () => {
    const bucket = new TokenBucket({ rate: 10, burst: 40 }, 0);
    expect(takeAll(bucket, 41, 0)).toBe(40);
    expect(takeAll(bucket, 41, 1000)).toBe(10);
    expect(takeAll(bucket, 41, 1099)).toBe(0);
    expect(takeAll(bucket, 41, 1100)).toBe(1);
    expect(takeAll(bucket, 100, 60_000)).toBe(40);
  });

  it('loses nothing to rounding, however often it is asked', () => {
    const bucket = new TokenBucket({ rate: 10, burst: 1 }, 0);
    const taken = Array.from({ length: 1001 }, (_, tick) => bucket.take(tick * 10)).filter(Boolean).length;
    expect(taken).toBe(101);
  });

  it('gives as many tokens as came, and never more than burst and rate allow', () => {
    const waits = fc.array(fc.nat(500), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        waits,
        (rate, burst, gaps) => {
          const bucket = new TokenBucket({ rate, burst }, 0);
          // Said otherwise, in thousandths of a token and whole milliseconds.
          let tokens = burst * 1000;
          let nowMs = 0;
          for (const gap of gaps) {
            nowMs += gap;
            tokens = Math.min(burst * 1000, tokens + gap * rate);
            const isThere = tokens >= 1000;
            if (isThere) tokens -= 1000;
            expect(bucket.take(nowMs)).toBe(isThere);
          }
        },
      ),
    );
  });
});

it('regions that are made up are forgotten, the oldest first', () => {
  const buckets = new RegionBuckets({ rate: 1, burst: 1 });
  expect(buckets.take('us-east-1', 0)).toBe(true);
  for (let i = 0; i < 999; i += 1) buckets.take(`region ${i}`, 0);
  expect(buckets.take('us-east-1', 0)).toBe(false);
  buckets.take('one more', 0);
  expect(buckets.take('us-east-1', 0)).toBe(true);
});
