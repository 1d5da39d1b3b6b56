import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import type { RequestIds } from './ready-answer.ts';

const ID_BYTES = 11;
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** Ids as the service makes them. */
export const randomIds: RequestIds = {
  requestId: randomUUID,
  // 11 bytes are 15 characters of base64 and one '='. Drawn many at a time: each call needs one.
  apiGatewayId: () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += ID_BYTES;
    return pool.toString('base64', used - ID_BYTES, used);
  },
};

/** A name that no other process has: what restage calls itself in `Via`. */
export function randomPseudonym(): string {
  return `restage-${randomBytes(8).toString('hex')}`;
}

/** A seed for all random choices. */
export function randomSeed(): number {
  return randomBytes(4).readUInt32BE();
}
