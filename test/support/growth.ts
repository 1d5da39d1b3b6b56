/** More than noise makes of 4, less than the square of 4. */
export const LINEAR = 10;
const ROUNDS = 5;

/**
 * How much more work a run is at four times the size: about 4 where it grows in proportion, 16 where it grows by squares. It
 * is measured in CPU time, and again if others were in the way: then it is the least of some runs.
 */
export function growthOf<T>(
  size: number,
  prepare: (size: number) => T,
  run: (prepared: T) => unknown,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && least >= LINEAR; round += 1) {
    const runs = 1 + 2 * round;
    const small = leastWork(runs, () => prepare(size), run);
    const large = leastWork(runs, () => prepare(4 * size), run);
    // Below that, a clock tells nothing.
    least = Math.min(least, large / Math.max(small, 200));
  }
  return least;
}

function leastWork<T>(runs: number, prepare: () => T, run: (prepared: T) => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i += 1) {
    const prepared = prepare();
    const before = process.cpuUsage();
    run(prepared);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
