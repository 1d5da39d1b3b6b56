import { listNames, UsageError } from '../errors.ts';
import {
  type Compare,
  comparisons,
  expectAttempts,
  expectCalls,
  expectEarlyEnds,
  expectGaps,
  expectNoneAbandoned,
  expectRate,
  expectRetryAfterHonoured,
  expectSuccess,
  type Judge,
} from './judge.ts';
import type { RetryLog } from './retry-log.ts';
import type { Verdict } from './verdict.ts';

/** What a run is expected to have done, parsed. */
export interface Expectation {
  /** As it was written. */
  readonly text: string;
  readonly judge: Judge;
}

/** What can be expected. */
interface Form {
  readonly form: string;
  readonly describes: string;
  readonly pattern: RegExp;
  /** @param amount what stands behind the operator. */
  readonly read: (compare: Compare, amount: string) => Judge;
}

const MAX_NUMBER = 1_000_000_000;
const MAX_DURATION_MS = 3_600_000;
/** More are told as several calls. */
const MAX_ATTEMPTS = 1000;
/** How many calls a verdict names. */
const MAX_NAMED = 5;

/** Every form. Another one is another row. */
const forms: readonly Form[] = [
  {
    form: 'attempts<=N',
    describes: 'attempts of each call',
    pattern: /^attempts(<=|>=|<|>|=)(.*)$/,
    read: (compare, amount) => expectAttempts(compare, wholeNumber(amount, MAX_ATTEMPTS)),
  },
  {
    form: 'gap>=TIME',
    describes: 'every wait between an answer and the next attempt; TIME is 200ms or 1s',
    pattern: /^gap(<=|>=|<|>)(.*)$/,
    read: (compare, amount) => expectGaps(compare, duration(amount)),
  },
  {
    form: 'rate<=N/s',
    describes: 'attempts of all calls in any one second',
    pattern: /^rate(<=|<)(.*)$/,
    read: (compare, amount) => expectRate(compare, perSecond(amount)),
  },
  {
    form: 'calls>=N',
    describes: 'calls, however often each was tried',
    pattern: /^calls(<=|>=|<|>|=)(.*)$/,
    read: (compare, amount) => expectCalls(compare, wholeNumber(amount, MAX_NUMBER)),
  },
  {
    form: 'gave-up-early=N',
    describes: 'calls with fewer attempts than their client makes: its retry quota was spent',
    pattern: /^gave-up-early(<=|>=|<|>|=)(.*)$/,
    read: (compare, amount) => expectEarlyEnds(compare, wholeNumber(amount, MAX_NUMBER, 0)),
  },
  {
    form: 'honours retry-after',
    describes: 'no attempt comes before the time that the answer before asked for',
    pattern: /^honou?rs retry-after$/,
    read: () => expectRetryAfterHonoured,
  },
  {
    form: 'all succeed',
    describes: 'the last attempt of every call got what was asked for',
    pattern: /^all succeed$/,
    read: () => expectSuccess,
  },
  {
    form: 'none abandoned',
    describes: 'no client went away before its last answer',
    pattern: /^none abandoned$/,
    read: () => expectNoneAbandoned,
  },
];

/** What can be expected, and what it means: for help. */
export const expectationForms: ReadonlyArray<Pick<Form, 'form' | 'describes'>> = forms;

/**
 * Reads `attempts<=5`, `gap>=1s`, `all succeed` and the like; blanks around operators do not matter.
 * @throws {@link UsageError} that names the known forms, or what is wrong with a number.
 */
export function parseExpectation(text: string): Expectation {
  const plain = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ ?(<=|>=|<|>|=) ?/, '$1');
  for (const { pattern, read } of forms) {
    const [matched, operator = '=', amount = ''] = pattern.exec(plain) ?? [];
    const compare = comparisons[operator];
    if (matched === undefined || compare === undefined) continue;
    try {
      return { text: plain, judge: read(compare, amount) };
    } catch (error) {
      if (error instanceof AmountError) throw refuse(text, error.message, 'Correct it');
      throw error;
    }
  }
  const known = listNames(forms.map(({ form }) => `'${form}'`));
  throw refuse(text, 'it has none of the known forms', `Known forms are ${known}`);
}

/**
 * Judges what the log holds. What was not tested does not pass: an expectation fails without any call, and one about
 * retries fails without any that it looks at.
 */
export function checkExpectation(expectation: Expectation, log: RetryLog): Verdict {
  const { text: expected, judge } = expectation;
  const { calls } = log;
  if (calls.length === 0) return { expected, passed: false, reason: 'nothing was tested: there was no call' };
  const { violations, doubt, seen } = judge(calls, log);
  if (violations.length > 0) {
    const more = violations.length - MAX_NAMED;
    const rest = more > 0 ? [`and ${more} more`] : [];
    return { expected, passed: false, reason: [...violations.slice(0, MAX_NAMED), ...rest].join('; ') };
  }
  return { expected, passed: doubt === undefined, reason: doubt ?? seen };
}

/** What is wrong with a number. */
class AmountError extends Error {}

function wholeNumber(text: string, max: number, min = 1): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new AmountError(`'${text}' is no whole number from ${min} to ${max}`);
}

function perSecond(text: string): number {
  const [, amount = ''] = /^(.*?) ?\/ ?s$/.exec(text) ?? [];
  if (amount === '') throw new AmountError(`'${text}' is no rate such as 10/s`);
  return wholeNumber(amount, MAX_NUMBER);
}

/** Milliseconds of `200ms` or `1.5s`. */
function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,7}(?:\.\d{1,3})?) ?(ms|s)$/.exec(text) ?? [];
  const ms = Number(amount) * (unit === 's' ? 1000 : 1);
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms;
  throw new AmountError(`'${text}' is no time from 1ms to 3600s, such as 200ms or 1s`);
}

function refuse(text: string, reason: string, remedy: string): UsageError {
  return new UsageError(`Cannot expect '${text}': ${reason}. ${remedy}.`);
}
