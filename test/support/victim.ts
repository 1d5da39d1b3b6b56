import { type PlannedAnswer, plannedRendering } from '../../src/aws/apigateway/planned-answer.ts';
import type { Effect, Original, Victim } from '../../src/chaos/effect.ts';
import { faultKinds } from '../../src/chaos/fault.ts';
import { parseFaultSpec } from '../../src/chaos/parse-rule.ts';

/** An answer as a take is answered with, 26 bytes long. */
export const ANSWER: PlannedAnswer = plannedRendering(200, {
  contentType: 'application/json',
  body: '{"item":[{"x":"é 1.0"}]}\n',
});

/** What nothing is recorded for. */
export const NO_ORIGINAL: Original = {
  answer: () => ANSWER,
  earlier: () => undefined,
  altered: () => undefined,
  hasItem: () => false,
};

/** A call that a fault strikes. */
export function makeVictim(parts: Partial<Victim> = {}): Victim {
  return {
    method: 'GET',
    path: '/restapis/a1b2c3d4e5/stages',
    restApiId: 'a1b2c3d4e5',
    region: 'eu-west-1',
    draw: () => 0.5,
    n: 1,
    original: NO_ORIGINAL,
    ...parts,
  };
}

/** What the fault of a spec does to a call. */
export function strike(spec: string, parts: Partial<Victim> = {}): Effect | undefined {
  const { kind, parameters } = parseFaultSpec(spec);
  return faultKinds[kind]?.create(parameters).strike(makeVictim(parts));
}

/** What the fault of a spec answers with; nothing when it does not. */
export function answerOf(spec: string, parts: Partial<Victim> = {}): PlannedAnswer | undefined {
  const effect = strike(spec, parts);
  return effect?.type === 'answer' ? effect.answer : undefined;
}
