import type { Rendering } from '../aws/apigateway/operation.ts';
import type { Representation } from '../call.ts';
import type { Interaction, Take } from './format.ts';
import type { Order } from './order.ts';

/** Makes of a rendered take what it is answered with: once, when it is first asked for. */
export type Prepare<T> = (status: number, rendering: Rendering) => T;

/** One take, ready to be sent in the representations that were asked for. */
interface Frame<T> {
  readonly take: Take;
  readonly end: number;
  hal: T | undefined;
  json: T | undefined;
}

/** The takes of one key that answer callers of one region, ready to be sent. */
class Reel<T> {
  readonly #frames: ReadonlyArray<Frame<T>>;
  readonly #length: number;

  constructor(takes: readonly Take[]) {
    let end = 0;
    this.#frames = takes.map((take) => {
      end += take.times;
      return { take, end, hal: undefined, json: undefined };
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
    return this.#frames.findIndex(({ end }) => position < end);
  }
}

/** What answers for one key. */
interface Track<T> {
  readonly interaction: Interaction;
  readonly reels: ReadonlyMap<string, Reel<T>>;
  /** For callers of a region that nothing was recorded in. */
  readonly fallback: Reel<T> | undefined;
}

/** How far the callers of one region have come in the takes of a key. */
interface Cursor<T> {
  position: number;
  /** What {@link reel} was made of: recording makes another. */
  interaction: Interaction | undefined;
  /** Whose {@link reel} it is: those who share a cursor may be of different regions. */
  region: string | undefined;
  reel: Reel<T> | undefined;
}

/** More regions than AWS has: whoever makes some up shares one cursor beyond it. */
const MAX_CURSORS = 100;

/** Chooses the take to answer with. */
export class Player<T> {
  readonly #order: Order;
  readonly #prepare: Prepare<T>;
  readonly #tracks = new Map<string, Track<T>>();
  /** By the key's text, then by region. */
  readonly #cursors = new Map<string, Map<string, Cursor<T>>>();
  #last: { interaction: Interaction; region: string; cursor: Cursor<T> } | undefined;

  constructor(order: Order, prepare: Prepare<T>) {
    this.#order = order;
    this.#prepare = prepare;
  }

  /** The next answer for a caller of the region, or nothing when the takes are used up. */
  play(interaction: Interaction, region: string | undefined, representation: Representation): T | undefined {
    const cursor = this.#cursor(interaction, region);
    const frame = this.#reel(cursor, interaction, region)?.at(cursor.position, this.#order);
    if (frame === undefined) return undefined;
    frame[representation] ??= this.#render(interaction, frame.take, representation);
    cursor.position += 1;
    return frame[representation];
  }

  /** Whether {@link play} would have an answer. */
  canPlay(interaction: Interaction, region: string | undefined): boolean {
    const cursor = this.#cursor(interaction, region);
    return this.#reel(cursor, interaction, region)?.at(cursor.position, this.#order) !== undefined;
  }

  /** The take whose turn it is for a caller of the region, or the one so many places before it; uses up none. */
  peek(interaction: Interaction, region: string | undefined, placesBack = 0): Take | undefined {
    const cursor = this.#cursor(interaction, region);
    return this.#reel(cursor, interaction, region)?.takeAt(cursor.position, this.#order, placesBack);
  }

  /** Counts an answer that was given to a caller of the region: also one that was just recorded. */
  skip(interaction: Interaction, region: string | undefined): void {
    this.#cursor(interaction, region).position += 1;
  }

  /** Starts every key's takes from the beginning. */
  reset(): void {
    this.#cursors.clear();
    this.#last = undefined;
  }

  /** Who asks whether there is an answer asks for it next: the cursor found last is looked at first. */
  #cursor(interaction: Interaction, region = ''): Cursor<T> {
    const last = this.#last;
    if (last?.interaction === interaction && last.region === region) return last.cursor;
    const cursor = this.#findCursor(interaction, region);
    this.#last = { interaction, region, cursor };
    return cursor;
  }

  #findCursor({ key }: Interaction, region: string): Cursor<T> {
    let cursors = this.#cursors.get(key.text);
    if (cursors === undefined) {
      cursors = new Map();
      this.#cursors.set(key.text, cursors);
    }
    const known = cursors.get(region);
    if (known !== undefined) return known;
    const name = cursors.size < MAX_CURSORS ? region : '';
    const cursor = cursors.get(name) ?? {
      position: 0,
      interaction: undefined,
      region: undefined,
      reel: undefined,
    };
    cursors.set(name, cursor);
    return cursor;
  }

  #reel(cursor: Cursor<T>, interaction: Interaction, region: string | undefined): Reel<T> | undefined {
    if (cursor.interaction !== interaction || cursor.region !== region) {
      const { reels, fallback } = this.#track(interaction);
      cursor.interaction = interaction;
      cursor.region = region;
      cursor.reel = (region === undefined ? undefined : reels.get(region)) ?? fallback;
    }
    return cursor.reel;
  }

  #track(interaction: Interaction): Track<T> {
    const { text } = interaction.key;
    const known = this.#tracks.get(text);
    if (known?.interaction === interaction) return known;
    const track = this.#load(interaction);
    this.#tracks.set(text, track);
    return track;
  }

  #load(interaction: Interaction): Track<T> {
    const byRegion = groupByRegion(interaction.takes);
    const reels = new Map<string, Reel<T>>();
    for (const [region, takes] of byRegion) {
      reels.set(region, new Reel(takes));
    }
    const regions = [...byRegion.keys()];
    const preferred =
      regions.find((region) => byRegion.get(region)?.some(({ status }) => status === 200)) ?? regions[0];
    return { interaction, reels, fallback: preferred === undefined ? undefined : reels.get(preferred) };
  }

  #render({ operation, key }: Interaction, take: Take, representation: Representation): T {
    return this.#prepare(take.status, operation.render(take, key, representation));
  }
}

function groupByRegion(takes: readonly Take[]): Map<string, Take[]> {
  const groups = new Map<string, Take[]>();
  for (const take of takes) groups.set(take.region, [...(groups.get(take.region) ?? []), take]);
  return groups;
}
