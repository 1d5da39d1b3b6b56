import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is known of an answer that its client has not taken yet. */
interface Unread {
  readonly bytes: number;
  /** When the client was last seen to take a part of it. */
  since: number;
}

/** Whose answer it is. */
interface Reader {
  readonly stream: Socket;
}

/** How many readers that have nothing to take are passed over, at most, to find one that has stalled. */
const GLANCES = 64;
/** So many newcomers that find no place halve the time that a stalled reader is left. */
const KNOCKS = 10;

/**
 * The answers that lie in memory until their clients take them. Whether a client reads is judged by the bytes that it took,
 * not by what restage has done: an answer that was given to node:http is nothing that a client has.
 */
export class UnreadAnswers<R extends Reader> {
  readonly #stalledMs: number;
  readonly #now: () => number;
  /** The longest without progress first. */
  readonly #unread = new Map<R, Unread>();
  #bytes = 0;
  #knocks = 0;
  #knockedAt = 0;

  constructor(stalledMs: number, now: () => number = performance.now.bind(performance)) {
    this.#stalledMs = stalledMs;
    this.#now = now;
  }

  get size(): number {
    return this.#unread.size;
  }

  /** Of all answers together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes an answer that was sent and not taken at once. */
  add(reader: R, response: ServerResponse, bytes: number): void {
    this.delete(reader);
    const unread = { bytes, since: this.#now() };
    this.#unread.set(reader, unread);
    this.#bytes += bytes;
    // A large answer leaves in pieces: each tells that the client has taken the one before it.
    response.on('drain', () => this.#renew(reader));
    response.once('close', () => {
      // By then, the answer to the next call may lie there.
      if (this.#unread.get(reader) === unread) this.delete(reader);
    });
  }

  delete(reader: R): void {
    const unread = this.#unread.get(reader);
    if (unread === undefined) return;
    this.#unread.delete(reader);
    this.#bytes -= unread.bytes;
  }

  /**
   * Notes that a newcomer found no place while readers hold many. Who knocks again and again, and then reads nothing,
   * would else keep everybody out for as long as stalled readers are left in peace.
   */
  knock(): void {
    const now = this.#now();
    this.#knocks = this.#knocks * 0.5 ** ((now - this.#knockedAt) / 1000) + 1;
    this.#knockedAt = now;
  }

  /** The reader that has taken nothing for the longest time, if that is long; with `anyTime`, however short it is. */
  findStalled(anyTime = false): R | undefined {
    const now = this.#now();
    const knocks = this.#knocks * 0.5 ** ((now - this.#knockedAt) / 1000);
    const patienceMs = anyTime ? 0 : this.#stalledMs / (1 + knocks / KNOCKS);
    let glances = GLANCES;
    for (const [reader, { since }] of this.#unread) {
      if (now - since < patienceMs || glances === 0) return undefined;
      if (reader.stream.writableLength > 0) return reader;
      glances -= 1;
      this.#renew(reader);
    }
    return undefined;
  }

  #renew(reader: R): void {
    const unread = this.#unread.get(reader);
    if (unread === undefined) return;
    unread.since = this.#now();
    // To the end: those before it have taken nothing for longer.
    this.#unread.delete(reader);
    this.#unread.set(reader, unread);
  }
}
