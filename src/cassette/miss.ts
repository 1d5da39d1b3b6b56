import { describeKey, type Key, quote } from '../aws/apigateway/key.ts';
import { optionsToRecord, variablesToRecord } from '../aws/apigateway/recorded-by-name.ts';
import type { Representation } from '../call.ts';
import { CallError } from '../errors.ts';
import { describeBodyDifference } from './body-difference.ts';
import type { Cassette } from './cassette.ts';
import type { Take } from './format.ts';

const SHOWN = 3;

/**
 * A miss, as clients are told of it: an error of its own that nobody takes for an answer of the service. Its status is 400,
 * since SDKs try again what is answered with 429 and every 5xx, and 404 is an answer of the service.
 */
export function missError(message: string): CallError {
  return new CallError('RecordingNotFoundException', message);
}

/** A miss in words. */
export interface Miss {
  /** For the client: what is not recorded, what is recorded that is nearest to it, and how to record it. */
  readonly message: string;
  /** For the log, which names the call already: why it is a miss. */
  readonly note: string;
}

/**
 * Says that a key is not recorded.
 * @param recordWith the command that records it, where it is not restage's own.
 */
export async function describeMiss(cassette: Cassette, key: Key, recordWith?: string): Promise<Miss> {
  await cassette.load(key.restApiId);
  const remedy = `Record it: ${recordWith === undefined ? ownCommand(cassette, key) : `${variablesToRecord([key.operation])}${recordWith}`}`;
  const what = `Cannot replay ${describeKey(key)}`;
  if (cassette.find(key) !== undefined) {
    const note = `its takes in cassette ${quote(cassette.name)} are used up (order 'strict')`;
    return { message: `${what}: ${note}. ${remedy}.`, note };
  }
  const recorded = cassette.peek(key.restApiId) ?? [];
  const difference = describeBodyDifference(
    key,
    recorded.map((interaction) => interaction.key),
  );
  if (difference !== undefined)
    return { message: `${what}: ${difference} (${cassette.folder}). ${remedy}.`, note: difference };
  const keys = cassette.keysLike(key, SHOWN).map(describeKey);
  const nearest = keys.length > 0 ? keys : await nameOthers(cassette, key.restApiId);
  const known = nearest.length === 0 ? 'The cassette is empty' : `Nearest recorded: ${nearest.join('; ')}`;
  const note = `it is not in cassette ${quote(cassette.name)}`;
  return { message: `${what}: ${note} (${cassette.folder}). ${known}. ${remedy}.`, note };
}

function ownCommand({ name, dir }: Cassette, { operation }: Key): string {
  const where = dir === 'cassettes' ? '' : ` --dir ${quote(dir)}`;
  return `restage record -c ${name}${where}${optionsToRecord([operation])} -- <your command>`;
}

/** What else is recorded, where nothing is of this API, or of the account. */
async function nameOthers(cassette: Cassette, restApiId: string | undefined): Promise<string[]> {
  const apis = await cassette.apisLike(restApiId ?? '', SHOWN);
  if (apis.length > 0) return apis.map((id) => `API ${quote(id)}`);
  const ofAccount = await cassette.load(undefined);
  return ofAccount.slice(0, SHOWN).map((interaction) => describeKey(interaction.key));
}

/** Says that what is recorded cannot be told in the representation that was asked for. */
export function describeOtherRepresentation(
  cassette: Cassette,
  key: Key,
  take: Pick<Take, 'representation'>,
  asked: Representation,
): Miss {
  const note = `it was recorded as ${NAMES[take.representation]}, not as ${NAMES[asked]}, which cannot be derived`;
  const remedy = `Ask for it as ${NAMES[take.representation]}, or record it as ${NAMES[asked]}`;
  return { message: `Cannot replay ${describeKey(key)}: ${note} (${cassette.folder}). ${remedy}.`, note };
}

const NAMES: Readonly<Record<Representation, string>> = {
  hal: 'HAL (application/hal+json)',
  json: 'plain JSON (application/json)',
};
