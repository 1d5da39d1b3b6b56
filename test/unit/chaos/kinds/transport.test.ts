import { describe, expect, it } from 'vitest';
import { parseFaultSpec } from '../../../../src/chaos/parse-rule.ts';
import { ANSWER, answerOf } from '../../../support/victim.ts';

describe('what is recorded', () => {
  it.each([
    ['hang', { type: 'hang' }],
    ['reset', { type: 'reset', at: 'start' }],
    ['reset,at=start', { type: 'reset', at: 'start' }],
    ['reset,at=headers', { type: 'reset', at: 'headers' }],
    ['truncate', { type: 'truncate', bytes: 13 }],
    ['truncate,bytes=0', { type: 'truncate', bytes: 0 }],
    ['truncate,bytes=25', { type: 'truncate', bytes: 25 }],
    ['drip', { type: 'drip', bytesPerSecond: 100 }],
    ['drip,bytes-per-second=1', { type: 'drip', bytesPerSecond: 1 }],
  ])('is delivered by %s as it says, and is itself what it was', (spec, delivery) => {
    expect(ANSWER.body).toHaveLength(26);
    expect(answerOf(spec)).toEqual({ ...ANSWER, delivery });
  });

  it.each(['truncate,bytes=26', 'truncate,bytes=1000'])(
    'is not hit by %s, which would cut nothing off',
    (spec) => {
      expect(answerOf(spec)).toBeUndefined();
    },
  );
});

it.each([
  ['reset,at=end', "'at' takes 'start' or 'headers', not \"end\""],
  ['truncate,bytes=-1', "'bytes' takes a number of 0 or more"],
  ['drip,bytes-per-second=0', "'bytes-per-second' takes a number of 1 or more"],
  ['hang,ms=1', "hang has no 'ms'"],
])('%s is refused: %s', (spec, reason) => {
  expect(() => parseFaultSpec(spec)).toThrow(reason);
});
