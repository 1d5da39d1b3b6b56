/** Numbers from a seed: the same seed gives the same attack. [mulberry32] */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to the limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** The text with some of it removed, doubled, exchanged, or something odd put in. */
  mutate(text: string, odd: readonly [string, ...string[]]): string {
    let mutant = text;
    for (let n = 1 + this.below(4); n > 0; n -= 1) mutant = this.#mutateOnce(mutant, odd);
    return mutant;
  }

  #mutateOnce(text: string, odd: readonly [string, ...string[]]): string {
    const from = this.below(text.length + 1);
    const to = from + this.below(Math.min(40, text.length - from + 1));
    const [before, part, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
    switch (this.below(6)) {
      case 0:
        return before + after;
      case 1:
        return before + part + part + after;
      case 2:
        return before + this.pick(odd) + after;
      case 3:
        return before + this.pick(odd) + part + after;
      case 4:
        return before + String.fromCharCode(this.below(256)) + after;
      default:
        return before + part.repeat(1 + this.below(50)) + after;
    }
  }
}
