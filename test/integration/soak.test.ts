import { expect, test } from 'vitest';
import { soak } from '../torture/soak.ts';

// The whole of it, with others' speed: `npm run torture`.
test('everything that strangers can fill, filled at once, leaves restage alive, answering and small', async () => {
  const outcome = await soak({ calls: 2_000, held: 30, speedMs: 0 });
  expect(outcome).toMatchObject({ crashes: 0, failures: [] });
  expect(outcome.largestMb).toBeLessThan(300);
}, 60_000);
