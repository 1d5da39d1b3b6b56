import type { Key } from '../aws/apigateway/key.ts';
import { isSuccess, type Rendering } from '../aws/apigateway/operation.ts';
import type { Representation } from '../call.ts';
import type { Interaction, Take } from './format.ts';
import { Frontier } from './frontier.ts';
import type { Order } from './order.ts';
import type { Frame, Frames } from './reel.ts';
import { type Cursor, Track } from './track.ts';

export type { Frames } from './reel.ts';

/** Makes of a rendered take what it is answered with: once, when it is first asked for. */
export type Prepare<T> = (status: number, rendering: Rendering) => T;

/** Asks for so many bytes to keep something in. It throws when there are none left. */
export type Hold = (bytes: number) => void;

/** What a key's place in its takes costs, as measured, with a few regions. */
const TRACK_BYTES = 800;
/** What a path costs whose last write is kept. */
const FRONTIER_BYTES = 200;

/** What a player is given besides its order. */
export interface PlayerParts<T> {
  readonly prepare: Prepare<T>;
  /** The same for all players that prepare alike: what one has rendered, the others need not. */
  readonly frames?: Frames<T>;
  readonly hold?: Hold;
}

/** Chooses the take to answer with. */
export class Player<T> {
  readonly #order: Order;
  readonly #parts: Required<PlayerParts<T>>;
  /** By the key's text. */
  readonly #tracks = new Map<string, Track<T>>();
  readonly #frontier = new Frontier();
  #lastInteraction: Interaction | undefined;
  #lastRegion: string | undefined;
  #lastCursor: Cursor<T> | undefined;

  constructor(order: Order, parts: PlayerParts<T>) {
    this.#order = order;
    this.#parts = { frames: new WeakMap(), hold: () => {}, ...parts };
  }

  /** The next answer for a caller of the region; nothing when the takes are used up, or cannot be told so. */
  play(interaction: Interaction, region: string | undefined, representation: Representation): T | undefined {
    const cursor = this.#cursor(interaction, region);
    const frame = this.#frameAt(cursor);
    const answer = frame && this.#render(interaction, frame, representation);
    if (frame !== undefined && answer !== undefined) this.#use(interaction, frame.take, cursor);
    return answer;
  }

  /** The answer that {@link play} would give; uses up none: a `HEAD` asks for what the next `GET` will get. */
  preview(
    interaction: Interaction,
    region: string | undefined,
    representation: Representation,
  ): T | undefined {
    const frame = this.#frameAt(this.#cursor(interaction, region));
    return frame && this.#render(interaction, frame, representation);
  }

  /** Whether {@link play} would have a take. */
  canPlay(interaction: Interaction, region: string | undefined): boolean {
    return this.#frameAt(this.#cursor(interaction, region)) !== undefined;
  }

  /** The take whose turn it is for a caller of the region, or the one so many places before it; uses up none. */
  peek(interaction: Interaction, region: string | undefined, placesBack = 0): Take | undefined {
    const { reel, scene, position } = this.#cursor(interaction, region);
    return scene && reel?.takeAt(scene, position, this.#order, placesBack);
  }

  /** Counts an answer that was given to a caller of the region: also one that was just recorded. */
  skip(interaction: Interaction, region: string | undefined): void {
    this.#cursor(interaction, region).position += 1;
  }

  /** The number of the last write of this replay that concerns what the key is about. */
  frontierOf({ path }: Key): number {
    return this.#frontier.at(path);
  }

  /** Whether a take of the key was ever played, or recorded, whatever was reset since. */
  hasPlayed(keyText: string): boolean {
    return this.#tracks.get(keyText)?.isPlayed === true;
  }

  /** The keys' texts of which it is so. */
  get played(): string[] {
    return [...this.#tracks].filter(([, { isPlayed }]) => isPlayed).map(([text]) => text);
  }

  /** Starts every key's takes from the beginning. */
  reset(): void {
    for (const track of this.#tracks.values()) track.rewind();
    this.#frontier.reset();
    this.#lastCursor = undefined;
  }

  #use({ key, operation }: Interaction, { status, at }: Take, cursor: Cursor<T>): void {
    cursor.position += 1;
    if (!operation.isWrite || !isSuccess(status)) return;
    for (const path of operation.concerns(key))
      this.#parts.hold(FRONTIER_BYTES * this.#frontier.advance(path, at));
    this.#lastCursor = undefined;
  }

  /** Who asks whether there is an answer asks for it next: the cursor found last is looked at first. */
  #cursor(interaction: Interaction, region = ''): Cursor<T> {
    const last = this.#lastCursor;
    if (last !== undefined && this.#lastInteraction === interaction && this.#lastRegion === region)
      return last;
    const cursor = this.#track(interaction).cursorOf(region, this.frontierOf(interaction.key));
    this.#lastInteraction = interaction;
    this.#lastRegion = region;
    this.#lastCursor = cursor;
    return cursor;
  }

  #track(interaction: Interaction): Track<T> {
    const { text } = interaction.key;
    const { frames, hold } = this.#parts;
    const known = this.#tracks.get(text);
    if (known !== undefined) {
      known.follow(interaction);
      return known;
    }
    hold(TRACK_BYTES);
    const track = new Track<T>(interaction, frames);
    this.#tracks.set(text, track);
    return track;
  }

  #frameAt({ reel, scene, position }: Cursor<T>): Frame<T> | undefined {
    return scene && reel?.at(scene, position, this.#order);
  }

  #render(
    { operation, key }: Interaction,
    { take, rendered }: Frame<T>,
    representation: Representation,
  ): T | undefined {
    const known = rendered[representation];
    if (known !== undefined) return known;
    const rendering = operation.render(take, key, representation);
    if (rendering !== undefined) rendered[representation] = this.#parts.prepare(take.status, rendering);
    return rendered[representation];
  }
}
