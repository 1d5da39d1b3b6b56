import * as z from 'zod';
import { controlBounds } from '../bounds.ts';
import { CallError } from '../errors.ts';
import { matcherOf, outcomes } from '../journal/call-filter.ts';
import type { Wait, Waited } from '../journal/call-waiters.ts';
import { describeEntry } from '../journal/entry.ts';
import { type ControlRequest, invalid, readQuery } from './request.ts';

/** A number from 1 on, as a parameter writes it. */
function count(max: number, message: string) {
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/, message)
    .transform(Number)
    .refine((number) => number <= max, message);
}

const COUNT_MESSAGE = `is a number from 1 to ${controlBounds.calls}`;
const SECONDS_MESSAGE = `is a number of seconds from 1 to ${controlBounds.waitMs / 1000}`;
const DEFAULT_WAIT_SECONDS = 10;

/** Which calls are meant. */
const filters = {
  session: z.string().optional(),
  operation: z.string().optional(),
  api: z.string().optional(),
  status: z
    .string()
    .regex(/^(?:0|[1-5]\d\d)$/, 'is a status of HTTP, or 0 where none was sent')
    .transform(Number)
    .optional(),
  outcome: z.enum(outcomes, `is one of ${outcomes.join(', ')}`).optional(),
  since: z
    .string()
    .transform((text) => (/^\d{1,16}$/.test(text) ? Number(text) : text))
    .refine(
      (time) => Number.isFinite(new Date(time).getTime()),
      'is a time in ISO 8601, or in epoch milliseconds',
    )
    .optional(),
};
const listFilters = { ...filters, limit: count(controlBounds.calls, COUNT_MESSAGE).optional() };
const waitFilters = {
  ...filters,
  n: count(controlBounds.calls, COUNT_MESSAGE).optional(),
  timeout: count(controlBounds.waitMs / 1000, SECONDS_MESSAGE).optional(),
};

/** The last `limit` calls of those that are meant. */
export function listCalls({ call, session }: ControlRequest): object {
  const { limit = controlBounds.calls, ...filter } = readQuery(call, listFilters);
  return { calls: session.journal.entries.filter(matcherOf(filter)).slice(-limit).map(describeEntry) };
}

/** Forgets the calls. */
export function clearCalls({ session }: ControlRequest): object {
  session.journal.clear();
  return { calls: [] };
}

/** Answers when `n` calls have ended that are meant, those of before included; with an error when `timeout` seconds are over. */
export async function waitForCalls({ call, session, waiters }: ControlRequest): Promise<object> {
  const { n = 1, timeout = DEFAULT_WAIT_SECONDS, ...filter } = readQuery(call, waitFilters);
  if (waiters.count >= controlBounds.waiters) throw invalid('too many wait already');
  const asked = matcherOf(filter);
  const { name } = session;
  const wait = waiters.wait({
    count: n,
    matches: (entry) => (name === undefined || entry.session === name) && asked(entry),
    past: session.journal.entries.filter(asked),
    timeoutMs: timeout * 1000,
  });
  const { calls, reason } = await orUntilGone(wait, call.whenOver);
  if (reason === 'came') return { calls: calls.slice(0, controlBounds.calls).map(describeEntry) };
  const why = reason === 'timeout' ? `in ${timeout} s there came` : 'restage stops, and there came';
  throw new CallError(
    'CallsNotSeenException',
    `Cannot wait for ${n} calls any longer: ${why} ${calls.length}. Ask for 'calls' to see them, or wait again.`,
  );
}

/** Nobody waits for a client that has gone. */
function orUntilGone(wait: Wait, whenOver: (listener: () => void) => void): Promise<Waited> {
  whenOver(wait.end);
  return wait.over;
}
