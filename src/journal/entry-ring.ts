import type { JournalEntry } from './entry.ts';

type Place = { -readonly [Field in keyof JournalEntry]: JournalEntry[Field] };

/**
 * The last entries. Each is written into the place of the oldest one: an object kept of each call would have the garbage
 * collector move it about, and every call wait for that.
 */
export class EntryRing {
  readonly #size: number;
  readonly #places: Place[] = [];
  /** Whether what stands in a place still counts. */
  readonly #isKept: boolean[] = [];
  #next = 0;
  #count = 0;

  /** @param size how many are kept, from 1. */
  constructor(size: number) {
    this.#size = size;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes an entry in. @returns whether the oldest one had to go for it. */
  add(entry: JournalEntry): boolean {
    const at = this.#next;
    this.#next = at + 1 === this.#size ? 0 : at + 1;
    const place = this.#places[at];
    if (place === undefined) this.#places.push({ ...entry });
    else write(entry, place);
    const isForgetting = this.#isKept[at] === true;
    this.#isKept[at] = true;
    if (!isForgetting) this.#count += 1;
    return isForgetting;
  }

  /** Takes out the entry of that invocation id; nothing when it is not kept. */
  take(invocationId: string): JournalEntry | undefined {
    if (this.#count === 0) return undefined;
    const at = this.#places.findIndex((entry, i) => this.#isKept[i] && entry.invocationId === invocationId);
    const place = this.#places[at];
    if (place === undefined) return undefined;
    this.#isKept[at] = false;
    this.#count -= 1;
    return { ...place };
  }

  /** Copies of those that are kept, oldest first. */
  get entries(): JournalEntry[] {
    const order = [...this.#places.keys()];
    const inOrder = [...order.slice(this.#next), ...order.slice(0, this.#next)];
    return inOrder.flatMap((at) => {
      const place = this.#places[at];
      return place !== undefined && this.#isKept[at] ? [{ ...place }] : [];
    });
  }

  clear(): void {
    this.#places.length = 0;
    this.#isKept.length = 0;
    this.#next = 0;
    this.#count = 0;
  }
}

/** By hand: a copy of what fields there are takes six times as long. */
function write(entry: JournalEntry, place: Place): void {
  place.at = entry.at;
  place.session = entry.session;
  place.operation = entry.operation;
  place.restApiId = entry.restApiId;
  place.parameters = entry.parameters;
  place.region = entry.region;
  place.outcome = entry.outcome;
  place.status = entry.status;
  place.durationMs = entry.durationMs;
  place.upstreamMs = entry.upstreamMs;
  place.invocationId = entry.invocationId;
  place.attempt = entry.attempt;
  place.client = entry.client;
  place.abandoned = entry.abandoned;
  place.damaged = entry.damaged;
  place.retryAfterMs = entry.retryAfterMs;
  place.fault = entry.fault;
  place.hits = entry.hits;
  place.note = entry.note;
}
