import { describe, expect, test } from 'vitest';
import { startMoto, whyNoMoto } from '../support/moto.ts';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { calledByShop } from '../support/seen-operations.ts';
import { keepShop } from '../support/shop.ts';

/** Has a recording restage answer the program, then a replaying one that has no upstream, and compares. */
async function expectTheSameOffline(upstream: string): Promise<void> {
  const dir = await temporaryFolder();
  const recording = await run('record', { dir, upstream });
  const recorded = await keepShop(recording.url);
  const calls = recording.calls();
  await recording.close();
  const replay = await run('replay', { dir });
  const replayed = await keepShop(replay.url);

  expect(recording.failures).toEqual([]);
  expect(calls.map(({ outcome }) => outcome)).toEqual(recorded.map(() => 'recorded'));
  expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual(calledByShop);
  expect(replay.calls().map(({ outcome }) => outcome)).toEqual(recorded.map(() => 'replayed'));
  expect(replayed).toEqual(recorded);
}

describe('a program that makes, reads, changes and deletes APIs', () => {
  test('is answered offline as by the stand-in', async () => {
    const service = await startService({ credentials: [credentials] });
    await expectTheSameOffline(service.url);
  });

  test('is answered offline as by moto', async (context) => {
    const reason = whyNoMoto();
    if (reason !== undefined) {
      // Reporters count skipped tests and rarely say why.
      console.warn(`Skipped the test with moto as the upstream: ${reason}.`);
      context.skip(reason);
    }
    const moto = await startMoto();
    try {
      await expectTheSameOffline(moto.url);
    } finally {
      await moto.close();
    }
  });
});
