import type { Course } from './course.ts';

/** A number of places, for whoever asks first. Who gives up while waiting is in nobody's way any longer. */
export class Places {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place. @returns what gives it back. Rejects when the course ends before. */
  take(course: Course): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const give = (): void => resolve(this.#onceGivenBack());
      if (this.#free > 0) {
        this.#free -= 1;
        give();
        return;
      }
      this.#waiting.add(give);
      course.step((reason) => {
        if (this.#waiting.delete(give)) reject(reason);
      });
    });
  }

  #onceGivenBack(): () => void {
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      const [next] = this.#waiting;
      if (next === undefined) {
        this.#free += 1;
        return;
      }
      this.#waiting.delete(next);
      next();
    };
  }
}

/** So many places at each origin. */
export class OriginPlaces {
  readonly #count: number;
  /** Those of an origin that nobody asks are as good as new ones, and are not kept. */
  readonly #used = new Map<string, { readonly places: Places; users: number }>();

  constructor(count: number) {
    this.#count = count;
  }

  /** As {@link Places.take} does. */
  async take(origin: string, course: Course): Promise<() => void> {
    const at = this.#used.get(origin) ?? { places: new Places(this.#count), users: 0 };
    this.#used.set(origin, at);
    at.users += 1;
    const leave = (): void => {
      at.users -= 1;
      if (at.users === 0) this.#used.delete(origin);
    };
    try {
      const giveBack = await at.places.take(course);
      let isGivenBack = false;
      return () => {
        if (isGivenBack) return;
        isGivenBack = true;
        giveBack();
        leave();
      };
    } catch (error) {
      leave();
      throw error;
    }
  }
}
