import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import type { Cassette } from '../cassette/cassette.ts';
import type { Order } from '../cassette/order.ts';
import type { Player } from '../cassette/player.ts';
import type { SessionRecorder } from '../cassette/session-recorder.ts';
import type { RuleSet } from '../chaos/rule-set.ts';
import type { Journal } from '../journal/journal.ts';
import type { MemoryShare } from '../journal/memory-budget.ts';
import type { RetryLog } from '../retries/retry-log.ts';
import type { AnsweredWrites } from './answered-writes.ts';
import type { Mode } from './mode.ts';
import type { SentValues } from './sent-values.ts';

/** One view of the proxy: everything that calls change. */
export interface Session {
  /** Absent for the one that calls without a session belong to. */
  readonly name: string | undefined;
  readonly mode: Mode;
  /** Whether calls may go on to the upstream, and so must be verified. */
  readonly forwards: boolean;
  /** Whether the cassette's files are read at all. */
  readonly usesRecordings: boolean;
  readonly order: Order;
  readonly seed: number;
  /** The command that records what is missing, where it is not restage's own. */
  readonly recordWith?: string | undefined;
  readonly cassette: Cassette;
  readonly player: Player<PlannedAnswer>;
  /** Absent where nothing is ever recorded. */
  readonly recorder: SessionRecorder | undefined;
  readonly rules: RuleSet;
  readonly answered: AnsweredWrites;
  /** What clients sent that is not recorded. */
  readonly sent: SentValues;
  readonly journal: Journal;
  /** What clients tried again. */
  readonly retries: RetryLog;
  /** What it takes of the memory that there is for all sessions. */
  readonly memory: MemoryShare;
}

/** Starts the session from the beginning: takes, counters, journal. What is recorded stays. */
export function resetSession(session: Session): void {
  session.player.reset();
  session.answered.clear();
  session.sent.clear();
  session.rules.reset();
  session.journal.clear();
  session.retries.clear();
}
