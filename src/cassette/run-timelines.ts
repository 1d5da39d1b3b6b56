import type { Key } from '../aws/apigateway/key.ts';
import type { Cassette } from './cassette.ts';
import { fileNameOf } from './file-name.ts';
import type { Interaction, Take } from './format.ts';

/** How far the timeline of a file is. */
export interface TimelineMark {
  readonly writes: number;
  readonly isBegun: boolean;
}

/** What one session has added to a timeline, and where that was before. */
export interface OwnWrites {
  readonly before: TimelineMark;
  readonly count: number;
}

/** The writes that one run of a recorder saw answered, file by file, and what they took the place of. */
export class RunTimelines {
  readonly #cassette: Cassette;
  readonly #ofThisRun: (interaction: Interaction) => readonly Take[];
  readonly #writes = new Map<string | undefined, number>();
  /** The files whose timeline is this run's. */
  readonly #begun = new Set<string | undefined>();
  /** Takes of earlier runs that went with their timeline, by the key's text. */
  readonly #replaced = new Map<string, readonly Take[]>();

  /** @param ofThisRun the takes of an interaction that this run has recorded. */
  constructor(cassette: Cassette, ofThisRun: (interaction: Interaction) => readonly Take[]) {
    this.#cassette = cassette;
    this.#ofThisRun = ofThisRun;
  }

  /** How many writes of the file were answered. */
  writesOf(restApiId: string | undefined): number {
    return this.#writes.get(restApiId) ?? 0;
  }

  /** Counts one more. @returns how many there are with it. */
  countWrite(restApiId: string | undefined): number {
    const count = this.writesOf(restApiId) + 1;
    this.#writes.set(restApiId, count);
    return count;
  }

  /**
   * Has the first write of the run replace what earlier ones tell, as a whole: what is read between two writes of one run
   * is no state of another. Recordings without any write stay, as states before the first. The file must be open.
   */
  begin(restApiId: string | undefined): void {
    if (this.#begun.has(restApiId)) return;
    this.#begun.add(restApiId);
    if (this.#cassette.writesOf(restApiId).length === 0) return;
    this.#cassette.revise(restApiId, (interaction) => {
      const takes = this.#ofThisRun(interaction);
      if (takes.length === interaction.takes.length) return interaction;
      this.#replaced.set(interaction.key.text, interaction.takes);
      return takes.length === 0 ? undefined : { ...interaction, takes };
    });
  }

  /** How far it is now. */
  markOf(restApiId: string | undefined): TimelineMark {
    return { writes: this.writesOf(restApiId), isBegun: this.#begun.has(restApiId) };
  }

  /** Forgets the writes of one session, unless others have written since. */
  goBack(restApiId: string | undefined, { before, count }: OwnWrites): void {
    if (this.writesOf(restApiId) !== before.writes + count) return;
    this.#writes.set(restApiId, before.writes);
    if (!before.isBegun) this.#begun.delete(restApiId);
  }

  /** The takes of earlier runs that went with their timeline: an answer that is the same again keeps its date. */
  replacedTakes({ text }: Key, region: string): readonly Take[] | undefined {
    return this.#replaced.get(text)?.filter((take) => take.region === region);
  }

  /** The names of the files that hold writes, none of them of this run, though it has recorded some. */
  async listLeftovers(): Promise<string[]> {
    if (this.#begun.size === 0) return [];
    const ids = [undefined, ...(await this.#cassette.listApis())].filter((id) => !this.#begun.has(id));
    const leftovers: string[] = [];
    for (const id of ids) {
      await this.#cassette.load(id);
      if (this.#cassette.writesOf(id).length > 0) leftovers.push(fileNameOf(id));
    }
    return leftovers;
  }
}
