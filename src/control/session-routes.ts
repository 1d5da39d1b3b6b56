import * as z from 'zod';
import { quote } from '../aws/apigateway/key.ts';
import { parsePlan } from '../chaos/scenario.ts';
import { CallError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';
import { modes, reachFlaw } from '../sessions/mode.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Reader } from '../settings/reader.ts';
import { recordWith } from '../settings/record-with.ts';
import { settingReaders } from '../settings/setting-readers.ts';
import { type ControlRequest, invalid, readFields } from './request.ts';

/** What is told of a session. */
export function describeSession(session: Session): object {
  return {
    session: session.name ?? null,
    mode: session.mode,
    cassette: session.cassette.name,
    order: session.order,
    seed: session.seed,
    calls: session.journal.counts,
    phase: session.rules.phase ?? null,
    faults: session.rules.status,
  };
}

/** What is told of all sessions but the main one. */
export function describeSessions(sessions: Sessions): object[] {
  return sessions.list.map(({ session, idleSeconds, unusedMs }) => ({
    ...describeSession(session),
    idleSeconds,
    unusedSeconds: Math.floor(unusedMs / 1000),
  }));
}

/** A setting as a field of a control call. */
function settingSchema<T>({ message, read }: Reader<T>) {
  return z.unknown().transform((value, context) => {
    const found = read(value);
    if (found !== undefined) return found;
    context.addIssue(message);
    return z.NEVER;
  });
}

const IDLE_MESSAGE = 'is a number of seconds from 1 to 86400';

const sessionFields = {
  name: settingSchema(settingReaders.cassette),
  cassette: settingSchema(settingReaders.cassette).optional(),
  mode: z.enum(modes, `is one of ${modes.join(', ')}`).optional(),
  order: settingSchema(settingReaders.order).optional(),
  faults: z.union([z.array(z.unknown()), z.looseObject({})], 'is a list of faults').optional(),
  seed: settingSchema(settingReaders.seed).optional(),
  idleSeconds: z.int(IDLE_MESSAGE).min(1, IDLE_MESSAGE).max(86_400, IDLE_MESSAGE).optional(),
  recordWith: settingSchema(recordWith).optional(),
};

/** Makes a session with settings of its own; what is not given is the server's. */
export async function createSession({ call, sessions }: ControlRequest): Promise<object> {
  const { name, ...given } = readFields(call, sessionFields);
  const { defaults } = sessions;
  const mode = given.mode ?? defaults.mode;
  const flaw = reachFlaw(defaults.mode, mode);
  if (flaw !== undefined) throw invalid(flaw);
  const session = await sessions.create(name, {
    mode,
    dir: defaults.dir,
    cassette: given.cassette ?? defaults.cassette,
    order: given.order ?? defaults.order,
    plan: given.faults === undefined ? defaults.plan : parsePlan(given.faults, 'faults'),
    // As text, and once more as what was made of it.
    planBytes: given.faults === undefined ? defaults.planBytes : 4 * call.body.length,
    seed: given.seed ?? defaults.seed,
    idleSeconds: given.idleSeconds ?? defaults.idleSeconds,
    recordWith: given.recordWith,
  });
  return describeSession(session);
}

/** Why a session is not found, with those there are. */
export function noSuchSession(sessions: Sessions, name: string): CallError {
  const end = sessions.findEnd(name);
  if (end !== undefined) return end;
  const known = sessions.list.slice(0, 20).flatMap(({ session }) => session.name ?? []);
  const names = known.length === 0 ? 'There is none yet' : suggestNames(name, known);
  return new CallError(
    'SessionNotFoundException',
    `Cannot find session ${quote(withoutSecrets(name))}: there is none of that name. ${names}; one is made by its first call.`,
  );
}
