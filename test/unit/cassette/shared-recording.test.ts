import { expect, test } from 'vitest';
import { Shelf } from '../../../src/cassette/shelf.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';
import { newTake, stagesAnswer, stagesKey } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('two kinds of recorders of one cassette keep what the other has recorded', async () => {
  const dir = temporaryFolder();
  const shelf = new Shelf({
    redact: createRedactor([], []),
    replacesByErrors: false,
    followsLinks: false,
    onBroken: () => {},
    now: () => new Date(0),
    onTimelines: () => {},
    onFailure: (failure) => expect.unreachable(failure.message),
  });
  const anew = shelf.lend(dir, 'default', 'anew');
  const additions = shelf.lend(dir, 'default', 'additions');
  const key = stagesKey('a1b2c3d4e5');
  const record = (loan: typeof anew, stage: string) =>
    loan.recorder?.store(newTake(key, stagesAnswer(stage)));

  await record(additions, 'first');
  await record(anew, 'second');
  await record(additions, 'third');
  await record(anew, 'fourth');

  const stages = anew.cassette.find(key)?.takes.map(({ content }) => content.stages);
  // What came before the first answer that is recorded anew is of an earlier run.
  expect(stages).toMatchObject([
    [{ stageName: 'second' }],
    [{ stageName: 'third' }],
    [{ stageName: 'fourth' }],
  ]);
  await Promise.all([anew.release(), additions.release()]);
});
