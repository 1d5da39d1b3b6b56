import { plannedRendering } from '../aws/apigateway/planned-answer.ts';
import { Player } from '../cassette/player.ts';
import type { Shelf } from '../cassette/shelf.ts';
import { RuleSet } from '../chaos/rule-set.ts';
import { Journal } from '../journal/journal.ts';
import type { Clock } from '../proxy/answering.ts';
import { readyAnswer } from '../proxy/ready-answer.ts';
import { RetryLog } from '../retries/retry-log.ts';
import { modeNeeds } from './session.ts';
import type { OpenSession, SessionSettings } from './sessions.ts';

/** Puts a session together. */
export function openSession(
  name: string | undefined,
  settings: SessionSettings,
  shelf: Shelf,
  elapsed: Clock['elapsed'],
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
    player: new Player(order, (status, rendering) =>
      readyAnswer(plannedRendering(status, rendering), 'replayed'),
    ),
    recorder,
    rules: new RuleSet(plan, { seed, elapsed }),
    journal: new Journal(),
    retries: new RetryLog(),
  };
  return { session, close: release };
}
