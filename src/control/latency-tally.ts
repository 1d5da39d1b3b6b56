/** Counts durations by the bounds that they lie within, in plain numbers: what is counted with each call must cost nothing. */
export class LatencyTally {
  /** Rising, in seconds. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    // The last one is of those beyond all bounds.
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(seconds: number): void {
    let place = 0;
    while (place < this.bounds.length && seconds > (this.bounds[place] ?? 0)) place += 1;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** How many there were up to each bound, and in all. */
  get cumulative(): { readonly upTo: readonly number[]; readonly count: number; readonly sum: number } {
    let count = 0;
    const upTo = this.#counts.map((own) => {
      count += own;
      return count;
    });
    return { upTo: upTo.slice(0, -1), count, sum: this.#sum };
  }
}
