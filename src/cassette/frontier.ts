import { isRelated } from './recorded-writes.ts';

/** How far the writes of one replay have come, file by file. */
export class Frontier {
  /** By API, or the account: for each path, the greatest number of a write to it. */
  readonly #made = new Map<string | undefined, Map<string, number>>();

  /** Takes note of a write. */
  advance(restApiId: string | undefined, path: string, at: number): void {
    let made = this.#made.get(restApiId);
    if (made === undefined) {
      made = new Map();
      this.#made.set(restApiId, made);
    }
    made.set(path, Math.max(at, made.get(path) ?? 0));
  }

  /** The greatest number among the writes that are related to the path; 0 before the first. */
  at(restApiId: string | undefined, path: string): number {
    const made = this.#made.get(restApiId);
    if (made === undefined) return 0;
    let greatest = 0;
    for (const [written, at] of made) if (at > greatest && isRelated(written, path)) greatest = at;
    return greatest;
  }

  /** Starts before the first write. */
  reset(): void {
    this.#made.clear();
  }
}
