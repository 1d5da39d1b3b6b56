import type { Key } from '../aws/apigateway/operation.ts';
import { memoryBounds } from '../bounds.ts';
import type { Cassette } from '../cassette/cassette.ts';
import { shortText, shortTexts } from '../journal/short-text.ts';
import type { Context } from './context.ts';
import type { Ending } from './ending.ts';

/** Calls for one thing that a replay has missed, or will miss since they were not recorded. */
export interface Gap {
  readonly operation: string;
  /** Absent where there can be no recording. */
  readonly restApiId: string | undefined;
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly cassette: string;
  /** Whether a replay missed them; else they were not recorded. */
  readonly missed: boolean;
  readonly times: number;
  /** How the last of them was answered. */
  readonly status: number;
  readonly note: string | undefined;
}

interface Found {
  readonly name: string;
  readonly key: Key | undefined;
  readonly cassette: Cassette;
  readonly missed: boolean;
  readonly times: number;
  readonly status: number;
  readonly note: string | undefined;
}

/** Calls that were neither replayed nor recorded, by what they ask for. */
export class Gaps {
  readonly #found = new Map<string, Found>();
  #missed = 0;

  /** How many calls a replay has missed. */
  get missed(): number {
    return this.#missed;
  }

  /** Takes note of a call that was neither replayed nor recorded. */
  note({ session, asked }: Context, { outcome, answer, note }: Ending): void {
    const { cassette, recorder, usesRecordings } = session;
    // What replay refuses once it has begun cannot be read from the cassette.
    const missed = outcome === 'missed' || (outcome === 'refused' && recorder === undefined);
    if (!usesRecordings || (!missed && recorder === undefined)) return;
    if (missed) this.#missed += 1;
    const name = shortText(asked.name);
    const subject = `${cassette.name} ${missed} ${asked.key?.text ?? name}`;
    const times = (this.#found.get(subject)?.times ?? 0) + 1;
    // No API has an id that long: who made it up need not be told of it.
    if ((asked.key?.text.length ?? 0) > memoryBounds.targetLength) return;
    if (times === 1 && this.#found.size >= memoryBounds.gaps) return;
    this.#found.set(subject, {
      name,
      key: asked.key,
      cassette,
      missed,
      times,
      status: answer.status,
      note: note && shortText(note),
    });
  }

  /** Those that are gaps still: an attempt that failed may have been followed by one that was recorded. */
  async list(): Promise<Gap[]> {
    const gaps: Gap[] = [];
    for (const found of this.#found.values()) {
      const { name: operation, key, cassette, missed, times, status, note } = found;
      if (!missed && (await isRecorded(cassette, key))) continue;
      const restApiId = key && shortText(key.restApiId);
      const parameters = key && shortTexts(key.parameters);
      gaps.push({ operation, restApiId, parameters, cassette: cassette.name, missed, times, status, note });
    }
    return gaps;
  }
}

async function isRecorded(cassette: Cassette, key: Key | undefined): Promise<boolean> {
  if (key === undefined) return false;
  try {
    await cassette.load(key.restApiId);
  } catch {
    // A replay could not read it either.
    return false;
  }
  return cassette.find(key) !== undefined;
}
