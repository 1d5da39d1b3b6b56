import { memoryBounds } from '../bounds.ts';
import type { Interaction, Take } from './format.ts';
import { type Frames, Reel, type Scene } from './reel.ts';

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
  /** In the scene. */
  position: number;
  /** The reel of {@link region}: those who share a cursor may be of different regions. */
  reel: Reel<T> | undefined;
  scene: Scene | undefined;
  region: string | undefined;
  frontier: number;
}

/** What answers for one key, and how far its callers have come. */
export class Track<T> {
  #interaction: Interaction;
  #reels: Reels<T>;
  /** Before it was rewound, or another scene began. */
  #wasPlayed = false;
  /** Nearly always one. */
  #cursors: Cursor<T>[] = [];
  readonly #frames: Frames<T>;

  constructor(interaction: Interaction, frames: Frames<T>) {
    this.#frames = frames;
    this.#interaction = interaction;
    this.#reels = reelsOf(interaction, frames);
  }

  /** Takes in what was recorded since: callers go on where they are. */
  follow(interaction: Interaction): void {
    if (this.#interaction === interaction) return;
    this.#interaction = interaction;
    this.#reels = reelsOf(interaction, this.#frames);
    for (const cursor of this.#cursors) cursor.region = undefined;
  }

  /** Where callers of the region are, with the reel that they get, once a replay's writes have come so far. */
  cursorOf(region: string, frontier: number): Cursor<T> {
    const cursor = this.#findCursor(region);
    if (cursor.region === region && cursor.frontier === frontier) return cursor;
    cursor.region = region;
    cursor.frontier = frontier;
    cursor.reel = this.#reels.byRegion.get(region) ?? this.#reels.fallback;
    const before = cursor.scene?.epoch;
    cursor.scene = cursor.reel?.sceneAt(frontier);
    if (before !== undefined && before !== cursor.scene?.epoch) {
      if (cursor.position > 0) this.#wasPlayed = true;
      cursor.position = 0;
    }
    return cursor;
  }

  /** Whether any of its takes was ever asked for and given, rewound or not. */
  get isPlayed(): boolean {
    return this.#wasPlayed || this.#cursors.some(({ position }) => position > 0);
  }

  rewind(): void {
    this.#wasPlayed = this.isPlayed;
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
    const cursor = {
      name,
      position: 0,
      reel: undefined,
      scene: undefined,
      region: undefined,
      frontier: 0,
    };
    this.#cursors.push(cursor);
    return cursor;
  }
}

/** The takes region by region, in the order in which regions come. */
function reelsOf<T>({ operation, takes }: Interaction, frames: Frames<T>): Reels<T> {
  const takesOf = new Map<string, Take[]>();
  for (const take of takes) {
    const own = takesOf.get(take.region);
    if (own === undefined) takesOf.set(take.region, [take]);
    else own.push(take);
  }
  // A write is answered with one take after the other, wherever they stand.
  const epoch = operation.isWrite ? () => 0 : ({ at }: Take) => at;
  const byRegion = new Map(
    [...takesOf].map(([region, own]) => [region, new Reel<T>(own, frames, epoch)] as const),
  );
  const reels = [...byRegion.values()];
  return { byRegion, fallback: reels.find(({ hasSuccess }) => hasSuccess) ?? reels[0] };
}
