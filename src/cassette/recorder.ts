import type { Key } from '../aws/apigateway/key.ts';
import { isSuccess, type Operation, type Recording } from '../aws/apigateway/operation.ts';
import { FailureError, reasonOf, remedyOf } from '../errors.ts';
import { sortKeys } from '../json.ts';
import type { Redactor } from '../redaction/redactor.ts';
import type { Cassette } from './cassette.ts';
import type { CassetteLock } from './cassette-lock.ts';
import type { Changes, ReadonlyChanges } from './changes.ts';
import type { Discarded } from './discarded.ts';
import { type Interaction, isSameAnswer, isSameInteraction, type Take } from './format.ts';
import type { ReplacedTimelines } from './replaced-timelines.ts';
import { type OwnWrites, RunTimelines } from './run-timelines.ts';

/** How a recorder goes about what is recorded already. */
export interface RecorderSettings {
  readonly cassette: Cassette;
  readonly lock: CassetteLock;
  readonly redact: Redactor;
  /** The first answer of a run replaces the takes of earlier runs; otherwise all are appended. */
  readonly replacesEarlierRuns: boolean;
  /** Let an error replace a 200 of an earlier run. */
  readonly replacesByErrors: boolean;
  readonly now: () => Date;
  /** Told of each recording that could not be saved. */
  readonly onFailure: (failure: FailureError) => void;
}

/** An answer that is to be recorded. */
export interface NewTake {
  readonly key: Key;
  readonly operation: Operation;
  readonly region: string;
  readonly recording: Recording;
  /** As {@link Take.at}. */
  readonly at: number;
}

/** What became of an answer that was to be recorded. */
export type Stored =
  | { readonly interaction: Interaction }
  | { readonly interaction?: never; readonly reason: string };

/** What one run makes of the takes of one key in one region. */
interface Run {
  /** The takes of earlier runs, to tell what has not changed. */
  readonly earlier: readonly Take[];
  readonly takes: readonly Take[];
}

/** Writes takes, one run of restage long. */
export class Recorder {
  readonly #settings: RecorderSettings;
  /** By region and key, once this run has recorded: the takes of earlier runs. */
  readonly #earlier = new Map<string, readonly Take[]>();
  readonly #timelines: RunTimelines;
  readonly #stores = new Set<Promise<Stored>>();
  #hasEnded = false;

  constructor(settings: RecorderSettings) {
    this.#settings = settings;
    this.#timelines = new RunTimelines(settings.cassette, (interaction) => this.#ofThisRun(interaction));
  }

  /**
   * Where a call stands that comes now: the number of the last write that concerns it.
   * @param frontier how far the replay has come that it belongs to, for whom what is recorded is an addition.
   */
  placeOf({ path }: Key, frontier: number): number {
    return this.#settings.replacesEarlierRuns ? this.#timelines.placeOf(path) : frontier;
  }

  /** Counts a write that was answered with success. @returns its number. */
  countWrite(key: Key, operation: Operation): number {
    return this.#timelines.countWrite(operation.concerns(key));
  }

