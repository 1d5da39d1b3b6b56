import leven from 'leven';
import { describeKey, type Key, quote } from '../aws/apigateway/operation.ts';
import { documentBounds } from '../bounds.ts';
import { CallError } from '../errors.ts';
import type { Cassette } from './cassette.ts';

const SHOWN = 3;
/** What is longer than this is compared by its end: what a client asks for may be long, and the names many. */
const COMPARED = 64;

/**
 * A miss, as clients are told of it: an error of its own that nobody takes for an answer of the service. Its status is 400,
 * since SDKs try again what is answered with 429 and every 5xx, and 404 is an answer of the service.
 */
export function missError(message: string): CallError {
  return new CallError('RecordingNotFoundException', message);
}

/** Says that a key is not recorded, what is recorded that is nearest to it, and how to record it. */
export async function describeMiss(cassette: Cassette, key: Key): Promise<string> {
  const recorded = await cassette.load(key.restApiId);
  const dir = cassette.dir === 'cassettes' ? '' : ` --dir ${quote(cassette.dir)}`;
  const remedy = `Record it: restage record -c ${cassette.name}${dir} -- <your command>`;
  const what = `Cannot replay ${describeKey(key)}`;
  if (recorded.some((interaction) => interaction.key.text === key.text)) {
    return `${what}: its takes in cassette ${quote(cassette.name)} are used up (order 'strict'). ${remedy}.`;
  }
  const keys = recorded.map((interaction) => interaction.key);
  const nearest = nearestKeys(key, keys) ?? nearestApis(key, await cassette.listApis());
  const known = nearest.length === 0 ? 'The cassette is empty' : `Nearest recorded: ${nearest.join('; ')}`;
  return `${what}: it is not in cassette ${quote(cassette.name)} (${cassette.folder}). ${known}. ${remedy}.`;
}

/** The recorded keys of the same API that are most like the one asked for, in words; nothing when there are none. */
export function nearestKeys(key: Key, recorded: readonly Key[]): string[] | undefined {
  if (recorded.length === 0) return undefined;
  return closest(
    recorded.map((known) => ({ words: describeKey(known), distance: distance(known.text, key.text) })),
  );
}

/** The APIs whose ids are most like the one asked for, in words. */
export function nearestApis(key: Key, restApiIds: readonly string[]): string[] {
  return closest(
    restApiIds
      .slice(0, documentBounds.comparedNames)
      .map((id) => ({ words: `API ${quote(id)}`, distance: distance(id, key.restApiId) })),
  );
}

function closest(candidates: ReadonlyArray<{ words: string; distance: number }>): string[] {
  return [...candidates]
    .sort((a, b) => a.distance - b.distance || (a.words < b.words ? -1 : 1))
    .slice(0, SHOWN)
    .map(({ words }) => words);
}

function distance(a: string, b: string): number {
  return leven(a.slice(-COMPARED), b.slice(-COMPARED));
}
