import { createHash } from 'node:crypto';
import type { Effect, Fault } from './effect.ts';
import type { FaultKind } from './fault-kind.ts';
import type { Rule } from './rule.ts';
import { type Reserve, Schedule, type Turn } from './schedule.ts';
import { isInScope, itemOf, type Target } from './scope.ts';

/** A rule and what it has counted since it was armed. */
export class ArmedRule {
  readonly rule: Rule;
  readonly schedule: Schedule;
  /** Made when it first strikes: most rules of a quota never do. */
  #fault: Fault | undefined;
  readonly #kind: FaultKind;
  readonly #seed: number;

  constructor(rule: Rule, seed: number, nowMs: number, reserve?: Reserve) {
    const kind = rule.definition;
    this.rule = rule;
    this.#kind = kind;
    this.#seed = seed;
    const isRandom = kind.isRandom?.(rule.parameters) === true;
    const draw = (key: string, n: number): number => this.#draw('p', key, n);
    this.schedule = new Schedule(rule.schedule, draw, isRandom, nowMs, reserve);
  }

  /** Whether it looks at what is recorded. */
  get needsRecordings(): boolean {
    return this.#kind.needsOriginal === true || itemOf(this.rule.scope) !== undefined;
  }

  /** Counts the call; nothing when it is not in scope, or not the rule's time. */
  count(target: Target, nowMs: number): Turn | undefined {
    if (!isInScope(this.rule.scope, target)) return undefined;
    return this.schedule.count({ key: target.key, region: target.region, nowMs });
  }

  /** Does it to the call, which is then a hit; nothing when it cannot be done to this one. */
  strike(target: Target, turn: Turn): Effect | undefined {
    const { key, method, original, path, region, restApiId } = target;
    this.#fault ??= this.#kind.create(this.rule.parameters);
    const effect = this.#fault.strike({
      method,
      path,
      restApiId,
      region,
      draw: (purpose = 'effect') => this.#draw(purpose, key, turn.nOfKey),
      n: turn.n,
      original,
    });
    if (effect !== undefined) turn.hit();
    return effect;
  }

  /** A number for the n-th call of a key; `purpose` tells independent draws apart. */
  #draw(purpose: string, key: string, n: number): number {
    return drawNumber([this.#seed, this.rule.name, purpose, key, n]);
  }
}

/** A number from 0 up to 1 that depends on these parts alone: 48 bits of a hash, so that no order of calls matters. */
function drawNumber(parts: ReadonlyArray<string | number>): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUIntBE(0, 6) / 2 ** 48;
}
