import type { ByteBudget } from './byte-budget.ts';

/** What a buffer begins with: it is counted for nothing, so that what is small finds a place in any crowd. */
const FREE_BYTES = 16 * 1024;

const NOTHING = Buffer.alloc(0);

/** Why a buffer cannot take more: it holds as much as it may, or all of them together do. */
export type Fullness = 'full' | 'crowded';

/**
 * Bytes that come in pieces, in one buffer that doubles: a piece costs what it has in bytes, and nothing besides, so that
 * a stranger cannot make many small ones dear.
 */
export class GrowingBuffer {
  readonly #maxBytes: number;
  readonly #budget: ByteBudget;
  #buffer: Buffer = NOTHING;
  #length = 0;
  #taken = 0;

  constructor(maxBytes: number, budget: ByteBudget) {
    this.#maxBytes = maxBytes;
    this.#budget = budget;
  }

  /** @returns why the piece was not taken, if so. */
  append(piece: Uint8Array): Fullness | undefined {
    const needed = this.#length + piece.length;
    if (needed > this.#maxBytes) return 'full';
    if (needed > this.#buffer.length && !this.#grow(needed)) return 'crowded';
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
    return undefined;
  }

  /** What came so far. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Lets go of the bytes, and gives back what they have of the budget. Nobody is to keep them any longer. */
  release(): void {
    this.#budget.giveBack(this.#taken);
    this.#taken = 0;
    this.#buffer = NOTHING;
    this.#length = 0;
  }

  #grow(needed: number): boolean {
    const size = Math.min(Math.max(needed, this.#buffer.length * 2, FREE_BYTES), this.#maxBytes);
    const wanted = Math.max(0, size - FREE_BYTES) - this.#taken;
    if (!this.#budget.take(wanted)) return false;
    this.#taken += wanted;
    const larger = Buffer.allocUnsafe(size);
    larger.set(this.bytes);
    this.#buffer = larger;
    return true;
  }
}
