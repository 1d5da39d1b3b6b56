import type { Alteration } from '../aws/apigateway/operation.ts';
import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import type { ErrorSubject } from '../aws/apigateway/service-error.ts';

/** What a fault does to a call. */
export type Effect =
  | { readonly type: 'answer'; readonly answer: PlannedAnswer }
  | { readonly type: 'delay'; readonly delayMs: number };

/** What the call would have been answered with, for faults that break an answer rather than make one of their own. */
export interface Original {
  /** What is recorded and whose turn it is, or an empty listing where there is nothing; it uses up no take. */
  readonly answer: () => PlannedAnswer;
  /** The take so many places before the one whose turn it is; nothing when there is none. */
  readonly earlier: (places: number) => PlannedAnswer | undefined;
  /** The recorded answer, altered; nothing when nothing is recorded that could be altered so. */
  readonly altered: (alteration: Alteration) => PlannedAnswer | undefined;
  /** Whether the call's path names this thing, or the recorded answer lists it. */
  readonly hasItem: (name: string) => boolean;
}

/** What a fault may look at. */
export interface Victim extends ErrorSubject {
  /** A number from 0 up to 1 that belongs to this call and this rule; another one for each purpose. */
  readonly draw: (purpose?: string) => number;
  /** How many calls the rule has counted with this one, from 1: of this key with `per=key`, else of all. */
  readonly n: number;
  readonly original: Original;
}

/** One fault, its parameters filled in. */
export interface Fault {
  /** What it does to the call; nothing when it cannot be done to this one, which then counts as not hit. */
  strike(victim: Victim): Effect | undefined;
}

/** The effect of answering with this; nothing when there is nothing to answer with. */
export function answerWith(answer: PlannedAnswer | undefined): Effect | undefined {
  return answer && { type: 'answer', answer };
}
