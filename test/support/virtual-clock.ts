/** A clock whose time passes only where somebody sleeps, and then at once. */
export interface VirtualClock {
  /** Milliseconds since it was made. */
  readonly elapsed: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly advance: (ms: number) => void;
}

/**
 * Sleepers wake one after the other, each at the very time it asked for: what one does when it wakes is done before the
 * time goes on, so that what each has waited can be read from the clock, however many sleep at once.
 */
export function virtualClock(): VirtualClock {
  let now = 0;
  let isTurning = false;
  let sleepers: Array<{ readonly at: number; readonly wake: () => void }> = [];
  const turn = (): void => {
    const [next, ...others] = sleepers.toSorted((a, b) => a.at - b.at);
    sleepers = others;
    isTurning = next !== undefined;
    if (next === undefined) return;
    now = Math.max(now, next.at);
    next.wake();
    setImmediate(turn);
  };
  return {
    elapsed: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + ms, wake });
        if (!isTurning) setImmediate(turn);
        isTurning = true;
      }),
    advance: (ms) => {
      now += ms;
    },
  };
}
