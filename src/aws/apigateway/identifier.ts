import { memoryBounds } from '../../bounds.ts';
import { type Identified, identify } from './operations.ts';

/** Says which operation a call is, and its key. Clients ask for the same again and again: that is worked out once. */
export class Identifier {
  readonly #known = new Map<string, Identified>();

  identify(method: string, target: string): Identified {
    if (method !== 'GET') return identify(method, target);
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const asked = identify(method, target);
    if (this.#known.size >= memoryBounds.targets) this.#known.clear();
    if (target.length <= memoryBounds.targetLength) this.#known.set(target, asked);
    return asked;
  }
}
