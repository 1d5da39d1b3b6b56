import type { Json } from './stages.ts';

/** The members of a resource. */
export type Fields = { [member: string]: Json };

/** The resources of an account by their paths, in the order in which they were made. */
export class Store {
  readonly #resources = new Map<string, Fields>();
  #made = 0;

  /** An id that nothing else has, the same ones in the same order in every store. */
  newId(beginning: string): string {
    this.#made += 1;
    return beginning + this.#made.toString(36).padStart(Math.max(4, 10 - beginning.length), '0');
  }

  get(path: string): Fields | undefined {
    return this.#resources.get(path);
  }

  set(path: string, fields: Fields): void {
    this.#resources.set(path, fields);
  }

  /** Removes a resource and what belongs to it. */
  delete(path: string): void {
    for (const each of this.#resources.keys()) {
      if (each === path || each.startsWith(`${path}/`)) this.#resources.delete(each);
    }
  }

  /** The resources of a collection by the last segment of their paths. */
  in(collection: string): Array<[name: string, fields: Fields]> {
    const start = `${collection}/`;
    return [...this.#resources]
      .filter(([path]) => path.startsWith(start) && !path.includes('/', start.length))
      .map(([path, fields]) => [decodeURIComponent(path.slice(start.length)), fields]);
  }
}
