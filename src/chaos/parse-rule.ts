import * as z from 'zod';
import { quote } from '../aws/apigateway/key.ts';
import { UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';
import { faultKinds } from './fault.ts';
import type { FaultKind } from './fault-kind.ts';
import { fieldText, type Rule } from './rule.ts';
import { findContradiction, type ScheduleSettings, scheduleParameters } from './schedule-settings.ts';
import { findScopeFlaw, scopeParameters, withoutSecretHeaders } from './scope-parameters.ts';

/** How a rule is to be read. */
export interface ParseOptions {
  /** For rules made at run time: they end so long after they begin, unless they say when. */
  readonly defaultForSeconds?: number;
  /** Where the rule stands, for messages: `phases[1].faults[0] of 'chaos.yaml'`. */
  readonly place?: string;
}

/** In characters. */
export const MAX_NAME_LENGTH = 200;
const NAME_MESSAGE = `takes 1 to ${MAX_NAME_LENGTH} characters, none of them a control character, and not dots alone`;

/** What a rule may be called. It stands in URLs (where dots alone would mean a folder), logs and metrics. */
const ruleName = z
  .string(NAME_MESSAGE)
  .regex(/^(?!\.+$)(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u, NAME_MESSAGE)
  .optional();
const nameShape = { name: ruleName };

/**
 * Reads a rule, written as `kind[,name=value]…` or as an object, `{ "kind": "throttle", "first": 2 }`.
 * @throws {@link UsageError} that names field, value and what is known.
 */
export function parseFault(value: unknown, options: ParseOptions = {}): Rule {
  return typeof value === 'string' ? parseFaultSpec(value, options) : parseFaultObject(value, options);
}

/**
 * Reads `kind[,name=value]…`.
 * @throws {@link UsageError} that names field, value and what is known.
 */
export function parseFaultSpec(spec: string, options: ParseOptions = {}): Rule {
  const subject = subjectOf(spec, options);
  const [kind = '', ...pairs] = spec.split(',').map((part) => part.trim());
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      const remedy = 'Write it like throttle,first=2; a value with a comma only as an object, in a file';
      // Behind a secret's comma, the rest of it comes without its name.
      const shown = withoutSecretHeaders(spec) === spec ? quote(pair) : 'a part of it';
      throw refuse(subject, `${shown} is not NAME=VALUE`, remedy);
    }
    const name = pair.slice(0, equals);
    if (fields.has(name)) throw refuse(subject, `${quote(name)} is given twice`, 'Give it once');
    fields.set(name, pair.slice(equals + 1));
  }
  return toRule(kind, Object.fromEntries(fields), options, subject);
}

/**
 * Reads a rule that is written as an object.
 * @throws {@link UsageError} that names field, value and what is known.
 */
export function parseFaultObject(value: unknown, options: ParseOptions = {}): Rule {
  const subject = subjectOf(textOf(value), options);
  if (!isRecord(value) || typeof value.kind !== 'string') {
    const remedy = 'Write it like { "kind": "throttle", "first": 2 }';
    throw refuse(subject, "it is not an object with a 'kind'", remedy);
  }
  const { kind, ...fields } = value;
  return toRule(value.kind, fields, options, subject);
}

/**
 * The rule with some fields changed; `null` takes one away. Its name stays, and the whole is checked anew.
 * @throws {@link UsageError} that names field, value and what is known.
 */
export function patchRule(rule: Rule, changes: unknown, options: ParseOptions = {}): Rule {
  const subject = `${subjectOf(rule.name, options)} with ${quote(withoutSecretHeaders(textOf(changes)))}`;
  if (!isRecord(changes))
    throw refuse(subject, 'it is not an object of fields', 'Write it like { "p": 0.5 }');
  if (Object.hasOwn(changes, 'name') && changes.name !== rule.name) {
    throw refuse(subject, "a rule keeps its 'name'", 'Remove it, and add one of the other name');
  }
  const { kind = rule.kind, name: _, ...changed } = changes;
  if (typeof kind !== 'string') throw refuse(subject, "'kind' is not the name of a kind", 'Correct it');
  checkNames(kind, changed, subject);
  const merged = Object.entries({ ...rule.fields, ...changed }).filter(([, value]) => value !== null);
  return toRule(kind, { name: rule.name, ...Object.fromEntries(merged) }, options, subject);
}

