import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import type { Cassette } from '../cassette/cassette.ts';
import type { Order, Player } from '../cassette/player.ts';
import type { Recorder } from '../cassette/recorder.ts';
import type { RecorderKind } from '../cassette/shelf.ts';
import type { RuleSet } from '../chaos/rule-set.ts';
import type { Journal } from '../journal/journal.ts';
import type { RetryLog } from '../retries/retry-log.ts';

/** What restage does with a call. */
export const modes = ['record', 'replay', 'auto', 'passthrough'] as const;
export type Mode = (typeof modes)[number];

/** What a mode needs at hand. What it does with a call is decided in the proxy. */
export interface ModeNeeds {
  readonly upstream: boolean;
  /** Whether what is recorded is read at all. */
  readonly recordings: boolean;
  /**
   * `anew`: a recorder that locks the cassette at once, and whose first answers replace those of earlier runs.
   * `additions`: one that locks with its first store, and only adds.
   */
  readonly recorder: RecorderKind | undefined;
  /** Which of two modes can do more: a session can do no more than its server. */
  readonly reach: number;
}

export const modeNeeds: Readonly<Record<Mode, ModeNeeds>> = {
  record: { upstream: true, recordings: true, recorder: 'anew', reach: 3 },
  replay: { upstream: false, recordings: true, recorder: undefined, reach: 0 },
  auto: { upstream: true, recordings: true, recorder: 'additions', reach: 2 },
  passthrough: { upstream: true, recordings: false, recorder: undefined, reach: 1 },
};

/** The modes that a session of a server in that mode may have. */
export function modesWithin(server: Mode): Mode[] {
  return modes.filter((mode) => modeNeeds[mode].reach <= modeNeeds[server].reach);
}

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
  readonly cassette: Cassette;
  readonly player: Player<PlannedAnswer>;
  /** Absent where nothing is ever recorded. */
  readonly recorder: Recorder | undefined;
  readonly rules: RuleSet;
  readonly journal: Journal;
  /** What clients tried again. */
  readonly retries: RetryLog;
}

/** Starts the session from the beginning: takes, counters, journal. What is recorded stays. */
export function resetSession(session: Session): void {
  session.player.reset();
  session.rules.reset();
  session.journal.clear();
  session.retries.clear();
}
