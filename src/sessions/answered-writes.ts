import type { Answer, Outcome } from '../call.ts';
import type { Forgetful, MemoryShare } from '../journal/memory-budget.ts';

/** How a write was answered. */
export interface AnsweredWrite {
  readonly answer: Answer;
  readonly outcome: Outcome;
}

interface Entry extends AnsweredWrite {
  readonly at: number;
  readonly bytes: number;
}

/** In characters. SDKs send a UUID. */
const LONGEST_ID = 100;
/** What an entry takes besides its texts, as measured. */
const ENTRY_BYTES = 400;

/**
 * The writes of a session and their answers, by the ids that SDKs give to all attempts of one call: another attempt at what was
 * done is answered as the first was, and does it no second time.
 */
export class AnsweredWrites implements Forgetful {
  readonly #share: MemoryShare;
  readonly #entries = new Map<string, Entry>();

  constructor(share: MemoryShare) {
    this.#share = share;
    share.join(this);
  }

  get oldestAt(): number | undefined {
    for (const { at } of this.#entries.values()) return at;
    return undefined;
  }

  /** @param keyText what was asked for: an id of one call is none of another. */
  find(invocationId: string | undefined, keyText: string): AnsweredWrite | undefined {
    return invocationId === undefined ? undefined : this.#entries.get(nameOf(invocationId, keyText));
  }

  /** Remembers an answer that is there as a whole. @param at in epoch milliseconds. */
  add(
    invocationId: string | undefined,
    keyText: string,
    { answer, outcome }: AnsweredWrite,
    at: number,
  ): void {
    const { body } = answer;
    if (invocationId === undefined || invocationId.length > LONGEST_ID) return;
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) return;
    const name = nameOf(invocationId, keyText);
    // The bytes of an answer may be those of another one by the time they are asked for.
    const own = typeof body === 'string' ? body : Uint8Array.from(body);
    const bytes = ENTRY_BYTES + 2 * name.length + own.length;
    this.#entries.set(name, { answer: { ...answer, body: own }, outcome, at, bytes });
    this.#share.add(bytes);
  }

  forget(bytes: number): void {
    let freed = 0;
    for (const [name, entry] of this.#entries) {
      if (freed >= bytes) return;
      this.#entries.delete(name);
      this.#share.add(-entry.bytes);
      freed += entry.bytes;
    }
  }

  clear(): void {
    this.forget(Number.POSITIVE_INFINITY);
  }
}

function nameOf(invocationId: string, keyText: string): string {
  return `${invocationId} ${keyText}`;
}
