import { createHash } from 'node:crypto';
import type { ErrorSubject } from '../aws/error.ts';
import type { PlannedAnswer } from '../aws/planned-answer.ts';
import type { RawHeaders } from '../call.ts';
import type { Fault, Original } from './effect.ts';
import { faultKinds } from './fault.ts';
import type { Rule } from './rule.ts';
import { Schedule } from './schedule.ts';

/** What rules look at of a call. */
export interface Target extends ErrorSubject {
  /** What a rule counts by when it counts each key for itself. */
  readonly key: string;
  readonly deploymentId: string | undefined;
  /** The session's name; nothing for calls without one. */
  readonly session: string | undefined;
  /** The SDK's attempt number, from 1. */
  readonly attempt: number | undefined;
  readonly headers: RawHeaders;
  /** What the call would be answered with. */
  readonly original: Original;
}

/** What the rules do to one call: wait, then answer with the error if there is one. */
export interface Strike {
  readonly delayMs: number;
  readonly answer: { readonly rule: string; readonly planned: PlannedAnswer } | undefined;
  /** The names of the rules that fired. */
  readonly hits: readonly string[];
}

/** How often a rule looked and fired. */
export interface RuleStatus {
  readonly name: string;
  readonly kind: string;
  readonly matched: number;
  readonly fired: number;
}

interface ArmedRule {
  readonly rule: Rule;
  readonly fault: Fault;
  readonly schedule: Schedule;
  /** A number for the n-th call of a key; `purpose` tells independent draws apart. */
  readonly draw: (purpose: string, key: string, n: number) => number;
}

/** Rules in order, each with its counters. */
export class RuleSet {
  readonly #rules: readonly ArmedRule[];

  constructor(rules: readonly Rule[], seed: number) {
    this.#rules = rules.map((rule) => arm(rule, seed));
  }

  /** Whether there is no rule at all. */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** Whether some rule looks at what is recorded. */
  get needsRecordings(): boolean {
    return this.#rules.some(({ rule }) => faultKinds[rule.kind]?.needsOriginal === true);
  }

  /** What happens to this call: latencies add up, and the first error that fires answers. Each rule counts the call. */
  strike(target: Target): Strike {
    const hits: string[] = [];
    let delayMs = 0;
    let answer: Strike['answer'];
    for (const { rule, fault, schedule, draw } of this.#rules) {
      if (!isInScope(rule, target)) continue;
      const turn = schedule.count(target.key);
      if (answer !== undefined || !turn.isDue) continue;
      turn.fire();
      const { restApiId, region } = target;
      const effect = fault.strike({
        restApiId,
        region,
        draw: (purpose = 'effect') => draw(purpose, target.key, turn.nOfKey),
        n: turn.nOfKey,
        original: target.original,
      });
      if (effect === undefined) continue;
      hits.push(rule.name);
      if (effect.type === 'delay') delayMs += effect.delayMs;
      else answer = { rule: rule.name, planned: effect.answer };
    }
    return { delayMs, answer, hits };
  }

  /** What each rule has done so far. */
  get status(): RuleStatus[] {
    return this.#rules.map(({ rule, schedule }) => {
      const { seen, fired } = schedule.counts;
      return { name: rule.name, kind: rule.kind, matched: seen, fired };
    });
  }

  /** Counts from the beginning. */
  reset(): void {
    for (const { schedule } of this.#rules) schedule.reset();
  }
}

function arm(rule: Rule, seed: number): ArmedRule {
  const draw = (purpose: string, key: string, n: number) => drawNumber([seed, rule.name, purpose, key, n]);
  const kind = faultKinds[rule.kind];
  if (kind === undefined) throw new Error(`no fault kind '${rule.kind}'`);
  return {
    rule,
    fault: kind.create(rule.parameters),
    schedule: new Schedule(rule.schedule, (key, n) => draw('p', key, n), kind.isRandom === true),
    draw,
  };
}

function isInScope(rule: Rule, target: Target): boolean {
  const { api, deployment, region } = rule.scope;
  return (
    (api === undefined || api === target.restApiId) &&
    (deployment === undefined || deployment === target.deploymentId) &&
    (region === undefined || region === target.region)
  );
}

/** A number from 0 up to 1 that depends on these parts alone: 48 bits of a hash, so that no order of calls matters. */
function drawNumber(parts: ReadonlyArray<string | number>): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUIntBE(0, 6) / 2 ** 48;
}
