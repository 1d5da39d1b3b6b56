import type { Attempt, Ending } from './attempt.ts';
import type { CallGroup } from './call-group.ts';
import { type CallShape, groupByShape, type WaitRange } from './call-shape.ts';
import type { Called } from './called.ts';
import { findEarlyEnds } from './early-end.ts';
import type { RetryLog } from './retry-log.ts';
import type { Columns } from './timeline.ts';

const MAX_CALLS = 100;
const MAX_SHAPES = 100;
const MAX_ATTEMPTS = 50;
const MAX_COLUMNS = 120;
const MAX_RULES = 20;

/** What clients did about the answers they got: plain values, to be sent as JSON. */
export interface RetryReport {
  readonly totals: RetryTotals;
  /** The rules that answered, those that did so most often first; of attempts that are still kept. */
  readonly faults: readonly RuleHits[];
  /** Between attempts, in milliseconds; absent when nothing was retried. */
  readonly waits: WaitSummary | undefined;
  /** Attempts of all calls in the busiest second. */
  readonly peakPerSecond: number;
  readonly timeline: Columns;
  /** The calls that did not succeed at once, those that went alike as one: those that were given up early first, then as {@link calls}. */
  readonly shapes: readonly ReportedShape[];
  /** What is not among these. */
  readonly otherShapes: { readonly shapes: number; readonly calls: number };
  /** The calls with the most attempts first; of those with as many, the ones that did not succeed. */
  readonly calls: readonly ReportedCall[];
  /** How many calls are not in the list. */
  readonly callsLeftOut: number;
  /** How many calls, counted in the totals, are no longer kept. */
  readonly callsForgotten: number;
}

/** Of all calls; endings and the most attempts of those that are still kept. */
export interface RetryTotals {
  readonly calls: number;
  readonly attempts: number;
  readonly faultedAttempts: number;
  /** Calls with more than one attempt. */
  readonly retried: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly gaveUp: number;
  /** How many of these made fewer attempts than their clients make: retry quotas that were spent. */
  readonly gaveUpEarly: number;
  readonly abandoned: number;
  readonly mostAttempts: number;
}

/** How many attempts a rule answered. */
export interface RuleHits {
  readonly rule: string;
  readonly attempts: number;
}

export interface WaitSummary {
  readonly count: number;
  readonly shortestMs: number;
  readonly medianMs: number;
  readonly longestMs: number;
}

/** Calls that were answered alike and ended alike. */
export interface ReportedShape {
  readonly calls: number;
  /** How many different things they asked for. */
  readonly targets: number;
  /** Between the first {@link MAX_ATTEMPTS} attempts. */
  readonly waits: readonly WaitRange[];
  /** The first of them. */
  readonly first: ReportedCall;
}

/** A call, what was called and how it ended. */
export interface ReportedCall extends Called {
  readonly ending: Ending;
  /** Whether its client would have tried again but for its retry quota; `maxAttempts` then says how often it makes. */
  readonly gaveUpEarly: boolean;
  /** All of them, listed or not. */
  readonly attemptCount: number;
  /** The first {@link MAX_ATTEMPTS}. */
  readonly attempts: readonly ReportedAttempt[];
}

