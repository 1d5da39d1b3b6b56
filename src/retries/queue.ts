/** What was put in, in that order, and without what was taken out. */
export class Queue<T> {
  readonly #items = new Set<T>();
  /** One for all: a new one would begin with the places of everything that is gone. */
  #oldest = this.#items.values();

  get size(): number {
    return this.#items.size;
  }

  add(item: T): void {
    this.#items.add(item);
  }

  delete(item: T): void {
    this.#items.delete(item);
  }

  /** Takes out the oldest. There must be one. */
  takeOldest(): T {
    const { value } = this.#oldest.next();
    if (value === undefined) throw new Error('there is none to take');
    this.#items.delete(value);
    return value;
  }

  clear(): void {
    this.#items.clear();
    this.#oldest = this.#items.values();
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }
}
