import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../src/journal/entry.ts';
import type { CallGroup } from '../../../src/retries/call-group.ts';
import { describeRetries } from '../../../src/retries/report.ts';
import type { RetryLog } from '../../../src/retries/retry-log.ts';
import { attemptsOf, inOrderOfAnswers, logOf, START } from '../../support/attempts.ts';
import { journalEntry } from '../../support/journal-entry.ts';

/** Each call as the statuses of its answers. */
function statuses(log: RetryLog): number[][] {
  return log.calls.map(statusesOf);
}

function statusesOf(call: CallGroup): number[] {
  return call.attempts.map(({ status }) => status);
}

function only(log: RetryLog): CallGroup {
  const [call, ...others] = log.calls;
  if (call === undefined || others.length > 0) throw new Error(`${log.calls.length} calls`);
  return call;
}

describe('calls with an invocation id', () => {
  it.each<[string, number[], number[], string]>([
    ['boto3 standard that gives up', [429, 429, 429], [412, 1730], 'gave up'],
    ['boto3 legacy that succeeds in the end', [429, 500, 503, 429, 200], [31, 980, 2210, 5400], 'succeeded'],
    ['JS v3 that heeds nothing', [429, 429, 200], [67, 142], 'succeeded'],
    ['a connection that was reset', [0, 200], [12], 'succeeded'],
    ['an error that nobody retries', [429, 404], [50], 'failed'],
    ['one attempt', [200], [], 'succeeded'],
  ])('are one: %s', (_, answers, waits, ending) => {
    const call = only(logOf(attemptsOf(answers, waits, { invocationId: 'a' })));
    expect(statusesOf(call)).toEqual(answers);
    expect(call.waits).toEqual(waits);
    expect(call.ending).toBe(ending);
  });

  it('are told apart, 64 at once', () => {
    const answers = Array.from({ length: 64 }, (_, i) => [429, 429, ...(i % 3 === 0 ? [429] : [200])]);
    const entries = answers.flatMap((of, i) =>
      attemptsOf(of, [50 + i, 200 - i], { invocationId: `id-${i}`, start: START + (i % 7) }),
    );
    const log = logOf(inOrderOfAnswers(entries));
    expect(log.calls).toHaveLength(64);
    for (const call of log.calls) {
      const i = Number(call.called.invocationId?.slice(3));
      expect(statusesOf(call)).toEqual(answers[i]);
      expect(call.waits).toEqual([50 + i, 200 - i]);
    }
  });

  it('take in an attempt that was answered after the retry that followed it', () => {
    const fields = { invocationId: 'a' };
    const [first] = attemptsOf([200], [], { ...fields, abandoned: true, at: START + 9000, durationMs: 9000 });
    const [second] = attemptsOf([200], [], { ...fields, attempt: 2, start: START + 5000 });
    const call = only(logOf([second, first] as JournalEntry[]));
    expect(call.attempts.map(({ number }) => number)).toEqual([1, 2]);
    expect(call.ending).toBe('succeeded');
    expect(call.waits, 'it did not wait for the answer').toEqual([0]);
  });

  it('keep their order when the clock is set back', () => {
    const entries = attemptsOf([429, 429, 200], [50, 50], { invocationId: 'a', attempt: undefined });
    const late = entries.map((entry, i) => ({ ...entry, at: i === 0 ? entry.at : entry.at - 3_600_000 }));
    const call = only(logOf(late));
    expect(statusesOf(call)).toEqual([429, 429, 200]);
    expect(call.waits).toEqual([0, 50]);
  });

  it('count as several when there are more attempts than are kept of one', () => {
    const entries = attemptsOf(new Array(7).fill(429), [], { invocationId: 'a' });
    expect(statuses(logOf(entries, { attemptsOfCall: 3 })).map(({ length }) => length)).toEqual([3, 3, 1]);
    const without = entries.map((entry) => ({ ...entry, invocationId: undefined, attempt: undefined }));
    expect(statuses(logOf(without, { attemptsOfCall: 3 })).map(({ length }) => length)).toEqual([3, 3, 1]);
  });
});

