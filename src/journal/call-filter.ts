import type { Outcome } from '../call.ts';
import { UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import type { JournalEntry } from './entry.ts';

/** How a call can be answered. */
export const outcomes = [
  'recorded',
  'replayed',
  'forwarded',
  'faulted',
  'missed',
  'refused',
] as const satisfies readonly Outcome[];

/** Which calls are meant: those that all of it is true of. */
export interface CallFilter {
  /** Such as `GetStages`; method and path of a call that is not understood. */
  readonly operation?: string | undefined;
  /** The id of the REST API. */
  readonly api?: string | undefined;
  readonly status?: number | undefined;
  readonly outcome?: Outcome | undefined;
  /** The name of the session, where more than one can be meant. */
  readonly session?: string | undefined;
  /** Answered at this time or later: a date, epoch milliseconds, or a text in ISO 8601. */
  readonly since?: Date | number | string | undefined;
}

/** Tells whether a call is meant. */
export type CallMatcher = (entry: JournalEntry) => boolean;

type Tests = {
  readonly [Name in keyof CallFilter]-?: (wanted: NonNullable<CallFilter[Name]>) => CallMatcher | undefined;
};

/** What each part of a filter asks; nothing where the value cannot be used. */
const tests: Tests = {
  operation: (wanted) => (isText(wanted) ? ({ operation }) => operation === wanted : undefined),
  api: (wanted) => (isText(wanted) ? ({ restApiId }) => restApiId === wanted : undefined),
  status: (wanted) => (Number.isInteger(wanted) ? ({ status }) => status === wanted : undefined),
  outcome: (wanted) => (outcomes.includes(wanted) ? ({ outcome }) => outcome === wanted : undefined),
  session: (wanted) => (isText(wanted) ? ({ session }) => session === wanted : undefined),
  since: (wanted) => {
    const from = new Date(wanted).getTime();
    return Number.isFinite(from) ? ({ at }) => at >= from : undefined;
  },
};

/** @throws {@link UsageError} for what is not known, or cannot be used. */
export function matcherOf(filter: CallFilter): CallMatcher {
  const known = Object.keys(tests);
  const matchers: CallMatcher[] = [];
  for (const [name, wanted] of Object.entries(filter)) {
    if (!Object.hasOwn(tests, name)) {
      throw new UsageError(
        `Cannot look for calls by '${name}': there is no such field. ${suggestNames(name, known)}.`,
      );
    }
    if (wanted === undefined) continue;
    const matcher = (tests[name as keyof Tests] as (wanted: unknown) => CallMatcher | undefined)(wanted);
    if (matcher === undefined) throw unusable(name, wanted);
    matchers.push(matcher);
  }
  return (entry) => matchers.every((matches) => matches(entry));
}

function unusable(name: string, wanted: unknown): UsageError {
  const shown = typeof wanted === 'string' ? JSON.stringify(wanted) : String(wanted);
  const remedy =
    name === 'outcome'
      ? suggestNames(String(wanted), outcomes)
      : ({ status: 'It is a whole number', since: 'It is a time' }[name] ?? 'It is a text');
  return new UsageError(`Cannot look for calls by ${name} ${shown}: it cannot be one. ${remedy}.`);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
