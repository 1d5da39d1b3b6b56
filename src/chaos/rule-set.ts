import { isDeepStrictEqual } from 'node:util';
import { quote } from '../aws/apigateway/key.ts';
import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import { faultBounds } from '../bounds.ts';
import { CallError, UsageError } from '../errors.ts';
import type { MemoryShare } from '../journal/memory-budget.ts';
import { ArmedRule } from './armed-rule.ts';
import { describeRule } from './describe-rule.ts';
import { type Plan, planOf, rulesOf, withUniqueNames } from './plan.ts';
import type { Rule } from './rule.ts';
import { RULE_BYTES, textBytes } from './rule-size.ts';
import type { RuleStatus } from './rule-status.ts';
import type { Target } from './scope.ts';
import { Timeline } from './timeline.ts';

export type { Target } from './scope.ts';

/** What the rules do to one call: wait, then answer if there is an answer. */
export interface Strike {
  readonly delayMs: number;
  readonly answer: { readonly rule: string; readonly planned: PlannedAnswer } | undefined;
  /** The names of the rules that fired, in order. */
  readonly hits: readonly string[];
}

/** What a set of rules is given from outside. */
export interface RuleSetSettings {
  /** Every random choice follows from it. */
  readonly seed: number;
  /** Milliseconds that only rise. */
  readonly elapsed: () => number;
  /** What the rules take is counted here. */
  readonly memory?: Pick<MemoryShare, 'hold' | 'take'>;
}

const NONE: Strike = { delayMs: 0, answer: undefined, hits: [] };

/** Rules in order, each with its counters, and whose turn it is. They can be changed while calls come in. */
export class RuleSet {
  readonly #settings: RuleSetSettings;
  /** Those that hold all the time: of the plan, then those that were added. */
  #always: ArmedRule[] = [];
  #ofPhase: ArmedRule[][] = [];
  #plan: Plan = planOf([]);
  #added = new Set<string>();
  #timeline: Timeline;
  /** A plan that is yet to take the plan's place, and since when it holds: it does when the rules are next asked. */
  #next: { readonly plan: Plan; readonly atMs: number } | undefined;
  #isEmpty = true;
  #needsRecordings = false;
  /** What is asked for: for rules and for their counters. */
  #heldBytes = 0;

  constructor(plan: Plan | readonly Rule[], settings: RuleSetSettings) {
    this.#settings = settings;
    this.#timeline = new Timeline([], false, settings.elapsed());
    this.setPlan(plan);
  }

  /** Whether there is no rule at all, so that no call need be looked at. */
  get isEmpty(): boolean {
    this.#settle();
    return this.#isEmpty;
  }

  /** Whether some rule looks at what is recorded, which must then be read before the rules are asked. */
  get needsRecordings(): boolean {
    this.#settle();
    return this.#needsRecordings;
  }

