import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestIds } from './ready-answer.ts';

/** 11 bytes are 14 characters of base64, one whose last two bits are zero, and one '='. */
const ID_CHARACTERS = 15;
const LAST_CHARACTERS = 'AEIMQUYcgkosw048';
const POOL_BYTES = 3 * 1024;
let pool = '';
let used = 0;

/** Ids as the service makes them. */
export const randomIds: RequestIds = {
  requestId: randomUUID,
  // Drawn many at a time: each call needs one.
  apiGatewayId: () => {
    if (used + ID_CHARACTERS > pool.length) {
      pool = randomBytes(POOL_BYTES).toString('base64');
      used = 0;
    }
    const last = LAST_CHARACTERS[pool.charCodeAt(used + ID_CHARACTERS - 1) & 15];
    const id = `${pool.slice(used, used + ID_CHARACTERS - 1)}${last}=`;
    used += ID_CHARACTERS;
    return id;
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
