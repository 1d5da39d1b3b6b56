import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import type { JournalEntry } from '../../../src/journal/entry.ts';
import { checkExpectation, expectationForms, parseExpectation } from '../../../src/retries/expectation.ts';
import type { RetryLogLimits } from '../../../src/retries/retry-log.ts';
import type { Verdict } from '../../../src/retries/verdict.ts';
import { attemptsOf, logOf, START } from '../../support/attempts.ts';

function check(text: string, entries: readonly JournalEntry[], limits?: Partial<RetryLogLimits>): Verdict {
  return checkExpectation(parseExpectation(text), logOf(entries, limits));
}

/** Calls by the statuses of their answers, 100 ms between attempts, a second between calls. */
function calls(...statuses: number[][]): JournalEntry[] {
  return statuses.flatMap((of, i) =>
    attemptsOf(of, new Array(of.length).fill(100), { invocationId: `${i}`, start: START + 1000 * i }),
  );
}

/** A call that was told to wait, and how long it did. */
function told(retryAfterMs: number | undefined, waitMs: number): JournalEntry[] {
  return attemptsOf([429, 200], [waitMs], { invocationId: `${retryAfterMs} ${waitMs}`, retryAfterMs });
}

describe('an expectation', () => {
  it.each<[string, string]>([
    ['attempts<=5', 'attempts<=5'],
    [' attempts  >= 2 ', 'attempts>=2'],
    ['attempts=1000', 'attempts=1000'],
    ['gap>=1s', 'gap>=1s'],
    ['gap < 1.5 s', 'gap<1.5 s'],
    ['gap>=200ms', 'gap>=200ms'],
    ['gap<=3600s', 'gap<=3600s'],
    ['rate<=10/s', 'rate<=10/s'],
    ['rate < 10 / s', 'rate<10 / s'],
    ['calls>=1', 'calls>=1'],
    ['all  succeed', 'all succeed'],
    ['none abandoned', 'none abandoned'],
    ['gave-up-early=0', 'gave-up-early=0'],
    ['gave-up-early >= 1', 'gave-up-early>=1'],
    ['honours retry-after', 'honours retry-after'],
    ['honors retry-after', 'honors retry-after'],
  ])('%j is understood', (text, expected) => {
    expect(parseExpectation(text).text).toBe(expected);
  });

  it.each<[string, string]>([
    ['', 'none of the known forms'],
    ['attempts', 'none of the known forms'],
    ['tries<=5', 'none of the known forms'],
    ['attempts<=5 or so', "'5 or so' is no whole number from 1 to 1000"],
    ['attempts<=', "'' is no whole number"],
    ['attempts==5', "'=5' is no whole number"],
    ['attempts<=0', "'0' is no whole number"],
    ['attempts<=-1', "'-1' is no whole number"],
    ['attempts<=1.5', "'1.5' is no whole number"],
    ['attempts<=1e3', "'1e3' is no whole number"],
    ['attempts<=0x5', "'0x5' is no whole number"],
    ['attempts<=1001', "'1001' is no whole number from 1 to 1000"],
    ['calls>=0', "'0' is no whole number from 1"],
    ['gave-up-early', 'none of the known forms'],
    ['gave-up-early=-1', "'-1' is no whole number from 0"],
    ['calls>=99999999999', 'is no whole number'],
    ['gap=1s', 'none of the known forms'],
    ['gap>=1', "'1' is no time"],
    ['gap>=0s', "'0s' is no time"],
    ['gap>=1m', "'1m' is no time"],
    ['gap>=3601s', "'3601s' is no time from 1ms to 3600s"],
    ['gap>=.5s', "'.5s' is no time"],
    ['rate<=10', "'10' is no rate such as 10/s"],
    ['rate<=10/min', 'is no rate'],
    ['rate<=x/s', "'x' is no whole number"],
    ['rate>=10/s', 'none of the known forms'],
    ['All succeed', 'none of the known forms'],
    ['all succeed attempts<=5', 'none of the known forms'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseExpectation(text)).toThrow(UsageError);
    expect(() => parseExpectation(text)).toThrow(`Cannot expect '${text}': `);
    expect(() => parseExpectation(text)).toThrow(reason);
  });

  it('that is unknown is answered with every known form', () => {
    for (const { form } of expectationForms) expect(() => parseExpectation('nonsense')).toThrow(`'${form}'`);
  });
});

