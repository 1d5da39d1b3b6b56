import type { FaultKind } from './fault-kind.ts';
import type { ScheduleSettings } from './schedule-settings.ts';
import type { Scope } from './scope-parameters.ts';

/** A fault, a scope and a schedule, checked. */
export interface Rule {
  /** The name that was given, or one made of what the rule says. */
  readonly name: string;
  readonly kind: string;
  /** What the kind is. */
  readonly definition: FaultKind;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly scope: Scope;
  readonly schedule: ScheduleSettings;
  /** What was given besides name and kind, as it can be given again. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A field's value as it stands in a rule's text; what has none there is written as JSON. */
export function fieldText(value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join('|');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The rule as the object that it could be given as. */
export function ruleToObject({ name, kind, fields }: Rule): Record<string, unknown> {
  return { name, kind, ...fields };
}
