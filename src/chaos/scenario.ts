import * as z from 'zod';
import { quote } from '../aws/apigateway/key.ts';
import { listNames, UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { positiveNumber } from './parameter.ts';
import { parseFault } from './parse-rule.ts';
import { type Phase, type Plan, planOf, RuleCount } from './plan.ts';
import { presetRules } from './preset-rules.ts';
import type { Rule } from './rule.ts';
import { positiveSeconds } from './schedule-settings.ts';

const NAME_MESSAGE = 'takes 1 to 64 letters, digits, blanks, dots, dashes and underscores';
const LIST_MESSAGE = 'takes a list of faults';

/** What may stand at the top of a faults file, besides a list of faults. */
export const scenarioParameters = {
  $schema: z.string('takes a URL').optional(),
  faults: z.array(z.unknown(), LIST_MESSAGE).optional(),
  phases: z.array(z.unknown(), 'takes a list of phases').max(1000, 'takes up to 1000 phases').optional(),
  repeat: z.boolean('takes true or false').optional(),
};

/** What a phase may say. */
export const phaseParameters = {
  name: z
    .string(NAME_MESSAGE)
    .regex(/^[\w.-][\w. -]{0,63}$/, NAME_MESSAGE)
    .optional(),
  for: positiveSeconds.optional(),
  calls: positiveNumber.optional(),
  faults: z.array(z.unknown(), LIST_MESSAGE).optional(),
  preset: z.string("takes a preset's name").optional(),
};

/** Where rules are read from, and how many there were so far. */
interface Source {
  readonly file: string;
  readonly count: RuleCount;
}

/** What each of them means. */
export const scenarioDocs: Readonly<Record<keyof typeof scenarioParameters, string>> = {
  $schema: "this file's JSON Schema, for editors",
  faults: 'the rules that hold all the time, tried before those of the phase',
  phases: 'one after the other, each with rules of its own',
  repeat: 'begin again after the last phase',
};
export const phaseDocs: Readonly<Record<keyof typeof phaseParameters, string>> = {
  name: "the phase's name; without it its number",
  for: "the phase is over after so many seconds; instead of 'calls'",
  calls: "the phase is over after so many calls, of all that the rules see; instead of 'for'",
  faults: 'the rules of the phase; they count and measure time from its beginning',
  preset: 'the rules of a preset, before those of the phase',
};

const itemSchema = z.strictObject({ preset: z.string() });

/**
 * Reads the data of a faults file: a list of rules, `{ faults: […] }`, or phases with rules of their own,
 * `{ phases: [{ name, for | calls, faults | preset }], repeat }`. Where a rule may stand, `{ preset: NAME }` may.
 * @throws {@link UsageError} that names the file, the place in it, and what is known.
 */
export function parsePlan(data: unknown, fileName: string): Plan {
  const file = quote(fileName);
  const count = new RuleCount(file);
  if (Array.isArray(data)) return planOf(parseList(data, '', { file, count }));
  if (typeof data !== 'object' || data === null) {
    throw refuse(file, 'it is not a list of faults', "Write a list, or 'faults:' or 'phases:' and a list");
  }
  const { faults = [], phases = [], repeat = false } = check(scenarioParameters, data, '', file);
  if (Object.keys(data).length === 0) {
    throw refuse(file, 'it is empty', "Write a list, or 'faults:' or 'phases:' and a list");
  }
  const parsed = phases.map((phase, i) =>
    parsePhase(phase, i, { file, count, isLast: i === phases.length - 1, repeat }),
  );
  if (repeat && parsed.length === 0)
    throw refuse(file, "'repeat' says nothing without 'phases'", 'Add phases');
  const names = new Set<string>();
  for (const { name } of parsed) {
    if (names.has(name)) throw refuse(file, `two phases are named '${name}'`, 'Give each its own name');
    names.add(name);
  }
  return { rules: parseList(faults, 'faults', { file, count }), phases: parsed, repeats: repeat };
}

function parsePhase(
  data: unknown,
  index: number,
  { file, count, isLast, repeat }: Source & { readonly isLast: boolean; readonly repeat: boolean },
): Phase {
  const place = `phases[${index}]`;
  const phase = check(phaseParameters, data, place, file);
  const { calls, faults = [], name = `phase ${index + 1}`, preset } = phase;
  if (phase.for !== undefined && calls !== undefined) {
    const reason = `'for' contradicts 'calls' at ${place}: both say when the phase is over`;
    throw refuse(file, reason, 'Give one of them');
  }
  if (phase.for === undefined && calls === undefined && (!isLast || repeat)) {
    const reason = `${place} '${name}' has no end, and another phase follows it`;
    throw refuse(file, reason, "Give it 'for' (seconds) or 'calls'");
  }
  const rules = [
    ...(preset === undefined ? [] : count.take(presetRules(preset, { place: `${place}.preset of ${file}` }))),
    ...parseList(faults, `${place}.faults`, { file, count }),
  ];
  if (phase.for !== undefined) return { name, ends: { afterMs: phase.for * 1000 }, rules };
  return { name, ends: calls === undefined ? undefined : { afterCalls: calls }, rules };
}

function parseList(list: readonly unknown[], where: string, { file, count }: Source): Rule[] {
  return list.flatMap((item, i) => {
    const place = `${where}[${i}] of ${file}`;
    const preset = itemSchema.safeParse(item);
    return count.take(
      preset.success ? presetRules(preset.data.preset, { place }) : [parseFault(item, { place })],
    );
  });
}

function check<S extends Readonly<Record<string, z.ZodType>>>(
  shape: S,
  data: unknown,
  place: string,
  file: string,
): z.infer<z.ZodObject<S>> {
  const at = place === '' ? '' : ` at ${place}`;
  const parsed = z.strictObject(shape).safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const known = `Known names are ${listNames(Object.keys(shape))}`;
  if (issue?.code === 'unrecognized_keys') {
    const [unknown = ''] = issue.keys;
    throw refuse(
      file,
      `there is no ${quote(unknown)}${at}`,
      suggestNames(unknown, Object.keys(shape), 'Known names are'),
    );
  }
  const [name] = issue?.path ?? [];
  if (name === undefined) throw refuse(file, `${place} is not an object`, known);
  throw refuse(file, `'${String(name)}'${at} ${issue?.message ?? 'is wrong'}`, 'Correct it');
}

function refuse(file: string, reason: string, remedy: string): UsageError {
  return new UsageError(`Cannot use ${file}: ${reason}. ${remedy}.`);
}