  /** What its writes made of those of earlier runs, by the files' names. */
  async listTimelines(): Promise<Pick<ReplacedTimelines, 'replaced' | 'leftovers'>> {
    return { replaced: this.#timelines.replacedFiles, leftovers: await this.#timelines.listLeftovers() };
  }

  /**
   * Takes the cassette's lock, so that nobody else records to it from now on.
   * @throws {@link FailureError} when another process holds it or the folder cannot be written.
   */
  start(): Promise<void> {
    return this.#settings.lock.acquire();
  }

  /** Settled when all that was to be recorded is in the files, or could not be saved. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#stores);
  }

  /** Records nothing more; settled like {@link settle}. Calls may still be under way, but the lock is to be given back. */
  end(): Promise<void> {
    this.#hasEnded = true;
    return this.settle();
  }

  /**
   * Records an answer; settled when it is in the file.
   * @param changes takes note of it, by the API's id, to be undone.
   */
  async store(take: NewTake, changes: Changes = new Map()): Promise<Stored> {
    if (this.#hasEnded) return { reason: 'whoever recorded to the cassette has ended meanwhile' };
    const storing = this.#store(take, changes);
    this.#stores.add(storing);
    try {
      return await storing;
    } finally {
      this.#stores.delete(storing);
    }
  }

  /** Where the writes of this run are, to go back to. */
  mark(): OwnWrites {
    return this.#timelines.mark();
  }

  /**
   * Puts everything back to where it was before these changes, as far as others have not built on it.
   * @throws {@link FailureError} when a file cannot be written.
   */
  async undo(changes: ReadonlyChanges, writes: OwnWrites | undefined): Promise<Discarded> {
    const { cassette, lock } = this.#settings;
    let [discarded, kept] = [0, 0];
    const whole: (string | undefined)[] = [];
    for (const [restApiId, change] of changes) {
      await this.start();
      await cassette.open(restApiId);
      const undone = await cassette.undo(restApiId, change, lock);
      if (undone.isWhole) whole.push(restApiId);
      for (const [runKey, { keyText, earlier }] of change.runs) {
        if (undone.kept.has(keyText)) continue;
        if (earlier === undefined) this.#earlier.delete(runKey);
        else this.#earlier.set(runKey, earlier);
      }
      kept += undone.kept.size;
      discarded += change.made.size - undone.kept.size;
    }
    if (writes !== undefined && whole.length === changes.size) this.#timelines.goBack(writes, whole);
    return { discarded, kept };
  }

  async #store({ key, operation, region, recording, at }: NewTake, changes: Changes): Promise<Stored> {
    let redacted: Recording;
    try {
      // In the order that a file is read in again: answers are compared by their text.
      redacted = {
        ...recording,
        content: sortKeys(await this.#settings.redact(recording.content, operation.answered)),
      };
      await this.start();
      await this.#settings.cassette.open(key.restApiId);
    } catch (error) {
      return this.#fail(error);
    }
    const { cassette, lock } = this.#settings;
    const change = changes.get(key.restApiId) ?? cassette.beginChange(key.restApiId);
    changes.set(key.restApiId, change);
    if (operation.isWrite) this.#timelines.begin(key.restApiId);
    const before = cassette.find(key) ?? { key, operation, takes: [] };
    const runKey = runKeyOf(key, region);
    const known = this.#earlier.get(runKey);
    const run = this.#continueRun(known, before, region, redacted, at);
    if (run === undefined) {
      return { reason: "an error does not replace a recorded 200; '--replace' lets it" };
    }
    if (!change.runs.has(runKey)) change.runs.set(runKey, { keyText: key.text, earlier: known });
    this.#earlier.set(runKey, run.earlier);
    const others = before.takes.filter((take) => take.region !== region);
    const takes = [...others, ...run.takes].sort((a, b) =>
      a.region < b.region ? -1 : a.region > b.region ? 1 : 0,
    );
    const interaction = { ...before, takes };
    const isSame = isSameInteraction(before, interaction);
    change.made.set(key.text, isSame ? before : interaction);
    if (isSame) return { interaction: before };
    change.saves += 1;
    try {
      await cassette.save(interaction, lock);
      return { interaction };
    } catch (error) {
      // What is there now is not of this run.
      if (known === undefined && cassette.find(key) !== interaction) this.#earlier.delete(runKey);
      return this.#fail(error);
    }
  }

  #continueRun(
    known: readonly Take[] | undefined,
    before: Interaction,
    region: string,
    recording: Recording,
    at: number,
  ): Run | undefined {
    const { replacesEarlierRuns, replacesByErrors, now } = this.#settings;
    const answer = { status: recording.status, content: recording.content };
    // Not what this run remembers: another session may record to the cassette in another mode.
    const current = before.takes.filter((take) => take.region === region);
    const earlier = known ?? current;
    const isError = !isSuccess(recording.status);
    if (known === undefined && replacesEarlierRuns && isError && !replacesByErrors) {
      if (earlier.some((take) => isSuccess(take.status))) return undefined;
    }
    const takes = known === undefined && replacesEarlierRuns ? [] : current;
    const last = takes.at(-1);
    if (last !== undefined && isSameAnswer(last, answer) && last.at === at) {
      return { earlier, takes: [...takes.slice(0, -1), { ...last, times: last.times + 1 }] };
    }
    // The same answer at the same place as in the run before: nothing changed, the date neither.
    const replaced = this.#timelines.replacedTakes(before.key, region) ?? earlier;
    const unchanged = replacesEarlierRuns ? replaced[takes.length] : undefined;
    const take: Take =
      unchanged !== undefined && isSameAnswer(unchanged, answer)
        ? { ...unchanged, times: 1, at }
        : {
            ...answer,
            representation: recording.representation,
            region,
            recordedAt: wholeSeconds(now()),
            times: 1,
            at,
          };
    return { earlier, takes: [...takes, take] };
  }

  /** The interaction with the takes of this run alone. */
  #ofThisRun({ key, takes }: Interaction): readonly Take[] {
    return takes.filter(({ region }) => this.#earlier.has(runKeyOf(key, region)));
  }

  #fail(error: unknown): Stored {
    const failure =
      error instanceof FailureError
        ? error
        : new FailureError(
            `Cannot save a recording to '${this.#settings.cassette.folder}': ${reasonOf(error)}. ${remedyOf(error)}.`,
            { cause: error },
          );
    this.#settings.onFailure(failure);
    return { reason: failure.message };
  }
}

function runKeyOf({ text }: Key, region: string): string {
  return `${region} ${text}`;
}

function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