describe('a verdict', () => {
  it.each<[string, JournalEntry[], boolean, string]>([
    ['attempts<=2', calls([200], [200]), true, '2 calls made 1 attempt each'],
    ['attempts<=2', calls([200], [429, 200]), true, '2 calls made 1 to 2 attempts each'],
    [
      'attempts<=2',
      calls([200], [429, 429, 200]),
      false,
      'GetStages a1b2c3d4e5 us-east-1 at 07:08:10.000Z made 3 attempts',
    ],
    ['attempts<2', calls([429, 200]), false, 'made 2 attempts'],
    ['attempts>=2', calls([429, 200], [200]), false, 'made 1 attempt'],
    ['attempts>2', calls([429, 429, 200]), true, '1 call made 3 attempts'],
    ['attempts=3', calls([429, 429, 429], [429, 200]), false, 'made 2 attempts'],
    ['gap>=100ms', calls([429, 200], [200]), true, '1 wait of 100 ms'],
    ['gap>=101ms', calls([429, 200]), true, '1 wait of 100 ms'],
    ['gap>=102ms', calls([200], [429, 200]), false, 'at 07:08:10.000Z waited 100 ms before attempt 2'],
    ['gap<=50ms', attemptsOf([429, 429, 200], [20, 70]), false, 'waited 70 ms before attempt 3'],
    ['gap>=1ms', calls([200], [429]), false, 'no call was tried again'],
    ['rate<=3/s', calls([429, 429, 200]), true, 'at most 3 attempts in the second from 07:08:09.000Z'],
    ['rate<3/s', calls([200], [429, 429, 200]), false, '3 attempts in the second from 07:08:10.000Z'],
    ['calls>=2', calls([200], [429]), true, '2 calls'],
    ['calls>=2', calls([429, 429]), false, '1 call'],
    ['calls=2', calls([200], [200], [200]), false, '3 calls'],
    ['all succeed', calls([200], [429, 200]), true, '2 calls succeeded'],
    ['all succeed', calls([429, 429]), false, 'gave up after 2 attempts, last with 429'],
    ['all succeed', calls([0]), false, 'gave up after 1 attempt, last with no answer'],
    ['all succeed', calls([404]), false, 'failed after 1 attempt, last with 404'],
    ['none abandoned', calls([429]), true, 'none of 1 call was abandoned'],
    ['none abandoned', attemptsOf([200], [], { abandoned: true }), false, 'was abandoned after 1 attempt'],
    ['gave-up-early=0', calls([200], [429, 429, 200], [429, 429, 429]), true, '0 calls gave up early'],
    [
      'gave-up-early=0',
      calls([429, 429, 429], [429]),
      false,
      'at 07:08:10.000Z gave up after 1 of 3 attempts',
    ],
    ['gave-up-early<=1', calls([429, 429, 429], [429]), true, '1 call gave up early'],
    ['gave-up-early>=1', calls([429, 429, 429]), false, '0 calls gave up early'],
    ['gave-up-early=0', calls([200], [200]), false, 'no call was tried again or given up'],
    ['honours retry-after', told(1000, 1000), true, '1 wait after an answer with Retry-After'],
    ['honours retry-after', told(1000, 999), true, '1 wait'],
    [
      'honours retry-after',
      [...told(1000, 1200), ...told(1000, 998)],
      false,
      'was told to wait 1000 ms and waited 998 ms before attempt 2',
    ],
    ['honours retry-after', told(undefined, 5), false, 'no answer carried Retry-After'],
    [
      'honours retry-after',
      attemptsOf([429], [], { retryAfterMs: 5 }),
      false,
      'no call was tried again after an answer with Retry-After',
    ],
  ])('on %s for %# is as it should be', (text, entries, passed, reason) => {
    const verdict = check(text, entries);
    expect(verdict.reason).toContain(reason);
    expect(verdict).toMatchObject({ expected: text, passed });
  });

  it.each([
    'attempts<=5',
    'gap>=1s',
    'rate<=10/s',
    'calls<=5',
    'all succeed',
    'none abandoned',
    'gave-up-early=0',
    'honours retry-after',
  ])('on %s fails when there was no call', (text) => {
    expect(check(text, [])).toEqual({
      expected: text,
      passed: false,
      reason: 'nothing was tested: there was no call',
    });
  });

  it('names five calls, and how many more there are', () => {
    const { reason } = check('all succeed', calls(...new Array(12).fill([429])));
    expect(reason.split('; ')).toHaveLength(6);
    expect(reason).toMatch(/; and 7 more$/);
  });

  it('knows what it must of calls that succeeded at once and are no longer kept', () => {
    const entries = calls([200], [200], [200], [429, 200]);
    const limits = { plainCalls: 1, calls: 1 };
    expect(check('all succeed', entries, limits)).toMatchObject({
      passed: true,
      reason: '4 calls succeeded',
    });
    expect(check('calls=4', entries, limits)).toMatchObject({ passed: true });
    expect(check('attempts>=2', calls([429, 200], [200], [200]), limits)).toMatchObject({
      passed: false,
      reason: expect.stringContaining('1 earlier call made 1 attempt'),
    });
  });

  it.each(['attempts<=5', 'gap>=1ms', 'all succeed', 'none abandoned', 'gave-up-early=0'])(
    'on %s is no pass when calls are no longer kept that may have failed',
    (text) => {
      expect(check(text, calls([429, 200], [429, 200]), { calls: 1 })).toMatchObject({
        passed: false,
        reason: 'no longer kept: 1 earlier call',
      });
    },
  );
});
