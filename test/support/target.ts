import { plannedRendering } from '../../src/aws/apigateway/planned-answer.ts';
import type { Original } from '../../src/chaos/effect.ts';
import { parseFault } from '../../src/chaos/parse-rule.ts';
import { RuleSet, type Target } from '../../src/chaos/rule-set.ts';

const nothingRecorded: Original = {
  answer: () => plannedRendering(200, { contentType: 'application/json', body: '{"item":[]}\n' }),
  earlier: () => undefined,
  altered: () => undefined,
  hasItem: () => false,
};

/** A call as rules see it: of one key, nothing recorded, unless said otherwise. */
export function targetOf(fields: Partial<Target> = {}): Target {
  return {
    key: 'k',
    operation: 'GetStages',
    method: 'GET',
    path: '/restapis/a1b2c3d4e5/stages',
    restApiId: 'a1b2c3d4e5',
    deploymentId: undefined,
    region: 'us-east-1',
    session: undefined,
    attempt: undefined,
    headers: [],
    original: nothingRecorded,
    ...fields,
  };
}

/** An {@link Original} with these stages. */
export function originalWith(...stages: readonly string[]): Original {
  return { ...nothingRecorded, hasItem: (name) => stages.includes(name) };
}

/** So many calls. */
export function calls(count: number, fields: Partial<Target> = {}): Target[] {
  return Array.from({ length: count }, () => targetOf(fields));
}

/** A clock that stands still until it is moved. */
export class FakeClock {
  nowMs = 0;
  readonly elapsed = (): number => this.nowMs;

  /** Moves it on. */
  pass(seconds: number): void {
    this.nowMs += seconds * 1000;
  }
}

/** Rules as text or objects, on a clock of their own or a given one. */
export function ruleSetOf(
  faults: readonly unknown[],
  { seed = 1, clock = new FakeClock() }: { seed?: number; clock?: FakeClock } = {},
): RuleSet {
  return new RuleSet(
    faults.map((fault) => parseFault(fault)),
    { seed, elapsed: clock.elapsed },
  );
}

/** The status each of some calls is answered with; `-` for none. */
export function statuses(rules: RuleSet, targets: readonly Target[]): string {
  return targets.map((target) => rules.strike(target).answer?.planned.status ?? '-').join(' ');
}
