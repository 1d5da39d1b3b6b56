import { controlBounds } from '../bounds.ts';
import { describeEntry, type JournalEntry } from '../journal/entry.ts';

/** Says that the stream lives, before a proxy on the way takes it for dead. */
const HEARTBEAT_MS = 15_000;

/** One reader of the stream. */
class Listener implements AsyncIterableIterator<Uint8Array> {
  readonly session: string | undefined;
  readonly #onEnd: (listener: Listener) => void;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #wake: (() => void) | undefined;
  #hasEnded = false;

  constructor(session: string | undefined, onEnd: (listener: Listener) => void) {
    this.session = session;
    this.#onEnd = onEnd;
  }

  push(text: string): void {
    if (this.#waitingBytes + text.length > controlBounds.waitingEventBytes) this.#lost += 1;
    else {
      this.#waiting.push(text);
      this.#waitingBytes += text.length;
    }
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (this.#waiting.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#waiting.length === 0) return { done: true, value: undefined };
    const lost = this.#lost === 0 ? '' : toEvent('lost', { calls: this.#lost });
    const text = this.#waiting.join('') + lost;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lost = 0;
    return { done: false, value: Buffer.from(text) };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#hasEnded = true;
    this.#waiting = [];
    this.#onEnd(this);
    this.#wake?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Tells whoever listens how each call was answered, as server-sent events. [HTML standard] */
export class EventStream {
  readonly #listeners = new Set<Listener>();
  #heartbeat: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Tells of a call. Costs nothing while nobody listens. */
  publish(entry: JournalEntry): void {
    if (this.#listeners.size === 0) return;
    const text = toEvent('call', describeEntry(entry));
    for (const listener of this.#listeners)
      if (listener.session === undefined || listener.session === entry.session) listener.push(text);
  }

  /** A stream of what comes from now on, of one session or of all; nothing when there are too many already. */
  listen(session: string | undefined): AsyncIterable<Uint8Array> | undefined {
    if (this.#listeners.size >= controlBounds.listeners) return undefined;
    const listener = new Listener(session, (ended) => this.#forget(ended));
    // Readers come back at once when their stream ends; restage, which is about to stop, would wait for them.
    if (this.#isClosed) {
      void listener.return();
      return listener;
    }
    // So that the head leaves at once, and the client knows that it listens.
    listener.push(': listening\n\n');
    this.#listeners.add(listener);
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    return listener;
  }

  /** Ends every stream, those to come as well. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#listeners].map((listener) => listener.return()));
  }

  #beat(): void {
    for (const listener of this.#listeners) listener.push(': alive\n\n');
  }

  #forget(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}

function toEvent(type: string, content: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(content)}\n\n`;
}
