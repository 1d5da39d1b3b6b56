import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestIds } from './ready-answer.ts';

/** How many ids are made at a time: each call needs some, and a piece of a text that is there costs next to nothing. */
const BATCH = 256;

/** Ids as the service makes them. */
export const randomIds: RequestIds = {
  requestId: () => randomUUID(),
  apiGatewayId: batched(16, makeApiGatewayIds),
};

/** A name that no other process has: what restage calls itself in `Via`. */
export function randomPseudonym(): string {
  return `restage-${randomBytes(8).toString('hex')}`;
}

/** A seed for all random choices. */
export function randomSeed(): number {
  return randomBytes(4).readUInt32BE();
}

function batched(length: number, makeBatch: () => string): () => string {
  let batch = '';
  let used = 0;
  return () => {
    if (used === batch.length) {
      batch = makeBatch();
      used = 0;
    }
    used += length;
    return batch.slice(used - length, used);
  };
}

/** 11 bytes in base64 each, the last 4 bits zero. */
function makeApiGatewayIds(): string {
  const base64 = randomBytes((15 * BATCH * 3) / 4).toString('base64');
  return base64.replace(/(.{14})./g, '$1A=');
}
