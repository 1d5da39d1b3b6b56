import * as z from 'zod';
import { quote } from '../aws/apigateway/key.ts';
import { parseFaultObject, patchRule } from '../chaos/parse-rule.ts';
import { presetRules } from '../chaos/preset-rules.ts';
import type { RuleStatus } from '../chaos/rule-status.ts';
import { CallError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Session } from '../sessions/session.ts';
import { type ControlRequest, readObject } from './request.ts';

/** A rule that is made at run time ends by itself, lest it be forgotten: after 10 minutes if it does not say. */
const RUN_TIME = { defaultForSeconds: 600 };
const presetSchema = z.strictObject({ preset: z.string() });

/** Every rule with its counts. */
export function listFaults({ session: { rules } }: ControlRequest): object {
  return { phase: rules.phase ?? null, faults: rules.status };
}

/** Adds a rule, `{ "kind": "throttle", "first": 2 }`, or those of a preset, `{ "preset": "brownout" }`. */
export function addFault({ call, session }: ControlRequest): object {
  const fields = readObject(call);
  const preset = presetSchema.safeParse(fields);
  const rules = preset.success
    ? presetRules(preset.data.preset, RUN_TIME)
    : [parseFaultObject(fields, RUN_TIME)];
  session.rules.add(...rules);
  return { faults: rules.map(({ name }) => statusOf(session, name)) };
}

/** Removes every rule. */
export function clearFaults({ session }: ControlRequest): object {
  session.rules.clear();
  return { faults: [] };
}

/** One rule with its counts. */
export function showFault({ session, parameters: { name = '' } }: ControlRequest): object {
  return statusOf(session, name);
}

/** Changes some fields of a rule, and counts it from the beginning; `null` takes a field away. */
export function changeFault({ call, session, parameters: { name = '' } }: ControlRequest): object {
  const rule = session.rules.find(name);
  if (rule === undefined) throw noSuchFault(session, name);
  const changed = patchRule(rule, readObject(call));
  session.rules.replace(name, changed);
  return statusOf(session, changed.name);
}

/** Removes one rule. */
export function removeFault({ session, parameters: { name = '' } }: ControlRequest): object {
  if (!session.rules.remove(name)) throw noSuchFault(session, name);
  return { removed: name };
}

function statusOf(session: Session, name: string): RuleStatus {
  const status = session.rules.status.find((rule) => rule.name === name);
  if (status === undefined) throw noSuchFault(session, name);
  return status;
}

function noSuchFault({ rules }: Session, name: string): CallError {
  const known = rules.status.map((rule) => rule.name).slice(0, 20);
  const names = known.length === 0 ? 'There are none' : suggestNames(name, known);
  return new CallError(
    'FaultNotFoundException',
    `Cannot find fault ${quote(withoutSecrets(name))}: there is none of that name. ${names}.`,
  );
}
