import { describeKey, type Key, quote } from '../aws/apigateway/operation.ts';
import { CallError } from '../errors.ts';
import type { Cassette } from './cassette.ts';

const SHOWN = 3;

/**
 * A miss, as clients are told of it: an error of its own that nobody takes for an answer of the service. Its status is 400,
 * since SDKs try again what is answered with 429 and every 5xx, and 404 is an answer of the service.
 */
export function missError(message: string): CallError {
  return new CallError('RecordingNotFoundException', message);
}

/** Says that a key is not recorded, what is recorded that is nearest to it, and how to record it. */
export async function describeMiss(cassette: Cassette, key: Key): Promise<string> {
  const dir = cassette.dir === 'cassettes' ? '' : ` --dir ${quote(cassette.dir)}`;
  const remedy = `Record it: restage record -c ${cassette.name}${dir} -- <your command>`;
  const what = `Cannot replay ${describeKey(key)}`;
  await cassette.load(key.restApiId);
  if (cassette.find(key) !== undefined) {
    return `${what}: its takes in cassette ${quote(cassette.name)} are used up (order 'strict'). ${remedy}.`;
  }
  const keys = cassette.keysLike(key, SHOWN).map(describeKey);
  const nearest =
    keys.length > 0 ? keys : (await cassette.apisLike(key.restApiId, SHOWN)).map((id) => `API ${quote(id)}`);
  const known = nearest.length === 0 ? 'The cassette is empty' : `Nearest recorded: ${nearest.join('; ')}`;
  return `${what}: it is not in cassette ${quote(cassette.name)} (${cassette.folder}). ${known}. ${remedy}.`;
}