function toRule(
  kindName: string,
  given: Readonly<Record<string, unknown>>,
  options: ParseOptions,
  subject: string,
): Rule {
  const kind = checkNames(kindName, given, subject);
  const blank = Object.entries(given).find(
    ([name, value]) => !Object.hasOwn(scopeParameters, name) && isBlank(value),
  );
  if (blank !== undefined)
    throw refuse(subject, `'${blank[0]}' has no value`, 'Give it one, or leave it out');

  const { name: givenName, ...fields } = given;
  const { name } = check(nameShape, { name: givenName }, subject);
  const parameters = check(kind.parameters, fields, subject);
  const flaw = kind.findFlaw?.(parameters);
  if (flaw !== undefined) throw refuse(subject, flaw.reason, flaw.remedy);
  const scope = check(scopeParameters, fields, subject);
  const schedule = withEnd(check(scheduleParameters, fields, subject), options.defaultForSeconds);
  const contradiction = findScopeFlaw(scope) ?? findContradiction(schedule);
  if (contradiction !== undefined) throw refuse(subject, contradiction.reason, contradiction.remedy);

  const tidy = tidyFields(fields, { ...parameters, ...scope, ...schedule });
  return {
    name: name ?? nameOf(kindName, tidy),
    kind: kindName,
    definition: kind,
    parameters,
    scope,
    schedule,
    fields: schedule.for === undefined ? tidy : { ...tidy, for: schedule.for },
  };
}

/** A rule made at run time must not be forgotten: it ends by itself. */
function withEnd(schedule: ScheduleSettings, defaultForSeconds: number | undefined): ScheduleSettings {
  const isSaid = schedule.for !== undefined || schedule.until !== undefined;
  if (isSaid || defaultForSeconds === undefined) return schedule;
  return { ...schedule, for: (schedule.from ?? 0) + defaultForSeconds };
}

/** Numbers for what was given as text. What is read into more than a number or a text stays as it was given. */
function tidyFields(
  fields: Readonly<Record<string, unknown>>,
  parsed: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof parsed[name] === 'number' ? parsed[name] : value]),
  );
}

/** What the rule says, as a name: two that say the same have the same one. */
function nameOf(kind: string, fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${withoutSecrets(fieldText(value))}`);
  const name = [kind, ...pairs].join(',').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  // Shorter than a name may be: there is room for a number behind it.
  return [...name].slice(0, MAX_NAME_LENGTH / 2).join('');
}

/** The kind, once it is known and has all of these names. */
function checkNames(kindName: string, fields: Readonly<Record<string, unknown>>, subject: string): FaultKind {
  const kind = Object.hasOwn(faultKinds, kindName) ? faultKinds[kindName] : undefined;
  if (kind === undefined) {
    const remedy = suggestNames(kindName, Object.keys(faultKinds), 'Known kinds are');
    throw refuse(subject, `there is no kind ${quote(kindName)}`, remedy);
  }
  const known = ['name', ...Object.keys({ ...kind.parameters, ...scopeParameters, ...scheduleParameters })];
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const remedy = suggestNames(unknown, known, 'Known names are');
    throw refuse(subject, `${kindName} has no ${quote(unknown)}`, remedy);
  }
  return kind;
}

/** A schema works out how it checks when it first does: to make it anew for each rule takes ten times as long. */
const schemas = new WeakMap<object, z.ZodObject>();

/** Checks the fields that the shape names; the others are another shape's. */
function check<S extends Readonly<Record<string, z.ZodType>>>(
  shape: S,
  fields: Readonly<Record<string, unknown>>,
  subject: string,
): z.infer<z.ZodObject<S>> {
  const schema = (schemas.get(shape) ?? z.object(shape)) as z.ZodObject<S>;
  schemas.set(shape, schema);
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  const value = JSON.stringify(fields[name]);
  const given = value === undefined ? '' : `, not ${withoutSecretHeaders(value).slice(0, 100)}`;
  throw refuse(subject, `'${name}' ${issue?.message ?? 'is wrong'}${given}`, 'Correct it');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number's text may be empty or blank, which must not be taken for 0. */
function isBlank(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

/** What was given, for a message. A YAML file can hold what refers to itself, and has no JSON. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function subjectOf(text: string, { place }: ParseOptions): string {
  return `fault ${quote(withoutSecretHeaders(text))}${place === undefined ? '' : ` (${place})`}`;
}

function refuse(subject: string, reason: string, remedy: string): UsageError {
  return new UsageError(`Cannot use ${subject}: ${reason}. ${remedy}.`);
}
