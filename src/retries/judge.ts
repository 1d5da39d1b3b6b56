import type { CallGroup } from './call-group.ts';
import { CLOCK_GRAIN_MS } from './call-group.ts';
import { describeCalled } from './called.ts';
import { findEarlyEnds } from './early-end.ts';
import type { RetryLog } from './retry-log.ts';

/** What was found about an expectation. */
export interface Findings {
  /** What did not hold, one text a call. */
  readonly violations: readonly string[];
  /** Why it cannot be said to hold all the same. */
  readonly doubt: string | undefined;
  /** What was seen, if it holds. */
  readonly seen: string;
}

/** Looks for what does not hold. There is at least one call. */
export type Judge = (calls: readonly CallGroup[], log: RetryLog) => Findings;

/** Whether what was seen is as it should be to what was expected. */
export type Compare = (seen: number, expected: number) => boolean;

export const comparisons: Readonly<Record<string, Compare>> = {
  '<=': (seen, expected) => seen <= expected,
  '>=': (seen, expected) => seen >= expected,
  '<': (seen, expected) => seen < expected,
  '>': (seen, expected) => seen > expected,
  '=': (seen, expected) => seen === expected,
};

/** Every call has so many attempts. */
export function expectAttempts(compare: Compare, expected: number): Judge {
  return (calls, log) => {
    const counts = calls.map((call) => call.attempts.length);
    // Of calls that succeeded at once, that is all there is to know, kept or not.
    const plain = log.forgotten.plain > 0 && !compare(1, expected) ? log.forgotten.plain : 0;
    return {
      violations: [
        ...calls
          .filter((call) => !compare(call.attempts.length, expected))
          .map((call) => `${nameOf(call)} made ${count(call.attempts.length, 'attempt')}`),
        ...(plain > 0 ? [`${count(plain, 'earlier call')} made 1 attempt`] : []),
      ],
      doubt: doubtOf(log),
      seen: describeAttempts(calls.length + log.forgotten.plain, range(counts)),
    };
  };
}

/** `1 call made 3 attempts`, `2 calls made 1 to 3 attempts each`. */
function describeAttempts(calls: number, counts: string): string {
  const attempts = `${counts} ${counts === '1' ? 'attempt' : 'attempts'}`;
  return `${count(calls, 'call')} made ${attempts}${calls === 1 ? '' : ' each'}`;
}

/** Every wait between an answer and the next attempt is so long; milliseconds. */
export function expectGaps(compare: Compare, expectedMs: number): Judge {
  return (calls, log) => {
    const waits = calls.flatMap((call) => call.waits);
    // What was rounded away in reading the clock is not held against the client.
    const holds = (waitMs: number): boolean =>
      [waitMs, waitMs + CLOCK_GRAIN_MS, waitMs - CLOCK_GRAIN_MS].some((ms) => compare(ms, expectedMs));
    const violations = calls.flatMap((call) => {
      const n = call.waits.findIndex((waitMs) => !holds(waitMs));
      return n < 0 ? [] : [`${nameOf(call)} waited ${inMs(call.waits[n])} before attempt ${n + 2}`];
    });
    return {
      violations,
      doubt: waits.length === 0 ? 'no call was tried again' : doubtOf(log),
      seen: `${count(waits.length, 'wait')} of ${range(waits.map(Math.round))} ms`,
    };
  };
}

/** So many attempts of all calls in any window of one second. */
export function expectRate(compare: Compare, expected: number): Judge {
  return (_calls, { timeline }) => {
    const { at, attempts } = timeline.findPeak();
    const seen = `${count(attempts, 'attempt')} in the second from ${timeOf(at)}`;
    const doubt =
      timeline.forgotten > 0 ? `no longer kept: ${count(timeline.forgotten, 'earlier attempt')}` : undefined;
    return {
      violations: compare(attempts, expected) ? [] : [seen],
      doubt,
      seen: `at most ${seen}`,
    };
  };
}

/** So many calls. */
export function expectCalls(compare: Compare, expected: number): Judge {
  return (calls, { forgotten }) => {
    const all = calls.length + forgotten.plain + forgotten.eventful;
    const seen = count(all, 'call');
    return { violations: compare(all, expected) ? [] : [seen], doubt: undefined, seen };
  };
}

/** No attempt comes before the time that the answer before it asked for. */
export const expectRetryAfterHonoured: Judge = (calls, log) => {
  let told = 0;
  let tested = 0;
  const violations: string[] = [];
  for (const call of calls) {
    let early: string | undefined;
    call.attempts.forEach(({ retryAfterMs }, n) => {
      if (retryAfterMs === undefined) return;
      told += 1;
      const waitMs = call.waitBefore(n + 1);
      if (waitMs === undefined) return;
      tested += 1;
      if (waitMs + CLOCK_GRAIN_MS < retryAfterMs)
        early ??= `${nameOf(call)} was told to wait ${inMs(retryAfterMs)} and waited ${inMs(waitMs)} before attempt ${n + 2}`;
    });
    if (early !== undefined) violations.push(early);
  }
  return {
    violations,
    doubt:
      told === 0
        ? 'no answer carried Retry-After'
        : tested === 0
          ? 'no call was tried again after an answer with Retry-After'
          : doubtOf(log),
    seen: `${count(tested, 'wait')} after an answer with Retry-After`,
  };
};

/** Every call ends with what was asked for. */
export const expectSuccess: Judge = (calls, log) => ({
  violations: calls.filter(({ ending }) => ending !== 'succeeded').map(describeEnding),
  doubt: doubtOf(log),
  seen: `${count(calls.length + log.forgotten.plain, 'call')} succeeded`,
});

/** No client goes away before its last answer. */
export const expectNoneAbandoned: Judge = (calls, log) => ({
  violations: calls.filter(({ ending }) => ending === 'abandoned').map(describeEnding),
  doubt: doubtOf(log),
  seen: `none of ${count(calls.length + log.forgotten.plain, 'call')} was abandoned`,
});

/** So many calls are given up before their clients have tried as often as they do. */
export function expectEarlyEnds(compare: Compare, expected: number): Judge {
  return (calls, log) => {
    const early = findEarlyEnds(calls);
    const seen = `${count(early.size, 'call')} gave up early`;
    const named = [...early].map(
      ([call, most]) => `${nameOf(call)} gave up after ${call.attempts.length} of ${count(most, 'attempt')}`,
    );
    return {
      violations: compare(early.size, expected) ? [] : named.length > 0 ? named : [seen],
      doubt: calls.every(({ isPlain }) => isPlain) ? 'no call was tried again or given up' : doubtOf(log),
      seen,
    };
  };
}

function describeEnding(call: CallGroup): string {
  const { status } = call.last;
  const answer = call.ending === 'abandoned' ? '' : `, last with ${status === 0 ? 'no answer' : status}`;
  const verb = call.ending === 'abandoned' ? 'was abandoned' : call.ending;
  return `${nameOf(call)} ${verb} after ${count(call.attempts.length, 'attempt')}${answer}`;
}

/** What is not known cannot be said to hold. */
function doubtOf({ forgotten: { eventful } }: RetryLog): string | undefined {
  return eventful > 0 ? `no longer kept: ${count(eventful, 'earlier call')}` : undefined;
}

function nameOf(call: CallGroup): string {
  return `${describeCalled(call.called)} at ${timeOf(call.first.at)}`;
}

/** `07:08:09.000Z`. */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11);
}

function inMs(ms = 0): string {
  return `${Math.round(ms)} ms`;
}

function range(values: readonly number[]): string {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least === most ? String(least) : `${least} to ${most}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
