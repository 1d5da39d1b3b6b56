import type { Phase } from './plan.ts';

/** Which phase of a plan it is, by the clock and by the calls that were counted. */
export class Timeline {
  readonly #phases: readonly Phase[];
  readonly #repeats: boolean;
  /** How long a round takes; nothing when that depends on calls. */
  readonly #roundMs: number | undefined;
  #index = 0;
  #beganAtMs: number;
  #calls = 0;
  #lastCallAtMs = 0;

  constructor(phases: readonly Phase[], repeats: boolean, nowMs: number) {
    this.#phases = phases;
    this.#repeats = repeats;
    this.#roundMs = phases.reduce<number | undefined>(
      (sum, { ends }) => (sum !== undefined && ends && 'afterMs' in ends ? sum + ends.afterMs : undefined),
      0,
    );
    this.#beganAtMs = nowMs;
  }

  /** The phase's place; beyond the last one when all are over. */
  get index(): number {
    return this.#index;
  }

  /** How long the phase still takes; nothing when that is not known. */
  remainingMs(nowMs: number): number | undefined {
    const ends = this.#phases[this.#index]?.ends;
    return ends && 'afterMs' in ends ? this.#beganAtMs + ends.afterMs - nowMs : undefined;
  }

  /** Moves on to the phase that it is now; tells of each one that began meanwhile, and when. */
  moveTo(nowMs: number, onBegin: (index: number, beganAtMs: number) => void): void {
    this.#skipRounds(nowMs);
    for (;;) {
      const endedAtMs = this.#endOf(this.#phases[this.#index], nowMs);
      if (endedAtMs === undefined) return;
      const isLast = this.#index === this.#phases.length - 1;
      this.#begin(isLast && this.#repeats ? 0 : this.#index + 1, endedAtMs);
      if (this.#index < this.#phases.length) onBegin(this.#index, endedAtMs);
    }
  }

  /** Counts a call of this phase. */
  countCall(nowMs: number): void {
    this.#calls += 1;
    this.#lastCallAtMs = nowMs;
  }

  /** From the beginning. */
  reset(nowMs: number): void {
    this.#begin(0, nowMs);
  }

  /** When the phase was over, if it is: by the clock, or with the last of its calls. */
  #endOf(phase: Phase | undefined, nowMs: number): number | undefined {
    if (phase?.ends === undefined) return undefined;
    if ('afterCalls' in phase.ends)
      return this.#calls >= phase.ends.afterCalls ? this.#lastCallAtMs : undefined;
    const endsAtMs = this.#beganAtMs + phase.ends.afterMs;
    return nowMs >= endsAtMs ? endsAtMs : undefined;
  }

  #begin(index: number, beganAtMs: number): void {
    this.#index = index;
    this.#beganAtMs = beganAtMs;
    this.#calls = 0;
  }

  /** After a long silence, whole rounds are not walked through. */
  #skipRounds(nowMs: number): void {
    const roundMs = this.#roundMs;
    if (!this.#repeats || roundMs === undefined || roundMs <= 0) return;
    const rounds = Math.floor((nowMs - this.#beganAtMs) / roundMs);
    // One is left to walk through: every phase that begins is told of.
    if (rounds > 1) this.#beganAtMs += (rounds - 1) * roundMs;
  }
}
