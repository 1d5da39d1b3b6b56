import { expect, test } from 'vitest';
import { LatencyTally } from '../../../src/control/latency-tally.ts';

test('durations are counted up to each bound, and those beyond all', () => {
  const tally = new LatencyTally([0.1, 1]);
  for (const seconds of [0, 0.1, 0.5, 1, 7]) tally.add(seconds);
  expect(tally.cumulative).toEqual({ upTo: [2, 4], count: 5, sum: 8.6 });
});
