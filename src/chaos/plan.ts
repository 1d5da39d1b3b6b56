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

/** One plan that does what both say. Phases of the second follow those of the first. */
export function joinPlans(a: Plan, b: Plan): Plan {
  return {
    rules: [...a.rules, ...b.rules],
    phases: [...a.phases, ...b.phases],
    repeats: a.repeats || b.repeats,
  };
}

/** The plan with a name of its own for each rule: the second `throttle` is `throttle#2`. The same list gives the same names. */
export function withUniqueNames({ rules, phases, repeats }: Plan): Plan {
  const taken = new Set([...rules, ...phases.flatMap((phase) => phase.rules)].map(({ name }) => name));
  const used = new Set<string>();
  const rename = (rule: Rule): Rule => {
    let name = rule.name;
    for (let i = 2; used.has(name); i += 1) {
      const numbered = `${rule.name}#${i}`;
      if (!taken.has(numbered)) name = numbered;
    }
    used.add(name);
    taken.add(name);
    return name === rule.name ? rule : { ...rule, name };
  };
  return {
    rules: rules.map(rename),
    phases: phases.map((phase) => ({ ...phase, rules: phase.rules.map(rename) })),
    repeats,
  };
}