export interface ReportedAttempt extends Pick<Attempt, 'at' | 'status' | 'outcome' | 'fault' | 'damaged'> {
  /** Since the previous attempt's answer; absent for the first. */
  readonly waitMs: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Sums up what the log holds. */
export function describeRetries(log: RetryLog): RetryReport {
  const calls = log.calls;
  const { forgotten } = log;
  const attempts = calls.flatMap((call) => call.attempts);
  const earlyEnds = findEarlyEnds(calls);
  const shapes = groupByShape(calls, earlyEnds).sort(byInterestOfShape);
  const listed = shapes.slice(0, MAX_SHAPES);
  const others = shapes.slice(MAX_SHAPES);
  const endingsOf = (ending: Ending): number => calls.filter((call) => call.ending === ending).length;
  const callsForgotten = forgotten.plain + forgotten.eventful;
  return {
    totals: {
      calls: calls.length + callsForgotten,
      attempts: attempts.length + forgotten.plain + forgotten.eventfulAttempts,
      faultedAttempts: attempts.filter(({ outcome }) => outcome === 'faulted').length,
      retried: calls.filter((call) => call.attempts.length > 1).length,
      succeeded: endingsOf('succeeded') + forgotten.plain,
      failed: endingsOf('failed'),
      gaveUp: endingsOf('gave up'),
      gaveUpEarly: earlyEnds.size,
      abandoned: endingsOf('abandoned'),
      mostAttempts: calls.reduce((most, call) => Math.max(most, call.attempts.length), 0),
    },
    faults: countFaults(attempts),
    waits: summariseWaits(calls.flatMap((call) => call.waits)),
    peakPerSecond: log.timeline.findPeak().attempts,
    timeline: log.timeline.divide(MAX_COLUMNS),
    shapes: listed.map((shape) => describeShape(shape, earlyEnds)),
    otherShapes: {
      shapes: others.length,
      calls: others.reduce((sum, shape) => sum + shape.calls.length, 0),
    },
    calls: calls
      .toSorted(byInterest)
      .slice(0, MAX_CALLS)
      .map((call) => describeCall(call, earlyEnds)),
    callsLeftOut: Math.max(0, calls.length - MAX_CALLS) + callsForgotten,
    callsForgotten,
  };
}

function countFaults(attempts: readonly Attempt[]): RuleHits[] {
  const counts = new Map<string, number>();
  for (const { fault } of attempts) if (fault !== undefined) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const hits = [...counts].map(([rule, count]) => ({ rule, attempts: count }));
  return hits.toSorted((a, b) => b.attempts - a.attempts).slice(0, MAX_RULES);
}

function summariseWaits(waits: number[]): WaitSummary | undefined {
  if (waits.length === 0) return undefined;
  const sorted = Float64Array.from(waits).sort();
  const middle = (sorted.length - 1) / 2;
  const medianMs = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  const [shortestMs = 0] = sorted;
  return { count: sorted.length, shortestMs, medianMs, longestMs: sorted[sorted.length - 1] ?? 0 };
}

function byInterest(a: CallGroup, b: CallGroup): number {
  const isFine = (call: CallGroup): number => (call.ending === 'succeeded' ? 1 : 0);
  return b.attempts.length - a.attempts.length || isFine(a) - isFine(b);
}

/** Those that were given up early have few attempts, and are what nobody else tells. */
function byInterestOfShape(a: CallShape, b: CallShape): number {
  return Number(b.isEarly) - Number(a.isEarly) || byInterest(a.calls[0], b.calls[0]);
}

type EarlyEnds = ReturnType<typeof findEarlyEnds>;

function describeShape({ calls, targets, waits }: CallShape, earlyEnds: EarlyEnds): ReportedShape {
  return {
    calls: calls.length,
    targets,
    waits: waits.slice(0, MAX_ATTEMPTS - 1),
    first: describeCall(calls[0], earlyEnds),
  };
}

function describeCall(call: CallGroup, earlyEnds: EarlyEnds): ReportedCall {
  const most = earlyEnds.get(call);
  return {
    ...call.called,
    maxAttempts: most ?? call.called.maxAttempts,
    ending: call.ending,
    gaveUpEarly: most !== undefined,
    attemptCount: call.attempts.length,
    attempts: call.attempts
      .slice(0, MAX_ATTEMPTS)
      .map(({ at, status, outcome, fault, retryAfterMs, damaged }, n) => ({
        at,
        waitMs: call.waitBefore(n),
        status,
        outcome,
        fault,
        retryAfterMs,
        damaged,
      })),
  };
}
