import { z } from 'zod';
import { chance, positiveNumber, wholeNumber } from './parameter.ts';

/** When a rule fires, of the calls in its scope. All given conditions must hold. */
export const scheduleParameters = {
  /** Skips the first N. */
  after: wholeNumber.optional(),
  /** Then the first N; 0 never fires. */
  first: wholeNumber.optional(),
  /** Then every N-th. */
  every: positiveNumber.optional(),
  /** Then with this chance. */
  p: chance.optional(),
  /** Fires at most N times. */
  times: wholeNumber.optional(),
  /** `key`: each key is counted for itself. */
  per: z.enum(['key'], "takes 'key'").optional(),
};

const schema = z.object(scheduleParameters);
export type ScheduleSettings = z.infer<typeof schema>;

/** Gives a number from 0 up to 1 for the n-th call of a key: the same whatever else is called. */
export type Draw = (key: string, n: number) => number;

/** A call that was counted; whether it is the rule's turn, and what to do when the rule fires. */
export interface Turn {
  readonly isDue: boolean;
  /** The how-manieth call of its key this is, in the rule's scope. */
  readonly nOfKey: number;
  readonly fire: () => void;
}

interface Counter {
  seen: number;
  fired: number;
}

/** Keys counted for themselves are forgotten, the oldest first, beyond this: ids can be made up without end. */
const MAX_KEYS = 100_000;

/** Counts calls, from 1, and says when it is time. */
export class Schedule {
  readonly #settings: ScheduleSettings;
  readonly #draw: Draw;
  #all: Counter = { seen: 0, fired: 0 };
  readonly #byKey = new Map<string, Counter>();
  /** Most schedules count all calls together and need no counter for each key. */
  readonly #countsKeys: boolean;

  constructor(settings: ScheduleSettings, draw: Draw, needsDraws: boolean) {
    this.#settings = settings;
    this.#draw = draw;
    this.#countsKeys = needsDraws || settings.per === 'key' || settings.p !== undefined;
  }

  /** How many calls were counted, and how many times the rule fired. */
  get counts(): Readonly<Counter> {
    return { ...this.#all };
  }

  /** Counts a call in scope, whoever answers it. */
  count(key: string): Turn {
    const all = this.#all;
    all.seen += 1;
    const ofKey = this.#countsKeys ? this.#counterOf(key) : all;
    if (ofKey !== all) ofKey.seen += 1;
    const counter = this.#settings.per === 'key' ? ofKey : all;
    return {
      isDue: this.#isDue(counter, key, ofKey.seen),
      nOfKey: ofKey.seen,
      fire: () => {
        all.fired += 1;
        if (ofKey !== all) ofKey.fired += 1;
      },
    };
  }

  /** Counts from the beginning. */
  reset(): void {
    this.#all = { seen: 0, fired: 0 };
    this.#byKey.clear();
  }

  #isDue(counter: Counter, key: string, nOfKey: number): boolean {
    const { after = 0, first, every, p, times } = this.#settings;
    const n = counter.seen - after;
    if (n < 1) return false;
    if (first !== undefined && n > first) return false;
    if (every !== undefined && n % every !== 0) return false;
    if (times !== undefined && counter.fired >= times) return false;
    return p === undefined || this.#draw(key, nOfKey) < p;
  }

  #counterOf(key: string): Counter {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size >= MAX_KEYS && oldest !== undefined) this.#byKey.delete(oldest);
    const counter = { seen: 0, fired: 0 };
    this.#byKey.set(key, counter);
    return counter;
  }
}
