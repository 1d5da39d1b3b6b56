import { controlBounds } from '../bounds.ts';
import { CallError, FailureError } from '../errors.ts';
import type { ControlRequest } from './request.ts';

/** The recordings that the session has never played, the first so many; for the server, that no session has. */
export async function listUnused({ session, unused }: ControlRequest): Promise<object> {
  const found = await unused(session);
  return { count: found.length, unused: found.slice(0, controlBounds.calls) };
}

/** Takes back what the session has recorded. */
export async function discardRecordings({ session }: ControlRequest): Promise<object> {
  try {
    return (await session.recorder?.discard()) ?? { discarded: 0, kept: 0 };
  } catch (cause) {
    if (!(cause instanceof FailureError)) throw cause;
    throw new CallError('RecordingNotDiscardedException', cause.message, { cause });
  }
}
