import type { Key } from '../aws/apigateway/key.ts';
import type { Cassette } from './cassette.ts';
import { fileNameOf } from './file-name.ts';
import type { Interaction, Take } from './format.ts';
import { Frontier } from './frontier.ts';

/** What one session has added to a run's writes, and where they were before. */
export interface OwnWrites {
  /** How many there were. */
  readonly before: number;
  readonly count: number;
  /** The files whose timeline was the run's already. */
  readonly begun: ReadonlySet<string | undefined>;
}

/** The writes that one run of a recorder saw answered, and what they took the place of, file by file. */
export class RunTimelines {
  readonly #cassette: Cassette;
  readonly #ofThisRun: (interaction: Interaction) => readonly Take[];
  /** What each of them concerned. */
  readonly #writes: (readonly string[])[] = [];
  readonly #frontier = new Frontier();
  /** The files whose timeline is this run's. */
  readonly #begun = new Set<string | undefined>();
  /** Those of them that held one of an earlier run. */
  readonly #taken = new Set<string | undefined>();
  /** Takes of earlier runs that went with their timeline, by the key's text. */
  readonly #replaced = new Map<string, readonly Take[]>();

  /** @param ofThisRun the takes of an interaction that this run has recorded. */
  constructor(cassette: Cassette, ofThisRun: (interaction: Interaction) => readonly Take[]) {
    this.#cassette = cassette;
    this.#ofThisRun = ofThisRun;
  }

  /** The number of the last write that concerns the path. */
  placeOf(path: string): number {
    return this.#frontier.at(path);
  }

  /** Counts a write that concerns these paths. @returns its number. */
  countWrite(paths: readonly string[]): number {
    const count = this.#writes.push(paths);
    for (const path of paths) this.#frontier.advance(path, count);
    return count;
  }

  /**
   * Has the first write of the run replace what earlier ones tell, as a whole: what is read between two writes of one run
   * is no state of another. Recordings without any write stay, as states before the first. The file must be open.
   */
  begin(restApiId: string | undefined): void {
    if (this.#begun.has(restApiId)) return;
    this.#begun.add(restApiId);
    if (!this.#cassette.hasWrites(restApiId)) return;
    this.#taken.add(restApiId);
    this.#cassette.revise(restApiId, (interaction) => {
      const takes = this.#ofThisRun(interaction);
      if (takes.length === interaction.takes.length) return interaction;
      this.#replaced.set(interaction.key.text, interaction.takes);
      return takes.length === 0 ? undefined : { ...interaction, takes };
    });
  }

  /** Where the writes are now, to go back to. */
  mark(): OwnWrites {
    return { before: this.#writes.length, count: 0, begun: new Set(this.#begun) };
  }

  /** Forgets the writes of one session, unless others have written since. `files`: those that are as they were before it. */
  goBack({ before, count, begun }: OwnWrites, files: Iterable<string | undefined>): void {
    if (this.#writes.length !== before + count) return;
    for (const file of files) {
      if (begun.has(file)) continue;
      this.#begun.delete(file);
      this.#taken.delete(file);
    }
    this.#writes.length = before;
    this.#frontier.reset();
    for (const [index, paths] of this.#writes.entries())
      for (const path of paths) this.#frontier.advance(path, index + 1);
  }

  /** The takes of earlier runs that went with their timeline: an answer that is the same again keeps its date. */
  replacedTakes({ text }: Key, region: string): readonly Take[] | undefined {
    return this.#replaced.get(text)?.filter((take) => take.region === region);
  }

  /** The names of the files whose writes of earlier runs went. */
  get replacedFiles(): string[] {
    return [...this.#taken].map(fileNameOf).sort();
  }

  /** The names of the files that hold writes, none of them of this run, though it has recorded some. */
  async listLeftovers(): Promise<string[]> {
    if (this.#begun.size === 0) return [];
    const ids = [undefined, ...(await this.#cassette.listApis())].filter((id) => !this.#begun.has(id));
    const leftovers: string[] = [];
    for (const id of ids) if (await this.#holdsWrites(id)) leftovers.push(fileNameOf(id));
    return leftovers.sort();
  }

  async #holdsWrites(restApiId: string | undefined): Promise<boolean> {
    try {
      await this.#cassette.load(restApiId);
    } catch {
      // Whoever asks for what cannot be read is told so.
      return false;
    }
    return this.#cassette.hasWrites(restApiId);
  }
}
