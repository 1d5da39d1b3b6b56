import type { Session } from './session.ts';

/** What is looked at of a session that may have to make room for another. */
export interface Dispensable {
  readonly open: { readonly session: Pick<Session, 'journal'> };
  readonly isExplicit: boolean;
  readonly inFlight: number;
  readonly lastUsedMs: number;
}

/**
 * The session that makes room where there are as many as may be; nothing when each is needed. It is one that a call made, not
 * control, where nothing was recorded: one that had no answer to give, as strangers make them, before one that had; and of
 * these the one that was not used for the longest time. Without it, whoever fills all places would keep everybody out until
 * they end by themselves.
 */
export function findLeastMissed(sessions: Iterable<readonly [string, Dispensable]>): string | undefined {
  let least:
    | { readonly name: string; readonly hasAnswered: boolean; readonly lastUsedMs: number }
    | undefined;
  for (const [name, { open, isExplicit, inFlight, lastUsedMs }] of sessions) {
    if (isExplicit || inFlight > 0) continue;
    const { recorded, replayed, forwarded, faulted } = open.session.journal.counts;
    if (recorded > 0) continue;
    const hasAnswered = replayed + forwarded + faulted > 0;
    const isLess =
      least === undefined ||
      (hasAnswered === least.hasAnswered ? lastUsedMs < least.lastUsedMs : least.hasAnswered);
    if (isLess) least = { name, hasAnswered, lastUsedMs };
  }
  return least?.name;
}