describe('calls without an invocation id', () => {
  it.each<[string, JournalEntry[], number[][]]>([
    ['retries of one', attemptsOf([429, 503, 0, 200], [100, 200, 400]), [[429, 503, 0, 200]]],
    [
      'a call after one that succeeded',
      attemptsOf([429, 200, 429, 200]),
      [
        [429, 200],
        [429, 200],
      ],
    ],
    ['a call after one that failed', attemptsOf([404, 404, 403, 200]), [[404], [404], [403], [200]]],
    ['a call within a minute after one that gave up', attemptsOf([429, 200], [60_000]), [[429, 200]]],
    ['a call more than a minute after it', attemptsOf([429, 200], [60_001]), [[429], [200]]],
    [
      'one whose clock was set back',
      [...attemptsOf([429]), ...attemptsOf([200], [], { start: START - 9e6 })],
      [[429, 200]],
    ],
    [
      'an attempt that says it is the first',
      [...attemptsOf([429]), ...attemptsOf([200], [], { start: START + 9, attempt: 1 })],
      [[429], [200]],
    ],
    [
      'what was cut off and is asked for again',
      [...attemptsOf([200], [], { damaged: true }), ...attemptsOf([200], [], { start: START + 9 })],
      [[200, 200]],
    ],
    [
      'an altered answer, then another call',
      attemptsOf([200, 200], [], { outcome: 'faulted', fault: 'stale' }),
      [[200], [200]],
    ],
  ])('are grouped by client and key: %s', (_, entries, expected) => {
    const log = logOf(entries);
    expect(statuses(log)).toEqual(expected);
  });

  it.each<[string, Partial<JournalEntry>]>([
    ['client', { client: '127.0.0.1 other' }],
    ['operation', { operation: 'GET /account' }],
    ['API', { restApiId: 'zzzzzzzzzz' }],
    ['parameters', { parameters: { deploymentId: 'vakw79' } }],
    ['region', { region: 'eu-west-1' }],
    ['session', { session: 'other' }],
  ])('of another %s are others', (_, fields) => {
    const log = logOf([...attemptsOf([429]), ...attemptsOf([200], [], { start: START + 50, ...fields })]);
    expect(statuses(log)).toEqual([[429], [200]]);
  });

  it('that came in before the answer are no retries: those that wait longest get the next attempts', () => {
    const slow = { durationMs: 40 };
    const at = (ms: number, status: number) =>
      attemptsOf([status], [], { at: START + ms, ...slow })[0] as JournalEntry;
    const log = logOf([at(50, 429), at(55, 429), at(60, 429), at(150, 200), at(155, 200), at(160, 200)]);
    expect(statuses(log)).toEqual([
      [429, 200],
      [429, 200],
      [429, 200],
    ]);
    expect(log.calls.flatMap(({ waits }) => waits)).toEqual([60, 60, 60]);
  });

  it('are not held up by thousands that never came back', () => {
    const entries = Array.from({ length: 3000 }, (_, i) =>
      journalEntry({ at: START + i, durationMs: 3000 + i, status: 503, outcome: 'faulted', fault: 'x' }),
    );
    const log = logOf([...entries, ...attemptsOf([200], [], { start: START + 4000 })]);
    expect(log.calls).toHaveLength(3000);
    expect(log.calls.filter(({ ending }) => ending === 'succeeded')).toHaveLength(1);
  });
});

describe('a call', () => {
  it.each<[string, Partial<JournalEntry>]>([
    ['succeeded', { status: 200 }],
    ['succeeded', { status: 200, outcome: 'faulted', fault: 'stale' }],
    ['gave up', { status: 200, outcome: 'faulted', fault: 'truncate', damaged: true }],
    ['gave up', { status: 0, outcome: 'faulted', fault: 'hang' }],
    ['gave up', { status: 429, outcome: 'forwarded' }],
    ['gave up', { status: 502, outcome: 'forwarded' }],
    ['gave up', { status: 403, outcome: 'faulted', fault: 'expired-token' }],
    ['failed', { status: 404 }],
    ['failed', { status: 400, outcome: 'missed' }],
    ['failed', { status: 302, outcome: 'forwarded' }],
    ['abandoned', { status: 200, abandoned: true }],
    ['abandoned', { status: 503, outcome: 'faulted', abandoned: true }],
  ])('%s when the last that was seen of it is %j', (ending, fields) => {
    const entries = [
      ...attemptsOf([429], [], { invocationId: 'a' }),
      journalEntry({ at: START + 90, invocationId: 'a', ...fields }),
    ];
    expect(only(logOf(entries)).ending).toBe(ending);
  });
});

