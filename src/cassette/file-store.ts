import { Low } from 'lowdb';

/** Where a store's text is kept. */
export interface TextPort {
  /** Null when there is none. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
  /** Has there be none. */
  remove(): Promise<void>;
}

/** How a file's data is told as text. */
export interface Codec<T> {
  readonly parse: (text: string) => T;
  readonly stringify: (data: T) => string;
}

/** One file's data, read and written as a whole. */
export class FileStore<T> {
  readonly #file: TextPort;
  readonly #low: Low<T | null>;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(file: TextPort, codec: Codec<T>) {
    this.#file = file;
    const adapter = {
      read: async () => {
        const text = await file.read();
        return text === null ? null : codec.parse(text);
      },
      write: async (data: T | null) => (data === null ? file.remove() : file.write(codec.stringify(data))),
    };
    this.#low = new Low<T | null>(adapter, null);
  }

  /** The file's data, or null when there is no file. Throws what the codec and the file system throw. */
  async read(): Promise<T | null> {
    await this.#low.read();
    return this.#low.data;
  }

  /**
   * Writes the data, or removes the file where there is none; settled when it is in the file. What is asked for while a write is under way shares the next one.
   * Not lowdb's own queue: there the first caller waits for all that come after it, and fails with any of them.
   */
  write(data: T | null): Promise<void> {
    this.#low.data = data;
    this.#waiting ??= this.#writeAfter(this.#writing);
    return this.#waiting;
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    // Whether the previous write went well is for those who asked for it.
    await previous.catch(() => undefined);
    // lowdb writes nothing for null.
    this.#writing = this.#low.data === null ? this.#file.remove() : this.#low.write();
    this.#waiting = undefined;
    return this.#writing;
  }
}
