import { type FreshEntry, type JournalEntry, sizeOfEntry } from './entry.ts';
import type { Forgetful, MemoryShare } from './memory-budget.ts';

/**
 * The last entries. Each is written into the place of the oldest one: an object kept of each call would have the garbage
 * collector move it about, and every call wait for that.
 */
export class EntryRing implements Forgetful {
  readonly #size: number;
  readonly #share: MemoryShare;
  /** An entry that was forgotten for others' sake leaves no object. */
  readonly #places: (FreshEntry | undefined)[] = [];
  /** Whether what stands in a place still counts. */
  readonly #isKept: boolean[] = [];
  /** What is counted for each place. */
  readonly #bytes: number[] = [];
  /** The places in use, those of entries that were taken out included: where they begin, and how many. */
  #start = 0;
  #length = 0;
  #count = 0;
  /** How many had to go, for new ones or for others' sake. */
  forgotten = 0;

  /** @param size how many are kept, from 1. */
  constructor(size: number, share: MemoryShare) {
    this.#size = size;
    this.#share = share;
    share.join(this);
  }

  get count(): number {
    return this.#count;
  }

  /** Takes an entry in; the oldest one goes for it where there is no place. */
  add(entry: JournalEntry): void {
    if (this.#length === this.#size) this.#skip();
    const at = this.#placeOf(this.#length);
    const place = this.#places[at];
    if (place === undefined) this.#places[at] = { ...entry };
    else write(entry, place);
    this.#isKept[at] = true;
    this.#length += 1;
    this.#count += 1;
    this.#charge(at, sizeOfEntry(entry));
  }

  /** Takes out the entry of that invocation id; nothing when it is not kept. */
  take(invocationId: string): JournalEntry | undefined {
    if (this.#count === 0) return undefined;
    const at = this.#places.findIndex((entry, i) => this.#isKept[i] && entry?.invocationId === invocationId);
    const place = this.#places[at];
    if (place === undefined) return undefined;
    this.#isKept[at] = false;
    this.#count -= 1;
    return { ...place };
  }

  /** Copies of those that are kept, oldest first. */
  get entries(): JournalEntry[] {
    const kept: JournalEntry[] = [];
    for (let n = 0; n < this.#length; n += 1) {
      const at = this.#placeOf(n);
      const place = this.#places[at];
      if (place !== undefined && this.#isKept[at]) kept.push({ ...place });
    }
    return kept;
  }

  get oldestAt(): number | undefined {
    return this.#length === 0 ? undefined : this.#places[this.#start]?.at;
  }

  forget(bytes: number): void {
    let freed = 0;
    while (this.#length > 0 && freed < bytes) {
      const at = this.#start;
      freed += this.#bytes[at] ?? 0;
      this.#skip();
      this.#places[at] = undefined;
      this.#charge(at, 0);
    }
  }

  clear(): void {
    this.#share.add(-this.#bytes.reduce((sum, bytes) => sum + bytes, 0));
    this.#places.length = 0;
    this.#isKept.length = 0;
    this.#bytes.length = 0;
    this.#start = 0;
    this.#length = 0;
    this.#count = 0;
    this.forgotten = 0;
  }

  #placeOf(n: number): number {
    const at = this.#start + n;
    return at < this.#size ? at : at - this.#size;
  }

  /** Lets the oldest go; its place stays, to be written over. */
  #skip(): void {
    if (this.#isKept[this.#start]) {
      this.#isKept[this.#start] = false;
      this.#count -= 1;
      this.forgotten += 1;
    }
    this.#start = this.#placeOf(1);
    this.#length -= 1;
  }

  #charge(at: number, bytes: number): void {
    const before = this.#bytes[at] ?? 0;
    this.#bytes[at] = bytes;
    this.#share.add(bytes - before);
  }
}

/** By hand: a copy of what fields there are takes six times as long. */
function write(entry: JournalEntry, place: FreshEntry): void {
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
  place.maxAttempts = entry.maxAttempts;
  place.client = entry.client;
  place.abandoned = entry.abandoned;
  place.damaged = entry.damaged;
  place.retryAfterMs = entry.retryAfterMs;
  place.fault = entry.fault;
  place.hits = entry.hits;
  place.note = entry.note;
}
