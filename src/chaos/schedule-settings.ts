import * as z from 'zod';
import type { Documented } from './documented.ts';
import { chance, decimal, positiveNumber, wholeNumber } from './parameter.ts';

const A_YEAR = 31_536_000;
const SECONDS_MESSAGE = 'takes a number of seconds';

function secondsFrom(minimum: number) {
  return decimal(SECONDS_MESSAGE)
    .pipe(
      z
        .number(SECONDS_MESSAGE)
        .min(minimum, `takes a number of ${minimum} or more`)
        .max(A_YEAR, `takes at most ${A_YEAR} (a year)`),
    )
    .meta({ minimum, maximum: A_YEAR });
}

/** A time in seconds, fractions allowed. */
const seconds = secondsFrom(0);

/** A time in seconds that is not over at once. */
export const positiveSeconds = secondsFrom(0.001);

const MAX_RATE = 1_000_000;
const RATE_MESSAGE = 'takes a number of tokens a second above 0';
const rate = decimal(RATE_MESSAGE)
  .pipe(z.number(RATE_MESSAGE).gt(0, RATE_MESSAGE).max(MAX_RATE, `takes at most ${MAX_RATE}`))
  .meta({ exclusiveMinimum: 0, maximum: MAX_RATE });

const CYCLE_MESSAGE = 'takes FAIL/PASS, two whole numbers from 1 to 999999999, such as 2/8';
const cycle = z
  .string(CYCLE_MESSAGE)
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,8}$/, CYCLE_MESSAGE)
  .transform((text) => {
    const [fail = 0, pass = 0] = text.split('/').map(Number);
    return { fail, pass };
  });

/** When a rule fires, of the calls in its scope. All given conditions must hold. */
export const scheduleParameters = {
  after: wholeNumber.optional(),
  first: wholeNumber.optional(),
  every: positiveNumber.optional(),
  cycle: cycle.optional(),
  p: chance.optional(),
  times: wholeNumber.optional(),
  per: z.enum(['key'], "takes 'key'").optional(),
  rate: rate.optional(),
  burst: positiveNumber.optional(),
  from: seconds.optional(),
  until: seconds.optional(),
  for: seconds.optional(),
  ramp: positiveSeconds.optional(),
};

const schema = z.object(scheduleParameters);
export type ScheduleSettings = z.infer<typeof schema>;

/** What each condition of a schedule says. */
export const scheduleDocs: Readonly<Record<keyof typeof scheduleParameters, Documented>> = {
  after: { describes: 'skips the first N calls', example: 'throttle,after=2' },
  first: { describes: 'then the first N calls; 0 never fires', example: 'throttle,first=2' },
  every: { describes: 'then every N-th call', example: 'throttle,every=3' },
  cycle: {
    describes: 'FAIL/PASS: FAIL calls are faulted, the next PASS are not, again and again',
    example: 'unavailable,cycle=2/8',
  },
  p: { describes: 'then with this chance, from 0 to 1', example: 'internal,p=0.1' },
  times: { describes: 'fires at most N times', example: 'conflict,times=1' },
  per: { describes: 'key: each key is counted for itself', example: 'throttle,first=1,per=key' },
  rate: {
    describes: 'a token bucket for each region: calls that find no token are faulted; tokens a second',
    example: 'throttle,rate=10',
  },
  burst: {
    describes: 'how many tokens the bucket holds; without it as many as come in a second',
    example: 'throttle,rate=10,burst=40',
  },
  from: { describes: 'begins so many seconds after the rule was armed', example: 'throttle,from=5' },
  until: { describes: 'ends so many seconds after the rule was armed', example: 'throttle,from=5,until=10' },
  for: {
    describes: 'the rule ends after so many seconds; 0 is never. A rule made at run time has 600 unless told',
    example: 'unavailable,for=30',
  },
  ramp: {
    describes: 'the chance rises from 0 to p (or 1) over so many seconds',
    example: 'throttle,p=0.8,ramp=60',
  },
};

/** Why two conditions cannot both be meant, and what to do; nothing when they can. */
export function findContradiction(
  settings: ScheduleSettings,
): { readonly reason: string; readonly remedy: string } | undefined {
  const { burst, cycle, every, from, rate, until } = settings;
  const ends = settings.for === 0 ? undefined : settings.for;
  if (cycle !== undefined && every !== undefined) {
    return {
      reason: "'cycle' contradicts 'every': both say which calls in a row",
      remedy: 'Give one of them',
    };
  }
  if (burst !== undefined && rate === undefined) {
    return { reason: "'burst' says nothing without 'rate'", remedy: "Give 'rate', the tokens a second" };
  }
  if (ends !== undefined && until !== undefined) {
    return { reason: "'for' contradicts 'until': both say when the rule ends", remedy: 'Give one of them' };
  }
  if (from !== undefined && until !== undefined && from >= until) {
    return { reason: `'from' ${from} is not below 'until' ${until}`, remedy: 'Let it begin before it ends' };
  }
  if (from !== undefined && ends !== undefined && from >= ends) {
    return { reason: `'from' ${from} is not below 'for' ${ends}`, remedy: 'Let it begin before it ends' };
  }
  return undefined;
}
