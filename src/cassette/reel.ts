import { isSuccess } from '../aws/apigateway/operation.ts';
import type { Take } from './format.ts';
import type { Order } from './order.ts';

/** One take, ready to be sent in the representations that were asked for. */
export interface Frame<T> {
  readonly take: Take;
  /** How many answers its scene has given with it. */
  readonly end: number;
  readonly rendered: Rendered<T>;
}

/** A take in the representations that were asked for. */
export interface Rendered<T> {
  hal: T | undefined;
  json: T | undefined;
}

/** What is ready to be sent, by the take. */
export type Frames<T> = WeakMap<Take, Rendered<T>>;

/** The frames of one state of what is read: between two writes that concern it. */
export interface Scene {
  readonly epoch: number;
  /** Its first frame, and the one behind its last. */
  readonly from: number;
  readonly to: number;
}

/** The takes of one key that answer callers of one region, scene by scene. */
export class Reel<T> {
  /** Whether one of them is a success. */
  readonly hasSuccess: boolean;
  readonly #frames: ReadonlyArray<Frame<T>>;
  readonly #scenes: readonly Scene[];

  /** @param epochOf the epoch of a take: the number of the last write before it that concerns what is read. */
  constructor(takes: readonly Take[], frames: Frames<T>, epochOf: (take: Take) => number) {
    this.hasSuccess = takes.some(({ status }) => isSuccess(status));
    const ready: Frame<T>[] = [];
    const scenes: { epoch: number; from: number; to: number }[] = [];
    for (const { take, epoch } of inOrder(takes, epochOf)) {
      let scene = scenes.at(-1);
      if (scene?.epoch !== epoch) {
        scene = { epoch, from: ready.length, to: ready.length };
        scenes.push(scene);
      }
      const before = scene.to === scene.from ? 0 : (ready.at(-1)?.end ?? 0);
      ready.push({ take, end: before + take.times, rendered: renderedOf(take, frames) });
      scene.to += 1;
    }
    this.#frames = ready;
    this.#scenes = scenes;
  }

  /** The scene of the greatest epoch that is not beyond the frontier; the first when all are. Nearly always there is one. */
  sceneAt(frontier: number): Scene | undefined {
    return this.#scenes.findLast(({ epoch }) => epoch <= frontier) ?? this.#scenes[0];
  }

  /** The n-th answer of the scene, counted from 0; nothing when there is none in this order. */
  at(scene: Scene, position: number, order: Order): Frame<T> | undefined {
    return this.#frames[this.#indexAt(scene, position, order)];
  }

  /** The take of the n-th answer, or the one so many takes before it, in this scene and those before. */
  takeAt(scene: Scene, position: number, order: Order, placesBack: number): Take | undefined {
    const index = this.#indexAt(scene, position, order);
    return index < 0 ? undefined : this.#frames[index - placesBack]?.take;
  }

  /** -1 when there is none in this order. */
  #indexAt(scene: Scene, position: number, order: Order): number {
    const last = scene.to - 1;
    if (order === 'last') return last;
    const length = this.#frames[last]?.end ?? 0;
    if (position >= length) {
      if (order !== 'loop') return order === 'strict' ? -1 : last;
      return this.#indexAt(scene, position % length, 'sequence');
    }
    return this.#frameOf(scene, position);
  }

  /** The first frame that ends behind the position, of one that is within the length. Nearly always there is one frame. */
  #frameOf({ from, to }: Scene, position: number): number {
    let low = from;
    let high = to - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (position < (this.#frames[middle]?.end ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function inOrder(
  takes: readonly Take[],
  epochOf: (take: Take) => number,
): ReadonlyArray<{ readonly take: Take; readonly epoch: number }> {
  const placed = takes.map((take) => ({ take, epoch: epochOf(take) }));
  return placed.length > 1 ? placed.sort((a, b) => a.epoch - b.epoch) : placed;
}

function renderedOf<T>(take: Take, frames: Frames<T>): Rendered<T> {
  const known = frames.get(take);
  if (known !== undefined) return known;
  const rendered = { hal: undefined, json: undefined };
  frames.set(take, rendered);
  return rendered;
}
