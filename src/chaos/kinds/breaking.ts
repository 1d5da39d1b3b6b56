import type { PlannedAnswer } from '../../aws/apigateway/planned-answer.ts';
import { headerEntries, type RawHeaders } from '../../call.ts';
import { answerWith } from '../effect.ts';
import { type FaultKind, faultKind, type Introduction, type Parsed, type Shape } from '../fault-kind.ts';

/**
 * A kind that breaks what the call would have been answered with, which is what is recorded or an empty listing: in no
 * mode is anything forwarded. Where there is nothing to break, the call is not hit.
 */
export function breaking<S extends Shape>(
  introduction: Introduction<S>,
  breakAnswer: (answer: PlannedAnswer, parameters: Parsed<S>) => PlannedAnswer | undefined,
): FaultKind {
  return faultKind({
    ...introduction,
    needsOriginal: true,
    create: (parameters) => ({
      strike: ({ original }) => answerWith(breakAnswer(original.answer(), parameters)),
    }),
  });
}

/** The headers with another value for the one of that lower-case name, which stays in its place. */
export function replaceHeader(headers: RawHeaders, name: string, value: string): string[] {
  return [...headerEntries(headers)].flatMap(([key, old]) => [key, key.toLowerCase() === name ? value : old]);
}
