import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../src/journal/entry.ts';
import { findEarlyEnds } from '../../../src/retries/early-end.ts';
import { attemptsOf, logOf, START } from '../../support/attempts.ts';

/** A call by the statuses of its answers; what does not differ is that of a client which does not say how often it tries. */
type Told = readonly [statuses: readonly number[], fields?: Partial<JournalEntry>];

/** The calls that were given up early, each as `attempts of how many`. */
function early(...calls: readonly Told[]): string[] {
  const entries = calls.flatMap(([statuses, fields], i) =>
    attemptsOf(statuses, [], { invocationId: `${i}`, start: START + 1000 * i, ...fields }),
  );
  return [...findEarlyEnds(logOf(entries).calls)].map(([call, most]) => `${call.attempts.length} of ${most}`);
}

describe('a call that was given up early', () => {
  it.each<[string, readonly Told[], string[]]>([
    ['has fewer attempts than its client says', [[[503, 503], { maxAttempts: 3 }]], ['2 of 3']],
    ['has fewer than other calls of its client', [[[503, 503, 200]], [[503]]], ['1 of 3']],
    [
      'is known by what its client says before what its other calls tell',
      [
        [[503, 503, 503, 200], { maxAttempts: 9 }],
        [[503], { maxAttempts: 3 }],
      ],
      ['1 of 3'],
    ],
    ['is found whatever comes first', [[[429]], [[429, 200]]], ['1 of 2']],
    ['may end without an answer', [[[0, 0, 200]], [[0]]], ['1 of 3']],
    [
      'is told of each client for itself',
      [
        [[503, 503, 200], { client: 'a' }],
        [[503], { client: 'b' }],
        [[503], { client: 'a' }],
      ],
      ['1 of 3'],
    ],
    [
      'is none that was tried as often as may be',
      [[[503, 503, 503], { maxAttempts: 3 }], [[503, 503, 503]]],
      [],
    ],
    ['is none of a client that may try once', [[[503, 200]], [[503], { maxAttempts: 1 }]], []],
    ['is none that succeeded', [[[503, 503, 200]], [[200]], [[503, 200]]], []],
    ['is none that failed for good', [[[503, 503, 200]], [[404]]], []],
    [
      'is none whose answer its client never retried',
      [[[503, 503, 200]], [[418], { outcome: 'faulted', fault: 'status' }], [[501]]],
      [],
    ],
    [
      'is none with an answer that clients take for whole',
      [
        [[200, 200, 503], { maxAttempts: 3 }],
        [[200], { damaged: true, maxAttempts: 3 }],
      ],
      [],
    ],
    ['is none whose client went away', [[[503, 503, 200]], [[503], { abandoned: true }]], []],
    [
      'is none without an invocation id, whose attempts are a guess',
      [[[503, 503, 200]], [[503], { invocationId: undefined, restApiId: 'other' }]],
      [],
    ],
    [
      'is none whose first attempts did not get as far as here',
      [[[503, 503, 200]], [[503], { attempt: 3, maxAttempts: 3 }]],
      [],
    ],
  ])('%s', (_, calls, expected) => {
    expect(early(...calls)).toEqual(expected);
  });
});
