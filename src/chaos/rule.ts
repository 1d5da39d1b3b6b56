import { z } from 'zod';
import { isRegion } from '../aws/endpoint.ts';
import { listNames, UsageError } from '../errors.ts';
import { faultKinds } from './fault.ts';
import { type ScheduleSettings, scheduleParameters } from './schedule.ts';

/** Which calls a rule looks at. */
export const scopeParameters = {
  api: z.string("takes an API's id").optional(),
  deployment: z.string("takes a deployment's id").optional(),
  region: z.string("takes a region's name").refine(isRegion, "takes a region's name").optional(),
};

const scopeSchema = z.object(scopeParameters);
export type Scope = z.infer<typeof scopeSchema>;

/** A fault, a scope and a schedule, checked. */
export interface Rule {
  /** The name that was given, or the rule's own text. */
  readonly name: string;
  readonly kind: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly scope: Scope;
  readonly schedule: ScheduleSettings;
}

const NAME_MESSAGE = 'takes 1 to 64 letters, digits, dots, dashes and underscores';
const NAME = z.string(NAME_MESSAGE).regex(/^[A-Za-z0-9._-]{1,64}$/, NAME_MESSAGE);

/**
 * Reads `kind[,name=value]…`.
 * @throws {@link UsageError} that names the known kinds or names.
 */
export function parseFaultSpec(spec: string): Rule {
  const [kind = '', ...pairs] = spec.split(',').map((part) => part.trim());
  const fields: [string, string][] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw refuse(spec, `'${pair}' is not NAME=VALUE`, 'Write it like throttle,first=2');
    const name = pair.slice(0, equals);
    if (fields.some(([known]) => known === name))
      throw refuse(spec, `'${name}' is given twice`, 'Give it once');
    fields.push([name, pair.slice(equals + 1)]);
  }
  return toRule(spec, kind, Object.fromEntries(fields));
}

/**
 * Reads a rule that is written as an object, `{ "kind": "throttle", "first": 2 }`.
 * @throws {@link UsageError} that names the known kinds or names.
 */
export function parseFaultObject(value: unknown): Rule {
  const text = JSON.stringify(value) ?? String(value);
  const parsed = z.looseObject({ kind: z.string() }).safeParse(value);
  if (!parsed.success)
    throw refuse(
      text,
      "it is not an object with a 'kind'",
      'Write it like { "kind": "throttle", "first": 2 }',
    );
  const { kind, ...fields } = parsed.data;
  return toRule(text, kind, fields);
}

function toRule(text: string, kindName: string, fields: Readonly<Record<string, unknown>>): Rule {
  const kind = Object.hasOwn(faultKinds, kindName) ? faultKinds[kindName] : undefined;
  if (kind === undefined) {
    throw refuse(
      text,
      `there is no kind '${kindName}'`,
      `Known kinds are ${listNames(Object.keys(faultKinds))}`,
    );
  }
  const known = { name: NAME.optional(), ...kind.parameters, ...scopeParameters, ...scheduleParameters };
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw refuse(text, `${kindName} has no '${unknown}'`, `Known names are ${listNames(Object.keys(known))}`);
  }
  // A number's text may be empty or blank, which coercion would take for 0.
  const blank = Object.entries(fields).find(
    ([name, value]) => !Object.hasOwn(scopeParameters, name) && isBlank(value),
  );
  if (blank !== undefined) throw refuse(text, `'${blank[0]}' has no value`, 'Give it one, or leave it out');

  const parameters = parse(kind.parameters, fields, text);
  const flaw = kind.findFlaw?.(parameters);
  if (flaw !== undefined) throw refuse(text, flaw.reason, flaw.remedy);

  return {
    name: parse({ name: NAME.optional() }, fields, text).name ?? text,
    kind: kindName,
    parameters,
    scope: parse(scopeParameters, fields, text),
    schedule: parse(scheduleParameters, fields, text),
  };
}

/** Checks the fields that the shape names; the others are another shape's. */
function parse<S extends Record<string, z.ZodType>>(
  shape: S,
  fields: Readonly<Record<string, unknown>>,
  text: string,
): z.infer<z.ZodObject<S>> {
  const parsed = z.object(shape).safeParse(fields);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  const given = Object.hasOwn(fields, name) ? `, not ${JSON.stringify(fields[name])}` : '';
  throw refuse(text, `'${name}' ${issue?.message ?? 'is wrong'}${given}`, 'Correct it');
}

function isBlank(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || (typeof value === 'string' && value.trim() === '');
}

function refuse(text: string, reason: string, remedy: string): UsageError {
  return new UsageError(`Cannot use fault '${text}': ${reason}. ${remedy}.`);
}
