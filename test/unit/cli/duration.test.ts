import { expect, it } from 'vitest';
import { formatDuration } from '../../../src/cli/duration.ts';

it.each([
  [0, '0ms'],
  [0.4, '0ms'],
  [34.5, '35ms'],
  [999.4, '999ms'],
  [999.5, '1.0s'],
  [1249, '1.2s'],
  [59_949, '59.9s'],
  [59_950, '1m00s'],
  [125_000, '2m05s'],
  [3_599_499, '59m59s'],
  [3_599_500, '1h00m'],
  [10_920_000, '3h02m'],
])('%d ms is %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});
