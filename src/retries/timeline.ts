import { memoryBounds } from '../bounds.ts';
import { type Forgetful, MemoryBudget, type MemoryShare } from '../journal/memory-budget.ts';

/** The width of a column, in milliseconds: what people read easily. Beyond the last one, whole hours. */
const STEPS = [10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 20e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1800e3];
const HOUR_MS = 3_600_000;
const WINDOW_MS = 1000;

/** Attempts over time, in columns of equal width. */
export interface Columns {
  /** When the first column begins, in epoch milliseconds. */
  readonly from: number;
  readonly columnMs: number;
  /** Attempts that no fault answered. */
  readonly answered: readonly number[];
  readonly faulted: readonly number[];
}

/** What a time takes in memory. */
const TIME_BYTES = 16;

/** When attempts were made: the last of them. */
export class Timeline implements Forgetful {
  readonly #size: number;
  readonly #share: MemoryShare;
  #times: number[] = [];
  #faulted: boolean[] = [];
  /** Where the next one goes; the oldest stands there once all places are taken. */
  #next = 0;
  /** How many attempts' times are no longer kept. */
  forgotten = 0;

  constructor(size: number = memoryBounds.attemptTimes, share: MemoryShare = new MemoryBudget().open()) {
    this.#size = size;
    this.#share = share;
    share.join(this);
  }

  add(at: number, isFaulted: boolean): void {
    const isFull = this.#times.length === this.#size;
    this.#times[this.#next] = at;
    this.#faulted[this.#next] = isFaulted;
    this.#next = this.#next + 1 === this.#size ? 0 : this.#next + 1;
    if (isFull) this.forgotten += 1;
    else this.#share.add(TIME_BYTES);
  }

  get oldestAt(): number | undefined {
    return this.#times[this.#times.length === this.#size ? this.#next : 0];
  }

  /** Half of them at least: what is left has to be moved. */
  forget(bytes: number): void {
    const count = Math.max(Math.ceil(bytes / TIME_BYTES), Math.ceil(this.#times.length / 2));
    const begin = this.#times.length === this.#size ? this.#next : 0;
    const rest = <T>(items: T[]): T[] => [...items.slice(begin), ...items.slice(0, begin)].slice(count);
    const before = this.#times.length;
    this.#times = rest(this.#times);
    this.#faulted = rest(this.#faulted);
    this.#next = this.#times.length;
    this.forgotten += before - this.#times.length;
    this.#share.add((this.#times.length - before) * TIME_BYTES);
  }

  /** The window of one second with the most attempts: when it begins and how many there were. */
  findPeak(): { readonly at: number; readonly attempts: number } {
    const times = Float64Array.from(this.#times).sort();
    let peak = { at: times[0] ?? 0, attempts: 0 };
    let from = 0;
    for (let to = 0; to < times.length; to += 1) {
      while ((times[to] ?? 0) - (times[from] ?? 0) >= WINDOW_MS) from += 1;
      if (to - from + 1 > peak.attempts) peak = { at: times[from] ?? 0, attempts: to - from + 1 };
    }
    return peak;
  }

  /** The attempts in at most so many columns. */
  divide(maxColumns: number): Columns {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const at of this.#times) {
      if (at < from) from = at;
      if (at > to) to = at;
    }
    if (this.#times.length === 0) return { from: 0, columnMs: 0, answered: [], faulted: [] };
    const columnMs = chooseWidth((to - from) / maxColumns);
    const count = Math.floor((to - from) / columnMs) + 1;
    const answered = new Array<number>(count).fill(0);
    const faulted = new Array<number>(count).fill(0);
    this.#times.forEach((at, i) => {
      const columns = this.#faulted[i] === true ? faulted : answered;
      const column = Math.floor((at - from) / columnMs);
      columns[column] = (columns[column] ?? 0) + 1;
    });
    return { from, columnMs, answered, faulted };
  }

  clear(): void {
    this.#share.add(-this.#times.length * TIME_BYTES);
    this.#times = [];
    this.#faulted = [];
    this.#next = 0;
    this.forgotten = 0;
  }
}

/** The first step that is wider: one that is only as wide would need a column more. */
function chooseWidth(leastMs: number): number {
  return STEPS.find((step) => step > leastMs) ?? (Math.floor(leastMs / HOUR_MS) + 1) * HOUR_MS;
}
