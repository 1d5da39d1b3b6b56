import type { Operation } from '../aws/apigateway/operation.ts';
import type { Interaction } from '../cassette/format.ts';
import type { Context } from './context.ts';
import { type Action, decide } from './decide.ts';

/** What is to be done with a call, of which this is recorded. */
export function actionOf(
  { call, session, asked, region }: Context,
  interaction: Interaction | undefined,
  recordedByName: ReadonlySet<string>,
): Action {
  const { operation } = asked;
  return decide(session.mode, {
    isRecordable: isRecordable(call.method, operation, recordedByName),
    isRecorded: interaction !== undefined && session.player.canPlay(interaction, region),
    isWrite: operation?.isWrite === true,
  });
}

function isRecordable(
  method: string,
  operation: Operation | undefined,
  recordedByName: ReadonlySet<string>,
): boolean {
  if (operation === undefined || method === 'HEAD') return false;
  return !operation.isRecordedByName || recordedByName.has(operation.name);
}

/** What is recorded of the call, as far as it was read; nothing where the session does not use recordings. */
export function findInteraction({ session, asked }: Context): Interaction | undefined {
  // Another session may have read the cassette.
  if (asked.key === undefined || !session.usesRecordings) return undefined;
  const found = session.cassette.find(asked.key);
  // Where something can be recorded, this day's is.
  if (found !== undefined || session.recorder !== undefined) return found;
  return session.cassette.findOfOtherDates(asked.key);
}

/** Whether nothing is left to be read for the call. */
export function isLoaded({ session, asked: { key } }: Context): boolean {
  return key === undefined || !session.usesRecordings || session.cassette.peek(key.restApiId) !== undefined;
}

/** Reads what is recorded of the call's API, if that is to be read. */
export async function load(context: Context): Promise<void> {
  const { key } = context.asked;
  if (key === undefined || isLoaded(context)) return;
  // Before the call is forwarded: what cannot be read cannot be recorded to either.
  await context.session.cassette.load(key.restApiId);
}
