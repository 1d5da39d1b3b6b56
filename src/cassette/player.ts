import type { Rendering } from '../aws/apigateway/operation.ts';
import type { Representation } from '../call.ts';
import type { Interaction, Take } from './format.ts';
import type { Order } from './order.ts';
import { type Cursor, type Frames, Track } from './track.ts';

export type { Frames } from './track.ts';

/** Makes of a rendered take what it is answered with: once, when it is first asked for. */
export type Prepare<T> = (status: number, rendering: Rendering) => T;

/** Asks for so many bytes to keep something in. It throws when there are none left. */
export type Hold = (bytes: number) => void;

/** What a key's place in its takes costs, as measured, with a few regions. */
const TRACK_BYTES = 800;

/** Chooses the take to answer with. */
export class Player<T> {
  readonly #order: Order;
  readonly #prepare: Prepare<T>;
  readonly #frames: Frames<T>;
  readonly #hold: Hold;
  /** By the key's text. */
  readonly #tracks = new Map<string, Track<T>>();
  #lastInteraction: Interaction | undefined;
  #lastRegion: string | undefined;
  #lastCursor: Cursor<T> | undefined;

  /** @param frames the same for all players that prepare alike: what one has rendered, the others need not. */
  constructor(order: Order, prepare: Prepare<T>, frames: Frames<T> = new WeakMap(), hold: Hold = () => {}) {
    this.#order = order;
    this.#prepare = prepare;
    this.#frames = frames;
    this.#hold = hold;
  }

  /** The next answer for a caller of the region, or nothing when the takes are used up. */
  play(interaction: Interaction, region: string | undefined, representation: Representation): T | undefined {
    const cursor = this.#cursor(interaction, region);
    const answer = this.#answerAt(cursor, interaction, representation);
    if (answer !== undefined) cursor.position += 1;
    return answer;
  }

  /** The answer that {@link play} would give; uses up none: a `HEAD` asks for what the next `GET` will get. */
  preview(
    interaction: Interaction,
    region: string | undefined,
    representation: Representation,
  ): T | undefined {
    return this.#answerAt(this.#cursor(interaction, region), interaction, representation);
  }

  /** Whether {@link play} would have an answer. */
  canPlay(interaction: Interaction, region: string | undefined): boolean {
    const cursor = this.#cursor(interaction, region);
    return cursor.reel?.at(cursor.position, this.#order) !== undefined;
  }

  /** The take whose turn it is for a caller of the region, or the one so many places before it; uses up none. */
  peek(interaction: Interaction, region: string | undefined, placesBack = 0): Take | undefined {
    const cursor = this.#cursor(interaction, region);
    return cursor.reel?.takeAt(cursor.position, this.#order, placesBack);
  }

  /** Counts an answer that was given to a caller of the region: also one that was just recorded. */
  skip(interaction: Interaction, region: string | undefined): void {
    this.#cursor(interaction, region).position += 1;
  }

  /** Starts every key's takes from the beginning. */
  reset(): void {
    for (const track of this.#tracks.values()) track.rewind();
    this.#lastCursor = undefined;
  }

  /** Who asks whether there is an answer asks for it next: the cursor found last is looked at first. */
  #cursor(interaction: Interaction, region = ''): Cursor<T> {
    const last = this.#lastCursor;
    if (last !== undefined && this.#lastInteraction === interaction && this.#lastRegion === region)
      return last;
    const cursor = this.#track(interaction).cursorOf(region);
    this.#lastInteraction = interaction;
    this.#lastRegion = region;
    this.#lastCursor = cursor;
    return cursor;
  }

  #track(interaction: Interaction): Track<T> {
    const { text } = interaction.key;
    const known = this.#tracks.get(text);
    if (known !== undefined) {
      known.follow(interaction);
      return known;
    }
    this.#hold(TRACK_BYTES);
    const track = new Track<T>(interaction, this.#frames);
    this.#tracks.set(text, track);
    return track;
  }

  #answerAt(cursor: Cursor<T>, interaction: Interaction, representation: Representation): T | undefined {
    const frame = cursor.reel?.at(cursor.position, this.#order);
    if (frame === undefined) return undefined;
    frame.rendered[representation] ??= this.#render(interaction, frame.take, representation);
    return frame.rendered[representation];
  }

  #render({ operation, key }: Interaction, take: Take, representation: Representation): T {
    return this.#prepare(take.status, operation.render(take, key, representation));
  }
}
