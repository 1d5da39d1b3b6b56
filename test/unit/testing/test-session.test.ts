import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RestageSession } from '../../../src/index.ts';
import { TestSession } from '../../../src/testing/test-session.ts';
import { ask } from '../../support/recorded.ts';
import { readCassette, run, startService } from '../../support/restage.ts';
import { sample } from '../../support/stand-in.ts';

const STAGES = `/@s/restapis/${sample.oneStage}/stages`;

/** A session that records, and the test that it is of. */
async function recordingTest(
  mode: 'record' | 'auto',
  change: (session: RestageSession) => Partial<RestageSession>,
) {
  const service = await startService();
  const restage = await run(mode, { upstream: service.url });
  const session = await restage.session('s', { cassette: 'own' });
  const said: string[] = [];
  const call = () => ask(restage.url, service, STAGES);
  const opened = new TestSession({
    session: { ...session, ...change(session) },
    place: { file: join(restage.dir, 'x.test.ts'), name: 'x', record: 'record x' },
    settings: restage.settings,
    strict: true,
    failures: [],
    say: (text) => said.push(text),
  });
  return { opened, call, said, held: async () => Object.keys(await readCassette(restage.dir, 'own')) };
}

test('a failed test leaves nothing of a call that is answered while what it recorded is taken back', async () => {
  let late: Awaited<ReturnType<typeof ask>> | undefined;
  const { opened, call, held } = await recordingTest('record', (session) => ({
    discard: async () => {
      const discarded = await session.discard();
      late = await call();
      return discarded;
    },
  }));
  expect((await call()).outcome).toBe('recorded');
  await opened.end('failed');
  expect(late?.type).toBe('SessionEndedException');
  expect(await held()).toEqual([]);
});

test('a test whose end cannot be judged fails, and leaves nothing', async () => {
  const { opened, call, said, held } = await recordingTest('auto', () => ({
    unused: () => Promise.reject(new Error('a file cannot be read')),
  }));
  expect((await call()).outcome).toBe('recorded');
  await expect(opened.end('passed')).rejects.toThrow('a file cannot be read');
  expect(said).toEqual([expect.stringContaining("restage: 'x' made 1 call in mode auto:")]);
  expect(await held()).toEqual([]);
});
