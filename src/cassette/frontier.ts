/**
 * The greatest number among the writes that concern what is read: one path is the other's beginning, by segments. A write
 * to an API may change all that belongs to it, and what lists it.
 */
export class Frontier {
  /** By the paths that were written to. */
  readonly #written = new Map<string, number>();
  /** By the paths that they are below, and their own. */
  readonly #below = new Map<string, number>();

  /** Takes note of a write. @returns how many paths are kept for it that were not before. */
  advance(path: string, at: number): number {
    let fresh = raise(this.#written, path, at);
    for (const beginning of beginningsOf(path)) fresh += raise(this.#below, beginning, at);
    return fresh;
  }

  /** 0 before the first that concerns the path. */
  at(path: string): number {
    if (this.#written.size === 0) return 0;
    let greatest = this.#below.get(path) ?? 0;
    for (const beginning of beginningsOf(path))
      greatest = Math.max(greatest, this.#written.get(beginning) ?? 0);
    return greatest;
  }

  /** Starts before the first write. */
  reset(): void {
    this.#written.clear();
    this.#below.clear();
  }
}

/** @returns how many entries there are more. */
function raise(numbers: Map<string, number>, path: string, at: number): number {
  const before = numbers.get(path);
  numbers.set(path, Math.max(at, before ?? 0));
  return before === undefined ? 1 : 0;
}

/** `/a`, `/a/b` and `/a/b/c` of the last. */
function* beginningsOf(path: string): Generator<string> {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
    yield path.slice(0, slash);
  yield path;
}
