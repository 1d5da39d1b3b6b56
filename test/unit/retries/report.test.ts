import { describe, expect, it } from 'vitest';
import { describeRetries } from '../../../src/retries/report.ts';
import { attemptsOf, logOf, START } from '../../support/attempts.ts';

describe('a retry report', () => {
  it('of nothing is all noughts', () => {
    expect(JSON.parse(JSON.stringify(describeRetries(logOf([]))))).toEqual({
      totals: {
        calls: 0,
        attempts: 0,
        faultedAttempts: 0,
        retried: 0,
        succeeded: 0,
        failed: 0,
        gaveUp: 0,
        gaveUpEarly: 0,
        abandoned: 0,
        mostAttempts: 0,
      },
      faults: [],
      peakPerSecond: 0,
      timeline: { from: 0, columnMs: 0, answered: [], faulted: [] },
      shapes: [],
      otherShapes: { shapes: 0, calls: 0 },
      calls: [],
      callsLeftOut: 0,
      callsForgotten: 0,
    });
  });

  it('sums up, and lists the calls with the most attempts first', () => {
    const report = describeRetries(
      logOf([
        ...attemptsOf([200], [], { invocationId: 'fine' }),
        ...attemptsOf([429, 200], [100], { invocationId: 'saved' }),
        ...attemptsOf([429, 429], [300], { invocationId: 'lost', maxAttempts: 2 }),
        ...attemptsOf([429, 429, 503, 404], [10, 20, 5000], { invocationId: 'wrong', retryAfterMs: 10 }),
        ...attemptsOf([429], [], { invocationId: 'gone', abandoned: true }),
      ]),
    );
    expect(report).toMatchObject({
      totals: {
        calls: 5,
        attempts: 10,
        faultedAttempts: 7,
        retried: 3,
        succeeded: 2,
        failed: 1,
        gaveUp: 1,
        gaveUpEarly: 0,
        abandoned: 1,
        mostAttempts: 4,
      },
      waits: { count: 5, shortestMs: 10, medianMs: 100, longestMs: 5000 },
      peakPerSecond: 9,
      callsLeftOut: 0,
    });
    expect(report.calls.map(({ invocationId }) => invocationId)).toEqual([
      'wrong',
      'lost',
      'saved',
      'gone',
      'fine',
    ]);
    expect(report.calls[2]).toEqual({
      operation: 'GetStages',
      restApiId: 'a1b2c3d4e5',
      parameters: {},
      region: 'us-east-1',
      session: undefined,
      client: '127.0.0.1 test',
      invocationId: 'saved',
      maxAttempts: undefined,
      ending: 'succeeded',
      gaveUpEarly: false,
      attemptCount: 2,
      attempts: [
        { at: START, status: 429, outcome: 'faulted', fault: 'throttle', damaged: false },
        { at: START + 101, status: 200, outcome: 'replayed', damaged: false, waitMs: 100 },
      ],
    });
  });

  it('names the rules that answered, the busiest first, and no more than twenty', () => {
    const few = logOf([
      ...attemptsOf([503], [], { invocationId: 'a', fault: 'outage' }),
      ...attemptsOf([429, 429, 200], [1, 1], { invocationId: 'b' }),
      ...attemptsOf([404], [], { invocationId: 'c' }),
    ]);
    const many = Array.from({ length: 30 }, (_, i) => attemptsOf([429], [], { fault: `rule ${i}` }));

    expect(describeRetries(few).faults).toEqual([
      { rule: 'throttle', attempts: 2 },
      { rule: 'outage', attempts: 1 },
    ]);
    expect(describeRetries(logOf(many.flat())).faults).toHaveLength(20);
  });

  it('takes the middle of an even number of waits', () => {
    const { waits } = describeRetries(logOf(attemptsOf([429, 429, 429, 429, 200], [1, 9, 2, 100])));
    expect(waits?.medianMs).toBe(5.5);
  });

  it('is bounded, and says what it leaves out', () => {
    const entries = Array.from({ length: 300 }, (_, i) =>
      attemptsOf(new Array(60).fill(429), [], { invocationId: `${i}` }),
    );
    const report = describeRetries(logOf(entries.flat(), { calls: 200 }));
    expect(report.calls).toHaveLength(100);
    expect(report.calls[0]).toMatchObject({ attemptCount: 60 });
    expect(report.calls[0]?.attempts).toHaveLength(50);
    expect(report).toMatchObject({
      callsLeftOut: 200,
      callsForgotten: 100,
      totals: { calls: 300, attempts: 18_000 },
    });
  });
});
