import { memoryBounds } from '../../bounds.ts';
import type { Call } from '../../call.ts';
import { withAccept } from './key.ts';
import { type Identified, identify } from './operations.ts';

/** Says which operation a call is, and its key. Clients ask for the same again and again: that is worked out once. */
export class Identifier {
  readonly #known = new Map<string, Identified>();

  /** The key lacks what the call sends along, where that is part of it. */
  identify({ method, target, accept }: Pick<Call, 'method' | 'target' | 'accept'>): Identified {
    const asked = method === 'GET' ? this.#identifyRead(target) : identify(method, target);
    if (asked.operation === undefined || asked.operation.keyNeeds !== 'accept') return asked;
    return { ...asked, key: withAccept(asked.key, accept) };
  }

  #identifyRead(target: string): Identified {
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const asked = identify('GET', target);
    if (this.#known.size >= memoryBounds.targets) this.#known.clear();
    if (target.length <= memoryBounds.targetLength) this.#known.set(target, asked);
    return asked;
  }
}
