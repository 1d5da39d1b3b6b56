import { memoryBounds } from '../bounds.ts';
import type { Interaction, Take } from './format.ts';
import type { Order } from './order.ts';

/** One take, ready to be sent in the representations that were asked for. */
export interface Frame<T> {
  readonly take: Take;
  readonly end: number;
  readonly rendered: Rendered<T>;
}

/** A take in the representations that were asked for. */
interface Rendered<T> {
  hal: T | undefined;
  json: T | undefined;
}

/** What is ready to be sent, by the take. */
export type Frames<T> = WeakMap<Take, Rendered<T>>;

/** The takes of one key that answer callers of one region, ready to be sent. */
class Reel<T> {
  /** Whether one of them is a success. */
  readonly hasSuccess: boolean;
  readonly #frames: ReadonlyArray<Frame<T>>;
  readonly #length: number;

  constructor(takes: readonly Take[], frames: Frames<T>) {
    this.hasSuccess = takes.some(({ status }) => status === 200);
    let end = 0;
    this.#frames = takes.map((take) => {
      end += take.times;
      return { take, end, rendered: renderedOf(take, frames) };
    });
    this.#length = end;
  }

  /** The n-th answer, counted from 0; nothing when there is none in this order. */
  at(position: number, order: Order): Frame<T> | undefined {
    return this.#frames[this.#indexAt(position, order)];
  }

  /** The take of the n-th answer, or the one so many takes before it in this order. */
  takeAt(position: number, order: Order, placesBack: number): Take | undefined {
    const index = this.#indexAt(position, order);
    return index < 0 ? undefined : this.#frames[index - placesBack]?.take;
  }

  /** -1 when there is none in this order. */
  #indexAt(position: number, order: Order): number {
    const last = this.#frames.length - 1;
    if (order === 'last') return last;
    if (position >= this.#length) {
      if (order !== 'loop') return order === 'strict' ? -1 : last;
      return this.#indexAt(position % this.#length, 'sequence');
    }
    return this.#frameOf(position);
  }

  /** The first frame that ends behind the position, of one that is within the length. Nearly always there is one frame. */
  #frameOf(position: number): number {
    let low = 0;
    let high = this.#frames.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (position < (this.#frames[middle]?.end ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** What answers for one key, region by region, and who answers where nothing was recorded. */
interface Reels<T> {
  readonly byRegion: ReadonlyMap<string, Reel<T>>;
  /** One that has a success, if any has. */
  readonly fallback: Reel<T> | undefined;
}

/** How far the callers of one region have come in the takes of a key. */
export interface Cursor<T> {
  /** Whose it is; empty for callers without a region, and for those of more regions than there are. */
  readonly name: string;
  position: number;
  /** The reel of {@link region}: those who share a cursor may be of different regions. */
  reel: Reel<T> | undefined;
  region: string | undefined;
}

/** What answers for one key, and how far its callers have come. */
export class Track<T> {
  #interaction: Interaction;
  #reels: Reels<T>;
  /** Nearly always one. */
  #cursors: Cursor<T>[] = [];

  readonly #frames: Frames<T>;

  constructor(interaction: Interaction, frames: Frames<T>) {
    this.#frames = frames;
    this.#interaction = interaction;
    this.#reels = reelsOf(interaction.takes, frames);
  }

  /** Takes in what was recorded since: callers go on where they are. */
  follow(interaction: Interaction): void {
    if (this.#interaction === interaction) return;
    this.#interaction = interaction;
    this.#reels = reelsOf(interaction.takes, this.#frames);
    for (const cursor of this.#cursors) cursor.region = undefined;
  }

  /** Where callers of the region are, with the reel that they get. */
  cursorOf(region: string): Cursor<T> {
    const cursor = this.#findCursor(region);
    if (cursor.region !== region) {
      cursor.region = region;
      cursor.reel = this.#reelOf(region);
    }
    return cursor;
  }

  rewind(): void {
    this.#cursors = [];
  }

  #findCursor(region: string): Cursor<T> {
    const [first] = this.#cursors;
    if (first?.name === region) return first;
    const own = this.#cursors.find((cursor) => cursor.name === region);
    if (own !== undefined) return own;
    const name = this.#cursors.length < memoryBounds.regionsOfKey ? region : '';
    const shared = this.#cursors.find((cursor) => cursor.name === name);
    if (shared !== undefined) return shared;
    const cursor = { name, position: 0, reel: undefined, region: undefined };
    this.#cursors.push(cursor);
    return cursor;
  }

  #reelOf(region: string): Reel<T> | undefined {
    return this.#reels.byRegion.get(region) ?? this.#reels.fallback;
  }
}

function renderedOf<T>(take: Take, frames: Frames<T>): Rendered<T> {
  const known = frames.get(take);
  if (known !== undefined) return known;
  const rendered = { hal: undefined, json: undefined };
  frames.set(take, rendered);
  return rendered;
}

/** The takes region by region, in the order in which regions come. */
function reelsOf<T>(takes: readonly Take[], frames: Frames<T>): Reels<T> {
  const takesOf = new Map<string, Take[]>();
  for (const take of takes) {
    const own = takesOf.get(take.region);
    if (own === undefined) takesOf.set(take.region, [take]);
    else own.push(take);
  }
  const byRegion = new Map([...takesOf].map(([region, own]) => [region, new Reel<T>(own, frames)]));
  const reels = [...byRegion.values()];
  return { byRegion, fallback: reels.find(({ hasSuccess }) => hasSuccess) ?? reels[0] };
}
