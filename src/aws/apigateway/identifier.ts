import { type Identified, identify } from './operations.ts';

/** How many targets are remembered, and how long they may be: clients can make them up without end. */
const MAX_TARGETS = 10_000;
const MAX_LENGTH = 300;

/** Says which operation a call is, and its key. Clients ask for the same again and again: that is worked out once. */
export class Identifier {
  readonly #known = new Map<string, Identified>();

  identify(method: string, target: string): Identified {
    if (method !== 'GET') return identify(method, target);
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const asked = identify(method, target);
    if (this.#known.size >= MAX_TARGETS) this.#known.clear();
    if (target.length <= MAX_LENGTH) this.#known.set(target, asked);
    return asked;
  }
}
