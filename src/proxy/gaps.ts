import type { Key } from '../aws/apigateway/key.ts';
import { memoryBounds } from '../bounds.ts';
import type { Cassette } from '../cassette/cassette.ts';
import { ownText, ownTexts } from '../journal/own-text.ts';
import { withoutSecrets, withoutSecretsIn } from '../secrets.ts';
import type { Context } from './context.ts';
import type { Ending } from './ending.ts';

/** Calls for one thing that a replay has missed, or will miss since they were not recorded. */
export interface Gap {
  readonly operation: string;
  readonly restApiId: string | undefined;
  /** Absent where there can be no recording. */
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly cassette: string;
  /** Whether a replay missed them; else they were not recorded. */
  readonly missed: boolean;
  readonly times: number;
  /** How the last of them was answered. */
  readonly status: number;
  readonly note: string | undefined;
}

/** Where a cassette is. */
export type Place = Pick<Cassette, 'dir' | 'name' | 'folder'>;

type Found = Omit<Gap, 'restApiId' | 'parameters'> & { readonly key: Key | undefined; readonly place: Place };

/** In characters. No API has an id, and no deployment, that long: who made it up need not be told of it in the end. */
const MAX_KEY = 200;

/** Calls that were neither replayed nor recorded, by what they ask for. */
export class Gaps {
  readonly #open: (place: Place) => Cassette;
  readonly #found = new Map<string, Found>();
  #missed = 0;

  /** @param open gives the cassette of that place: sessions may have ended, and are not kept for this. */
  constructor(open: (place: Place) => Cassette) {
    this.#open = open;
  }

  /** How many calls a replay has missed. */
  get missed(): number {
    return this.#missed;
  }

  /** Takes note of a call that was neither replayed nor recorded. @returns whether a replay missed it. */
  note({ session, asked }: Context, { outcome, answer, note }: Ending): boolean {
    const { recorder, usesRecordings } = session;
    // What replay refuses once it has begun cannot be read from the cassette.
    const missed = outcome === 'missed' || (outcome === 'refused' && recorder === undefined);
    if (!usesRecordings || (!missed && recorder === undefined)) return false;
    if (missed) this.#missed += 1;
    if ((asked.key?.text.length ?? 0) > MAX_KEY) return missed;
    const key = asked.key && ownKey(asked.key);
    const operation = ownText(asked.name);
    const { dir, name: cassette, folder } = session.cassette;
    const subject = `${folder} ${missed} ${key?.text ?? operation}`;
    const times = (this.#found.get(subject)?.times ?? 0) + 1;
    if (times === 1 && this.#found.size >= memoryBounds.gaps) return missed;
    this.#found.set(subject, {
      operation,
      key,
      cassette,
      place: { dir, name: cassette, folder },
      missed,
      times,
      status: answer.status,
      note: note && ownText(note),
    });
    return missed;
  }

  /** Those that are gaps still: an attempt that failed may have been followed by one that was recorded. */
  async list(): Promise<Gap[]> {
    const gaps: Gap[] = [];
    for (const { key, place, ...found } of this.#found.values()) {
      if (!found.missed && (await isRecorded(this.#open(place), key))) continue;
      gaps.push({
        ...found,
        restApiId: key?.restApiId && withoutSecrets(key.restApiId),
        parameters: key && withoutSecretsIn(key.parameters),
      });
    }
    return gaps;
  }
}

/** As much of a key as it takes to tell of it, and to find it. */
function ownKey({ operation, restApiId, parameters, text, path }: Key): Key {
  return {
    operation,
    restApiId: restApiId && ownText(restApiId),
    parameters: ownTexts(parameters),
    fields: {},
    path: ownText(path),
    text: ownText(text),
  };
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
