import { createHash } from 'node:crypto';
import { faultBounds } from '../bounds.ts';
import { sizeOfText } from '../journal/memory-budget.ts';
import { ownText } from '../journal/own-text.ts';
import type { ScheduleSettings } from './schedule-settings.ts';
import { RegionBuckets } from './token-bucket.ts';

/** Gives a number from 0 up to 1 for the n-th call of a key: the same whatever else is called. */
export type Draw = (key: string, n: number) => number;

/** What a schedule looks at of a call. */
export interface Arrival {
  readonly key: string;
  readonly region: string | undefined;
  /** Milliseconds on a clock that only rises. */
  readonly nowMs: number;
}

/** A call that was counted; whether it is the rule's turn, and what to do when the rule hits it. */
export interface Turn {
  readonly isDue: boolean;
  /** The how-manieth call this is, of its key with `per=key`, else of all. */
  readonly n: number;
  /** The how-manieth call of its key this is. */
  readonly nOfKey: number;
  readonly hit: () => void;
}

/** Asks for so many bytes to keep counts in, or gives them back. @returns false when there are none left. */
export type Reserve = (bytes: number) => boolean;

interface Counter {
  seen: number;
  hits: number;
}

/** What a key's counter takes besides its text, as measured. */
const COUNTER_BYTES = 120;
/** Of longer keys a digest is kept. */
const LONGEST_KEY = 200;

/** Counts calls as `counting.ts` says, and says when it is time. */
export class Schedule {
  readonly #settings: ScheduleSettings;
  readonly #draw: Draw;
  readonly #buckets: RegionBuckets | undefined;
  /** Most schedules count all calls together and need no counter for each key. */
  readonly #countsKeys: boolean;
  #byKey: Map<string, Counter> | undefined;
  readonly #endsAfterMs: number;
  #all: Counter = { seen: 0, hits: 0 };
  #armedAtMs: number;

  readonly #reserve: Reserve;
  #keyBytes = 0;

  constructor(
    settings: ScheduleSettings,
    draw: Draw,
    needsDraws: boolean,
    nowMs: number,
    reserve: Reserve = () => true,
  ) {
    this.#reserve = reserve;
    const { burst, p, per, ramp, rate, until } = settings;
    this.#settings = settings;
    this.#draw = draw;
    this.#buckets =
      rate === undefined
        ? undefined
        : new RegionBuckets({ rate, burst: burst ?? Math.max(1, Math.ceil(rate)) });
    this.#countsKeys = needsDraws || per === 'key' || p !== undefined || ramp !== undefined;
    const endsAfter = until ?? (settings.for === 0 ? undefined : settings.for);
    this.#endsAfterMs = endsAfter === undefined ? Number.POSITIVE_INFINITY : endsAfter * 1000;
    this.#armedAtMs = nowMs;
  }

  /** How many calls were counted, and how many were hit. */
  get counts(): Readonly<Counter> {
    return { ...this.#all };
  }

  /** What its counters of keys take. */
  get keyBytes(): number {
    return this.#keyBytes;
  }

  /** How long the rule still holds: 0 once it has ended, infinite when it never ends. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#armedAtMs + this.#endsAfterMs - nowMs);
  }

  /** Counts a call in scope, whoever answers it; nothing when it is not the rule's time. */
  count({ key, region, nowMs }: Arrival): Turn | undefined {
    const armedForMs = nowMs - this.#armedAtMs - (this.#settings.from ?? 0) * 1000;
    if (armedForMs < 0 || this.remainingMs(nowMs) === 0) return undefined;
    const isOverQuota = this.#buckets === undefined || !this.#buckets.take(region, nowMs);

    const all = this.#all;
    all.seen += 1;
    const ofKey = this.#countsKeys ? this.#counterOf(key) : all;
    if (ofKey !== all) ofKey.seen += 1;
    const counter = this.#settings.per === 'key' ? ofKey : all;
    return {
      isDue: isOverQuota && this.#isDue(counter) && this.#isDrawn(key, ofKey.seen, armedForMs),
      n: counter.seen,
      nOfKey: ofKey.seen,
      hit: () => {
        all.hits += 1;
        if (ofKey !== all) ofKey.hits += 1;
      },
    };
  }

  /** Starts counts, time and buckets from the beginning. */
  reset(nowMs: number): void {
    this.#all = { seen: 0, hits: 0 };
    this.#byKey = undefined;
    this.#reserve(-this.#keyBytes);
    this.#keyBytes = 0;
    this.#buckets?.reset();
    this.#armedAtMs = nowMs;
  }

  #isDue(counter: Counter): boolean {
    const { after = 0, cycle, every, first, times } = this.#settings;
    const n = counter.seen - after;
    if (n < 1) return false;
    if (first !== undefined && n > first) return false;
    if (every !== undefined && n % every !== 0) return false;
    if (cycle !== undefined && (n - 1) % (cycle.fail + cycle.pass) >= cycle.fail) return false;
    return times === undefined || counter.hits < times;
  }

  #isDrawn(key: string, nOfKey: number, armedForMs: number): boolean {
    const { p, ramp } = this.#settings;
    if (p === undefined && ramp === undefined) return true;
    const risen = ramp === undefined ? 1 : Math.min(1, armedForMs / (ramp * 1000));
    return this.#draw(key, nOfKey) < (p ?? 1) * risen;
  }

  #counterOf(key: string): Counter {
    const name = key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('base64') : key;
    this.#byKey ??= new Map();
    const known = this.#byKey.get(name);
    if (known !== undefined) return known;
    const counter = { seen: 0, hits: 0 };
    const bytes = sizeOfCounter(name);
    while (this.#byKey.size >= faultBounds.keysOfRule || !this.#reserve(bytes)) {
      const [oldest] = this.#byKey.keys();
      if (oldest === undefined) return counter;
      this.#byKey.delete(oldest);
      this.#keyBytes -= sizeOfCounter(oldest);
      this.#reserve(-sizeOfCounter(oldest));
    }
    this.#keyBytes += bytes;
    this.#byKey.set(ownText(name), counter);
    return counter;
  }
}

function sizeOfCounter(key: string): number {
  return COUNTER_BYTES + sizeOfText(key);
}
