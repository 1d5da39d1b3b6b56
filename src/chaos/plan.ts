import { faultBounds } from '../bounds.ts';
import { UsageError } from '../errors.ts';
import type { Rule } from './rule.ts';

/** Which rules hold when. */
export interface Plan {
  /** The rules that hold all the time. */
  readonly rules: readonly Rule[];
  /** Then those of the phase that it is, one phase after the other. */
  readonly phases: readonly Phase[];
  /** Whether the first phase follows the last one. */
  readonly repeats: boolean;
}

/** A part of a scenario with rules of its own, which count and measure time from its beginning. */
export interface Phase {
  readonly name: string;
  /** When it is over; without it, it is the last one and lasts. */
  readonly ends: { readonly afterMs: number } | { readonly afterCalls: number } | undefined;
  readonly rules: readonly Rule[];
}

/** A plan of rules that hold all the time. */
export function planOf(rules: readonly Rule[]): Plan {
  return { rules, phases: [], repeats: false };
}

/** Whether chance decides anything in it: which calls are hit, or what is done to them. */
export function usesChance({ rules, phases }: Plan): boolean {
  return [...rules, ...phases.flatMap((phase) => phase.rules)].some(usesChanceItself);
}

function usesChanceItself({ definition, parameters, schedule: { p, ramp } }: Rule): boolean {
  if (p === 0) return false;
  return (p !== undefined && p < 1) || ramp !== undefined || definition.isRandom?.(parameters) === true;
}

/**
 * One plan that does what both say. Phases of the second follow those of the first.
 * @throws {@link UsageError} when they have too many rules together.
 */
export function joinPlans(a: Plan, b: Plan): Plan {
  const count = new RuleCount('the faults that are given');
  count.take(rulesOf(a));
  count.take(rulesOf(b));
  return {
    rules: [...a.rules, ...b.rules],
    phases: [...a.phases, ...b.phases],
    repeats: a.repeats || b.repeats,
  };
}

/** Counts the rules that a plan gets, so that no more are read than may hold: every call asks every rule. */
export class RuleCount {
  readonly #subject: string;
  #count = 0;

  /** @param subject what the rules stand in, for the error. */
  constructor(subject: string) {
    this.#subject = subject;
  }

  /** The same rules, counted. @throws {@link UsageError} for the first too many. */
  take(rules: readonly Rule[]): readonly Rule[] {
    this.#count += rules.length;
    if (this.#count <= faultBounds.rules) return rules;
    throw new UsageError(
      `Cannot use ${this.#subject}: there are more than ${faultBounds.rules} rules. Leave some out.`,
    );
  }
}

/** Every rule of the plan, those of its phases last. */
export function rulesOf({ rules, phases }: Plan): Rule[] {
  return [...rules, ...phases.flatMap((phase) => phase.rules)];
}

/** Many sessions have the same plan: it is worked out once. */
const namedPlans = new WeakMap<Plan, Plan>();

/** The plan with a name of its own for each rule: the second `throttle` is `throttle#2`. The same list gives the same names. */
export function withUniqueNames(plan: Plan): Plan {
  const named = namedPlans.get(plan) ?? nameApart(plan);
  namedPlans.set(plan, named);
  return named;
}

function nameApart(plan: Plan): Plan {
  const taken = new Set(rulesOf(plan).map(({ name }) => name));
  const used = new Set<string>();
  /** The number of the last rule of a name: the next one need not begin anew. */
  const numbers = new Map<string, number>();
  const nextName = (name: string): string => {
    let number = numbers.get(name) ?? 1;
    let numbered = name;
    do {
      number += 1;
      numbered = `${name}#${number}`;
    } while (taken.has(numbered));
    numbers.set(name, number);
    return numbered;
  };
  const rename = (rule: Rule): Rule => {
    const name = used.has(rule.name) ? nextName(rule.name) : rule.name;
    used.add(name);
    taken.add(name);
    return name === rule.name ? rule : { ...rule, name };
  };
  return {
    rules: plan.rules.map(rename),
    phases: plan.phases.map((phase) => ({ ...phase, rules: phase.rules.map(rename) })),
    repeats: plan.repeats,
  };
}