describe('a log', () => {
  it('forgets the oldest, and keeps calls that had trouble apart from those that had none', () => {
    const fine = Array.from({ length: 9 }, (_, i) =>
      attemptsOf([200], [], { invocationId: `f${i}`, start: START + i }),
    );
    const bad = Array.from({ length: 5 }, (_, i) =>
      attemptsOf([429, 200], [], { invocationId: `b${i}`, start: START + i }),
    );
    const log = logOf([...bad, ...fine].flat(), { plainCalls: 3, calls: 3 });
    expect(log.calls.map(({ called }) => called.invocationId).toSorted()).toEqual([
      'b2',
      'b3',
      'b4',
      'f6',
      'f7',
      'f8',
    ]);
    expect(log.forgotten).toEqual({ plain: 6, eventful: 2, eventfulAttempts: 4 });
    log.add(attemptsOf([200], [], { invocationId: 'b0' })[0] as JournalEntry);
    expect(
      log.calls.find(({ called }) => called.invocationId === 'b0')?.attempts,
      'is begun anew',
    ).toHaveLength(1);
  });

  it('keeps so many attempts in all', () => {
    const entries = Array.from({ length: 6 }, (_, i) =>
      attemptsOf([429, 429, 429], [], { invocationId: `${i}`, start: START + i }),
    );
    const log = logOf(entries.flat(), { attempts: 10 });
    expect(log.calls.map(({ called }) => called.invocationId)).toEqual(['3', '4', '5']);
    expect(log.forgotten).toEqual({ plain: 0, eventful: 3, eventfulAttempts: 9 });
  });

  it('no longer adds to a call without an id that it has forgotten', () => {
    const log = logOf(
      [...attemptsOf([429]), ...attemptsOf([429], [], { restApiId: 'b', start: START + 1 })],
      { calls: 1 },
    );
    log.add(attemptsOf([200], [], { start: START + 50 })[0] as JournalEntry);
    expect(statuses(log)).toEqual([[429], [200]]);
  });

  it('begins anew when it is cleared', () => {
    const log = logOf([...attemptsOf([429]), ...attemptsOf([429, 200, 200], [], { invocationId: 'a' })], {
      plainCalls: 1,
      calls: 1,
    });
    log.clear();
    expect(log.calls).toEqual([]);
    expect(log.forgotten).toEqual({ plain: 0, eventful: 0, eventfulAttempts: 0 });
    for (const entry of attemptsOf([200, 200, 200, 429, 200], [], { start: START + 50 })) log.add(entry);
    expect(statuses(log)).toEqual([[200], [429, 200]]);
    expect(log.forgotten.plain).toBe(2);
    expect(log.timeline.findPeak().attempts).toBe(5);
  });
});

const anyEntry = fc.record({
  at: fc.integer({ min: START - 100_000, max: START + 100_000 }),
  durationMs: fc.double({ min: 0, max: 90_000, noNaN: true }),
  status: fc.constantFrom(0, 200, 200, 302, 404, 429, 429, 503),
  outcome: fc.constantFrom('replayed', 'faulted', 'forwarded', 'missed'),
  invocationId: fc.constantFrom(undefined, undefined, '', 'a', 'b', 'c'),
  attempt: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  client: fc.constantFrom('x', 'y'),
  restApiId: fc.constantFrom(undefined, '', 'a', 'constructor'),
  abandoned: fc.boolean(),
  damaged: fc.boolean(),
  // Not for the log: to tell one entry from another.
  retryAfterMs: fc.constant(0),
} as const);

describe('whatever is called', () => {
  it('every attempt belongs to exactly one call, and the sums are right', () => {
    const limits = fc.record({
      plainCalls: fc.integer({ min: 1, max: 60 }),
      calls: fc.integer({ min: 1, max: 60 }),
      attemptsOfCall: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyEntry, { maxLength: 60 }),
        fc.boolean(),
        limits,
        (fields, isBounded, bounds) => {
          const entries = fields.map((entry, i) => journalEntry({ ...entry, retryAfterMs: i }));
          const log = logOf(entries, isBounded ? bounds : {});
          const kept = log.calls.flatMap((call) => call.attempts.map(({ retryAfterMs }) => retryAfterMs));
          expect(new Set(kept).size).toBe(kept.length);
          const { plain, eventful, eventfulAttempts } = log.forgotten;
          expect(kept.length + plain + eventfulAttempts).toBe(entries.length);
          if (isBounded) expect(log.calls.length).toBeLessThanOrEqual(bounds.plainCalls + bounds.calls);
          else expect(eventful + plain).toBe(0);
          for (const call of log.calls) {
            expect(call.waits).toHaveLength(call.attempts.length - 1);
            expect(call.waits.every((waitMs) => waitMs >= 0)).toBe(true);
          }
          const { totals, timeline } = describeRetries(log);
          expect(totals.attempts).toBe(entries.length);
          expect(totals.calls).toBe(log.calls.length + plain + eventful);
          expect(totals.succeeded + totals.failed + totals.gaveUp + totals.abandoned).toBe(
            totals.calls - eventful,
          );
          expect([...timeline.answered, ...timeline.faulted].reduce((sum, n) => sum + n, 0)).toBe(
            entries.length,
          );
        },
      ),
    );
  });
});
