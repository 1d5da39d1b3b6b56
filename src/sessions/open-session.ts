import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import { type Frames, Player, type Prepare } from '../cassette/player.ts';
import { SessionRecorder } from '../cassette/session-recorder.ts';
import type { Shelf } from '../cassette/shelf.ts';
import { RuleSet } from '../chaos/rule-set.ts';
import { Journal } from '../journal/journal.ts';
import type { MemoryBudget } from '../journal/memory-budget.ts';
import { RetryLog } from '../retries/retry-log.ts';
import { AnsweredWrites } from './answered-writes.ts';
import { modeNeeds } from './mode.ts';
import { SentValues } from './sent-values.ts';
import type { OpenSession, SessionSettings } from './sessions.ts';

/** What all sessions of a server are made with. */
export interface SessionParts {
  readonly shelf: Shelf;
  /** Milliseconds that only rise. */
  readonly elapsed: () => number;
  /** Makes of a recorded answer what is sent. */
  readonly prepare: Prepare<PlannedAnswer>;
  /** What of the cassettes is ready to be sent, whichever session asked for it. */
  readonly frames: Frames<PlannedAnswer>;
  readonly memory: MemoryBudget;
}

/** What a session takes before anything is called, and beside what its parts say, as measured. */
const SESSION_BYTES = 5_000;

/**
 * Puts a session together.
 * @throws {@link CallError} when there is no memory left for one.
 */
export function openSession(
  name: string | undefined,
  settings: SessionSettings,
  { shelf, elapsed, prepare, frames, memory }: SessionParts,
): OpenSession {
  const { mode, order, seed, plan, recordWith } = settings;
  const needs = modeNeeds[mode];
  const share = memory.open();
  const hold = (bytes: number): void => share.hold(bytes);
  if (name !== undefined) hold(SESSION_BYTES + settings.planBytes + 2 * (recordWith?.length ?? 0));
  const { cassette, recorder: shared, release } = shelf.lend(settings.dir, settings.cassette, needs.recorder);
  const recorder = shared && new SessionRecorder(shared);
  const session = {
    name,
    mode,
    forwards: needs.upstream,
    usesRecordings: needs.recordings,
    order,
    seed,
    recordWith,
    cassette,
    // The main session's places are bounded by what is recorded; those of sessions multiply.
    player: new Player(order, {
      prepare,
      frames,
      ...(name !== undefined && { hold }),
    }),
    recorder,
    answered: new AnsweredWrites(share),
    sent: new SentValues(hold),
    rules: new RuleSet(plan, { seed, elapsed, memory: share }),
    journal: new Journal(undefined, share),
    retries: new RetryLog(undefined, share),
    memory: share,
  };
  const close = async (): Promise<void> => {
    share.close();
    await recorder?.end();
    await release();
  };
  return { session, close };
}
