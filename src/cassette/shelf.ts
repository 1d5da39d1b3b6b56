import { resolve } from 'node:path';
import type { FailureError } from '../errors.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { Cassette } from './cassette.ts';
import { CassetteLock } from './cassette-lock.ts';
import { Recorder } from './recorder.ts';
import type { RecorderKind } from './recorder-kind.ts';
import type { ReplacedTimelines } from './replaced-timelines.ts';

/** What all cassettes of this process have in common. */
export interface ShelfSettings {
  readonly redact: Redactor;
  /** Let an error replace a 200 of an earlier run. */
  readonly replacesByErrors: boolean;
  readonly now: () => Date;
  /** Read links that lead out of a cassette's folder. */
  readonly followsLinks: boolean;
  /** Told of a file that changed and cannot be used. */
  readonly onBroken: (failure: FailureError) => void;
  /** Told of each recording that could not be saved. */
  readonly onFailure: (failure: FailureError) => void;
  /** Told, when the last one has ended who used a cassette, if its writes replaced earlier ones, or left some. */
  readonly onTimelines: (timelines: ReplacedTimelines) => void;
}

/** A cassette in use, and what records to it. */
export interface Loan {
  readonly cassette: Cassette;
  readonly recorder: Recorder | undefined;
  /** Says that it is not needed any more. The last one to say so gives the cassette's lock back. */
  readonly release: () => Promise<void>;
}

interface Shelved {
  readonly cassette: Cassette;
  readonly lock: CassetteLock;
  readonly recorders: Map<RecorderKind, Recorder>;
  loans: number;
}

/** The cassettes that this process uses: each is read once, and locked once, however many sessions share it. */
export class Shelf {
  readonly #settings: ShelfSettings;
  /** By their paths. */
  readonly #shelved = new Map<string, Shelved>();

  constructor(settings: ShelfSettings) {
    this.#settings = settings;
  }

  /** Lends the cassette of that name in a folder of cassettes, with a recorder if one is asked for. */
  lend(dir: string, name: string, recorderKind: RecorderKind | undefined): Loan {
    // However the folder is written: two locks on one cassette would keep each other out.
    const path = resolve(dir, name);
    const shelved = this.#shelved.get(path) ?? this.#open(path, dir, name);
    shelved.loans += 1;
    let isReleased = false;
    return {
      cassette: shelved.cassette,
      recorder: recorderKind === undefined ? undefined : this.#recorderOf(shelved, recorderKind),
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        await this.#release(path, shelved);
      },
    };
  }

  /** The one in use whose folder this is. */
  find(folder: string): Cassette | undefined {
    return this.#shelved.get(resolve(folder))?.cassette;
  }

  /** The cassettes in use. */
  get cassettes(): Cassette[] {
    return [...this.#shelved.values()].map(({ cassette }) => cassette);
  }

  /** Takes in what changed in their files. Calls that come meanwhile are none the slower for it. */
  async refresh(): Promise<void> {
    for (const cassette of this.cassettes) await cassette.refresh();
  }

  #open(path: string, dir: string, name: string): Shelved {
    const cassette = new Cassette(dir, name, this.#settings);
    const shelved = { cassette, lock: new CassetteLock(cassette), recorders: new Map(), loans: 0 };
    this.#shelved.set(path, shelved);
    return shelved;
  }

  #recorderOf({ cassette, lock, recorders }: Shelved, kind: RecorderKind): Recorder {
    const known = recorders.get(kind);
    if (known !== undefined) return known;
    const { redact, replacesByErrors, now, onFailure } = this.#settings;
    const replacesEarlierRuns = kind === 'anew';
    const recorder = new Recorder({
      cassette,
      lock,
      redact,
      replacesEarlierRuns,
      replacesByErrors,
      now,
      onFailure,
    });
    recorders.set(kind, recorder);
    return recorder;
  }

  async #release(path: string, shelved: Shelved): Promise<void> {
    shelved.loans -= 1;
    const recorders = [...shelved.recorders.values()];
    if (shelved.loans > 0) {
      await Promise.all(recorders.map((recorder) => recorder.settle()));
      return;
    }
    // A call that is still under way must not take the lock again, which nobody would give back.
    shelved.recorders.clear();
    await Promise.all(recorders.map((recorder) => recorder.end()));
    await Promise.all(recorders.map((recorder) => this.#tellTimelines(shelved.cassette, recorder)));
    // It may have been lent again meanwhile.
    if (shelved.loans > 0) return;
    await shelved.lock.release();
    if (shelved.loans === 0) this.#shelved.delete(path);
  }

  async #tellTimelines({ name: cassette, dir }: Cassette, recorder: Recorder): Promise<void> {
    const { replaced, leftovers } = await recorder.listTimelines();
    if (replaced.length + leftovers.length === 0) return;
    this.#settings.onTimelines({ cassette, dir, replaced, leftovers });
  }
}
