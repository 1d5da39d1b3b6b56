/** What was put in, in that order, and without what was taken out. */
export class Queue<T> {
  readonly #items = new Set<T>();
  /** One for all: a new one would begin with the places of everything that is gone. */
  #rest = this.#items.values();
  #oldest: T | undefined;

  get size(): number {
    return this.#items.size;
  }

  /** Nothing when it is empty. */
  get oldest(): T | undefined {
    // An iterator that has come to the end once stays there, whatever is added afterwards.
    if (this.#items.size > 0) this.#oldest ??= this.#rest.next().value;
    return this.#oldest;
  }

  add(item: T): void {
    this.#items.add(item);
  }

  delete(item: T): void {
    this.#items.delete(item);
    if (this.#oldest === item) this.#oldest = undefined;
  }

  /** Takes out the oldest. There must be one. */
  takeOldest(): T {
    const item = this.oldest;
    if (item === undefined) throw new Error('there is none to take');
    this.delete(item);
    return item;
  }

  clear(): void {
    this.#items.clear();
    this.#rest = this.#items.values();
    this.#oldest = undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }
}
