import * as z from 'zod';
import { decodePercent, splitTarget } from '../aws/apigateway/target.ts';
import { controlBounds } from '../bounds.ts';
import type { Call } from '../call.ts';
import { CallError, reasonOf } from '../errors.ts';
import type { CallWaiters } from '../journal/call-waiters.ts';
import type { MemoryBudget } from '../journal/memory-budget.ts';
import { suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { EventStream } from './events.ts';
import type { Metrics } from './metrics.ts';

/** What does not change while restage runs. */
export interface ServerFacts {
  readonly version: string;
  readonly upstream: string | undefined;
  readonly startedAt: Date;
  /** What is remembered of calls, and how much may be. */
  readonly memory: MemoryBudget;
}

/** A control call, and what it is about. */
export interface ControlRequest {
  readonly call: Call;
  /** What the path names, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The session that is controlled: the main one where the server is. */
  readonly session: Session;
  readonly sessions: Sessions;
  readonly facts: ServerFacts;
  readonly events: EventStream;
  readonly metrics: Metrics;
  readonly waiters: CallWaiters;
  /** The recordings that a session has never played. */
  readonly unused: (session: Session) => Promise<readonly object[]>;
}

/** What is done: an object is said as JSON with status 200; an answer is sent as it is. */
export type Act = (request: ControlRequest) => object | Promise<object>;

/**
 * The parameters of a control call.
 * @throws {@link CallError} for one that is not known, is given twice or cannot be used.
 */
export function readQuery<S extends Record<string, z.ZodType>>(
  call: Call,
  shape: S,
): z.infer<z.ZodObject<S>> {
  const given: Record<string, string> = {};
  for (const [rawName, rawValue] of splitTarget(call.target).query) {
    const name = decodePercent(rawName);
    const value = decodePercent(rawValue.replaceAll('+', ' '));
    if (name === undefined || value === undefined) throw invalid('a parameter is not percent-encoded UTF-8');
    if (Object.hasOwn(given, name)) throw invalid(`parameter '${name}' is given twice`);
    given[name] = value;
  }
  return check(given, shape, 'parameter');
}

/**
 * The fields of a control call's body, which is one JSON object.
 * @throws {@link CallError} when it is not, for a field that is not known or cannot be used.
 */
export function readFields<S extends Record<string, z.ZodType>>(
  call: Call,
  shape: S,
): z.infer<z.ZodObject<S>> {
  return check(readObject(call), shape, 'field');
}

/** The body of a control call: one JSON object. @throws {@link CallError} when it is not. */
export function readObject({ body }: Call): Readonly<Record<string, unknown>> {
  if (body.length > controlBounds.bodyBytes)
    throw invalid(`its body has more than ${controlBounds.bodyBytes / 1024} KB`);
  let value: unknown;
  try {
    // A file that was sent as it is may begin with a byte order mark: that is left out.
    value = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw invalid(`its body is not JSON (${reasonOf(cause)})`, cause);
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value);
  if (!parsed.success) throw invalid('its body is not a JSON object');
  return parsed.data;
}

/** Why a control call cannot be carried out. */
export function invalid(reason: string, cause?: unknown): CallError {
  return new CallError(
    'ControlRequestInvalidException',
    `Cannot carry out the call: ${reason}. Correct it, and call again.`,
    { cause },
  );
}

function check<S extends Record<string, z.ZodType>>(
  given: Readonly<Record<string, unknown>>,
  shape: S,
  what: string,
): z.infer<z.ZodObject<S>> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) {
    const known = Object.keys(shape);
    const names = known.length === 0 ? 'it takes none' : suggestNames(unknown, known, 'known are');
    throw invalid(`there is no ${what} ${withoutSecrets(JSON.stringify(unknown))}; ${names}`);
  }
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  const value = Object.hasOwn(given, name) ? `, not ${withoutSecrets(JSON.stringify(given[name]))}` : '';
  throw invalid(`${what} '${name}' ${issue?.message ?? 'is wrong'}${value}`);
}
