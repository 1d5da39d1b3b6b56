import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { SessionRecorder } from '../../../src/cassette/session-recorder.ts';
import { startRecordingRun } from '../../support/recording-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A call and what it is answered with. */
type Line = readonly [call: string, answer: string];

/** One run of a recorder on a folder, and sessions that share it. */
function startRun(dir: string, run: number) {
  const { recorder, lock } = startRecordingRun(dir, run);
  return { session: () => new SessionRecorder(recorder), end: () => lock.release() };
}

async function record(session: SessionRecorder, story: readonly Line[]): Promise<void> {
  for (const [call, answer] of story) {
    const { key, operation } = identify(...(call.split(' ') as [string, string]));
    if (key === undefined || operation === undefined) throw new Error(call);
    const before = session.placeOf(key, 0);
    const at = operation.isWrite ? session.countWrite(key, operation) : before;
    const content = { document: { says: answer } };
    const recording = { status: 200, representation: 'json' as const, content };
    await session.store({ key, operation, region: 'us-east-1', recording, at });
  }
}

/** The files, but for the lock's; none where nothing was recorded. */
function read(dir: string): Record<string, string> {
  const folder = join(dir, 'default');
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name !== '.lock')
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

const line = fc.tuple(
  fc.constantFrom(
    'GET /restapis/a',
    'PATCH /restapis/a',
    'GET /restapis/a/stages/s',
    'DELETE /restapis/a/stages/s',
    'GET /restapis/b',
    'PATCH /restapis/b',
    'GET /account',
    'PATCH /account',
  ),
  fc.constantFrom('x', 'y'),
);
const story = fc.array(line, { maxLength: 8 });

test('what a session has recorded and discards leaves no trace, in the files or in what the run records next', async () => {
  await fc.assert(
    fc.asyncProperty(story, story, story, async (earlier, failed, next) => {
      const [dir, plain] = [temporaryFolder(), temporaryFolder()];
      for (const each of [dir, plain]) {
        const first = startRun(each, 1);
        const session = first.session();
        await session.start();
        await record(session, earlier);
        await first.end();
      }
      const before = read(dir);
      const [run, without] = [startRun(dir, 2), startRun(plain, 2)];
      const session = run.session();
      await record(session, failed);
      expect((await session.discard()).kept).toBe(0);
      expect(read(dir)).toEqual(before);

      await record(run.session(), next);
      await record(without.session(), next);
      expect(read(dir)).toEqual(read(plain));
      await run.end();
      await without.end();
    }),
    { numRuns: 30 },
  );
});