  /** What happens to this call: latencies add up, and the first answer that fires is the call's. Each rule counts it. */
  strike(target: Target): Strike {
    if (this.isEmpty) return NONE;
    const nowMs = this.#settings.elapsed();
    this.#moveTo(nowMs);
    this.#timeline.countCall(nowMs);
    let delayMs = 0;
    let answer: Strike['answer'];
    const hits: string[] = [];
    const tryRule = (armed: ArmedRule): void => {
      const turn = armed.count(target, nowMs);
      if (answer !== undefined || turn?.isDue !== true) return;
      const effect = armed.strike(target, turn);
      if (effect === undefined) return;
      hits.push(armed.rule.name);
      if (effect.type === 'delay') delayMs += effect.delayMs;
      else answer = { rule: armed.rule.name, planned: effect.answer };
    };
    for (const armed of this.#always) tryRule(armed);
    for (const armed of this.#ofPhase[this.#timeline.index] ?? []) tryRule(armed);
    return hits.length === 0 ? NONE : { delayMs, answer, hits };
  }

  /** What each rule has done so far. */
  get status(): RuleStatus[] {
    this.#settle();
    const nowMs = this.#settings.elapsed();
    this.#moveTo(nowMs);
    return [
      ...this.#always.map((armed) => describeRule(armed, nowMs)),
      ...this.#ofPhase.flatMap((rules, i) => rules.map((armed) => this.#describeOfPhase(armed, i, nowMs))),
    ];
  }

  /** The phase that it is, and how long it still takes by the clock; nothing when there are none, or all are over. */
  get phase(): { readonly name: string; readonly endsInSeconds?: number } | undefined {
    this.#settle();
    const nowMs = this.#settings.elapsed();
    this.#moveTo(nowMs);
    const phase = this.#plan.phases[this.#timeline.index];
    if (phase === undefined) return undefined;
    const remainingMs = this.#timeline.remainingMs(nowMs);
    return { name: phase.name, ...(remainingMs !== undefined && { endsInSeconds: remainingMs / 1000 }) };
  }

  /** The rule of that name, to be patched. */
  find(name: string): Rule | undefined {
    this.#settle();
    return this.#all().find(({ rule }) => rule.name === name)?.rule;
  }

  /** Counts, clocks, buckets and phases from the beginning. */
  reset(): void {
    this.#settle();
    const nowMs = this.#settings.elapsed();
    this.#timeline.reset(nowMs);
    for (const { schedule } of this.#all()) schedule.reset(nowMs);
  }

  /**
   * Adds rules after those that hold all the time: all of them or, where one cannot be added, none. One of the same name
   * gives way if it has ended.
   * @throws {@link UsageError} when a name is in use, or there are too many rules.
   */
  add(...rules: readonly Rule[]): void {
    const known = new Map(this.status.map(({ name, state }) => [name, state]));
    for (const rule of rules) {
      const state = known.get(rule.name);
      if (state !== undefined && state !== 'ended') {
        throw refuse(
          rule,
          'there is a rule of that name',
          'Change or remove that one, or give this one a name',
        );
      }
      if (state === undefined && known.size >= faultBounds.rules)
        throw refuse(rule, `there are ${faultBounds.rules} rules`, 'Remove some');
      known.set(rule.name, 'armed');
    }
    this.#hold(rules.reduce((sum, rule) => sum + RULE_BYTES + textBytes(rule), 0));
    for (const rule of rules) {
      this.remove(rule.name);
      this.#always.push(this.#arm(rule));
      this.#added.add(rule.name);
    }
    this.#takeStock();
  }

  /**
   * Puts a rule into the place of another one and counts it from the beginning; false when there is none of that name.
   * @throws {@link UsageError} when the new one has the name of a third.
   */
  replace(name: string, rule: Rule): boolean {
    if (this.find(name) === undefined) return false;
    if (rule.name !== name && this.find(rule.name) !== undefined) {
      throw refuse(rule, 'there is a rule of that name', 'Give it another one');
    }
    const swap = (armed: ArmedRule): ArmedRule => (armed.rule.name === name ? this.#arm(rule) : armed);
    this.#always = this.#always.map(swap);
    this.#ofPhase = this.#ofPhase.map((rules) => rules.map(swap));
    if (this.#added.delete(name)) this.#added.add(rule.name);
    this.#takeStock();
    return true;
  }

  /** Removes a rule; false when there is none of that name. */
  remove(name: string): boolean {
    if (this.find(name) === undefined) return false;
    const isOther = ({ rule }: ArmedRule): boolean => rule.name !== name;
    this.#always = this.#always.filter(isOther);
    this.#ofPhase = this.#ofPhase.map((rules) => rules.filter(isOther));
    this.#added.delete(name);
    this.#takeStock();
    return true;
  }

  /** Removes every rule and phase. */
  clear(): void {
    this.#added.clear();
    this.setPlan([]);
  }

  /**
   * Puts another plan into the place of the plan. Rules and phases that are the same go on counting, and rules that were
   * added stay, unless the plan has one of that name.
   */
  setPlan(plan: Plan | readonly Rule[]): void {
    // Not at once: a thousand sessions have the plan of a file that has changed, and nobody may ask them any more.
    this.#next = { plan: 'phases' in plan ? plan : planOf(plan), atMs: this.#settings.elapsed() };
  }

  #settle(): void {
    if (this.#next === undefined) return;
    const { plan, atMs } = this.#next;
    this.#next = undefined;
    const next = withUniqueNames(plan);
    const names = new Set(rulesOf(next).map(({ name }) => name));
    const added = this.#always.filter(({ rule }) => this.#added.has(rule.name) && !names.has(rule.name));
    this.#added = new Set(added.map(({ rule }) => rule.name));
    const known = new Map(this.#always.map((armed) => [armed.rule.name, armed]));
    const kept = next.rules.map((rule) => {
      const armed = known.get(rule.name);
      return armed !== undefined && isDeepStrictEqual(armed.rule, rule) ? armed : this.#arm(rule, atMs);
    });
    this.#always = [...kept, ...added];
    const isSame = next.repeats === this.#plan.repeats && isDeepStrictEqual(next.phases, this.#plan.phases);
    this.#plan = next;
    if (!isSame) {
      this.#timeline = new Timeline(next.phases, next.repeats, atMs);
      this.#ofPhase = next.phases.map(({ rules }) => rules.map((rule) => this.#arm(rule, atMs)));
    }
    this.#takeStock();
  }

  #arm(rule: Rule, nowMs = this.#settings.elapsed()): ArmedRule {
    return new ArmedRule(rule, this.#settings.seed, nowMs, (bytes) => this.#reserve(bytes));
  }

  #all(): ArmedRule[] {
    return [...this.#always, ...this.#ofPhase.flat()];
  }

  /** What calls ask of all rules is worked out when these change. */
  #takeStock(): void {
    const all = this.#all();
    this.#isEmpty = all.length === 0;
    this.#needsRecordings = all.some((armed) => armed.needsRecordings);
    const bytes = this.#bytes;
    this.#settings.memory?.take(bytes - this.#heldBytes);
    this.#heldBytes = bytes;
  }

  /** What the rules take: the texts of the plan's are counted by who made the plan. */
  get #bytes(): number {
    return this.#all().reduce((sum, { rule, schedule }) => {
      const text = this.#added.has(rule.name) ? textBytes(rule) : 0;
      return sum + RULE_BYTES + text + schedule.keyBytes;
    }, 0);
  }

  #hold(bytes: number): void {
    this.#settings.memory?.hold(bytes);
    this.#heldBytes += bytes;
  }

  #reserve(bytes: number): boolean {
    try {
      this.#hold(bytes);
      return true;
    } catch (error) {
      if (error instanceof CallError) return false;
      throw error;
    }
  }

  /** The rules of a phase that begins count, and measure time, from its beginning. */
  #moveTo(nowMs: number): void {
    this.#timeline.moveTo(nowMs, (index, beganAtMs) => {
      for (const { schedule } of this.#ofPhase[index] ?? []) schedule.reset(beganAtMs);
    });
  }

  #describeOfPhase(armed: ArmedRule, index: number, nowMs: number): RuleStatus {
    const current = this.#timeline.index;
    const phase = this.#plan.phases[index]?.name ?? '';
    const { endsInSeconds, ...status } = describeRule(armed, nowMs);
    if (index === current) return { ...status, ...(endsInSeconds !== undefined && { endsInSeconds }), phase };
    const isToCome = index > current || (this.#plan.repeats && current < this.#plan.phases.length);
    return { ...status, state: isToCome ? 'waiting' : 'ended', phase };
  }
}

function refuse({ name }: Rule, reason: string, remedy: string): UsageError {
  return new UsageError(`Cannot add fault ${quote(name)}: ${reason}. ${remedy}.`);
}
