import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import { Player, type Prepare } from '../cassette/player.ts';
import type { Shelf } from '../cassette/shelf.ts';
import { RuleSet } from '../chaos/rule-set.ts';
import { Journal } from '../journal/journal.ts';
import { RetryLog } from '../retries/retry-log.ts';
import { modeNeeds } from './mode.ts';
import type { OpenSession, SessionSettings } from './sessions.ts';

/** What all sessions of a server are made with. */
export interface SessionParts {
  readonly shelf: Shelf;
  /** Milliseconds that only rise. */
  readonly elapsed: () => number;
  /** Makes of a recorded answer what is sent. */
  readonly prepare: Prepare<PlannedAnswer>;
}

/** Puts a session together. */
export function openSession(
  name: string | undefined,
  settings: SessionSettings,
  { shelf, elapsed, prepare }: SessionParts,
): OpenSession {
  const { mode, order, seed, plan } = settings;
  const needs = modeNeeds[mode];
  const { cassette, recorder, release } = shelf.lend(settings.cassette, needs.recorder);
  const session = {
    name,
    mode,
    forwards: needs.upstream,
    usesRecordings: needs.recordings,
    order,
    seed,
    cassette,
    player: new Player(order, prepare),
    recorder,
    rules: new RuleSet(plan, { seed, elapsed }),
    journal: new Journal(),
    retries: new RetryLog(),
  };
  return { session, close: release };
}
