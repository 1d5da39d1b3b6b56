import type { Attempt } from './attempt.ts';
import type { CallGroup } from './call-group.ts';

/** What the calls of one client tell of how it retries. */
interface Habit {
  /** Of the call with the most. */
  mostAttempts: number;
  /** After which answers it tried again. */
  readonly retried: Set<string>;
}

/**
 * The calls that their clients gave up early, and how often these may try: by `max=` of `amz-sdk-request`, or else by the
 * client's other calls. SDKs do that when their retry quota is spent: 500 tokens a client, 14 for each retry and 5 after
 * a throttle, given back by success [AWS SDKs, since November 2026]. They do not tell the program that uses them.
 *
 * That a client would have tried again is known from what it did after the same answer before. Calls without an
 * invocation id are left out: no client that has a quota makes them, and which attempts are theirs is a guess. A call that
 * waits for its next attempt looks the same as one that was given up.
 */
export function findEarlyEnds(calls: readonly CallGroup[]): ReadonlyMap<CallGroup, number> {
  const withId = calls.filter(({ called }) => called.invocationId);
  const habits = new Map<string, Habit>();
  for (const call of withId) {
    const { client } = call.called;
    const habit = habits.get(client) ?? { mostAttempts: 0, retried: new Set() };
    habits.set(client, habit);
    habit.mostAttempts = Math.max(habit.mostAttempts, attemptsMade(call));
    for (const attempt of call.attempts.slice(0, -1)) habit.retried.add(answerOf(attempt));
  }
  return new Map(
    withId.flatMap((call) => {
      const habit = habits.get(call.called.client);
      if (habit === undefined || call.ending !== 'gave up' || !habit.retried.has(answerOf(call.last)))
        return [];
      const most = call.called.maxAttempts ?? habit.mostAttempts;
      return attemptsMade(call) < most ? [[call, most] as const] : [];
    }),
  );
}

/** Also those that did not get as far as restage. */
function attemptsMade({ attempts, last }: CallGroup): number {
  return Math.max(attempts.length, last.number ?? 0);
}

function answerOf({ status, damaged }: Attempt): string {
  return `${status}${damaged ? '!' : ''}`;
}
