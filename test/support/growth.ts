/** More than noise makes of 4, less than the square of 4. */
export const LINEAR = 10;
const ROUNDS = 5;
const RUNS = 3;

/**
 * How much more work a run is at four times the size: about 4 where it grows in proportion, 16 where it grows by squares. It
 * is measured in CPU time, the least of some runs, and again if others were in the way.
 */
export function growthOf<T>(
  size: number,
  prepare: (size: number) => T,
  run: (prepared: T) => unknown,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && least >= LINEAR; round += 1) {
    const small = leastWork(() => prepare(size), run);
    const large = leastWork(() => prepare(4 * size), run);
    // Below that, a clock tells nothing.
    least = Math.min(least, large / Math.max(small, 200));
  }
  return least;
}

function leastWork<T>(prepare: () => T, run: (prepared: T) => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i += 1) {
    const prepared = prepare();
    const before = process.cpuUsage();
    run(prepared);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
