import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Shelf } from '../../../src/cassette/shelf.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';
import { newTake, stagesAnswer, stagesKey } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function createShelf() {
  const dir = temporaryFolder();
  const failures: Error[] = [];
  const shelf = new Shelf({
    dir,
    redact: createRedactor([], []),
    replacesByErrors: false,
    followsLinks: false,
    onBroken: () => {},
    now: () => new Date(0),
    onFailure: (failure) => failures.push(failure),
  });
  return { shelf, failures, isLocked: (name: string) => existsSync(join(dir, name, '.lock')) };
}

describe('the shelf', () => {
  it('lends one and the same cassette to all who ask for it', () => {
    const { shelf } = createShelf();
    const [a, b] = [shelf.lend('a', 'additions'), shelf.lend('a', 'additions')];
    expect(a.cassette).toBe(b.cassette);
    expect(a.recorder).toBe(b.recorder);
    expect(shelf.lend('a', undefined).recorder).toBeUndefined();
    expect(shelf.lend('b', undefined).cassette).not.toBe(a.cassette);
    expect(shelf.cassettes.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('holds one lock for all recorders of a cassette, until the last one gives it back', async () => {
    const { shelf, failures, isLocked } = createShelf();
    const [anew, adding] = [shelf.lend('a', 'anew'), shelf.lend('a', 'additions')];
    await Promise.all([anew.recorder?.start(), adding.recorder?.start()]);
    await anew.recorder?.store(newTake(stagesKey('one'), stagesAnswer('A')));
    await adding.recorder?.store(newTake(stagesKey('two'), stagesAnswer('B')));
    expect(failures).toEqual([]);
    await anew.release();
    await anew.release();
    expect(isLocked('a')).toBe(true);
    await adding.release();
    expect(isLocked('a')).toBe(false);
    expect(shelf.cassettes).toEqual([]);
  });

  it('lends a cassette again while it is given back', async () => {
    const { shelf, failures, isLocked } = createShelf();
    const first = shelf.lend('a', 'anew');
    await first.recorder?.start();
    const released = first.release();
    const second = shelf.lend('a', 'anew');
    await Promise.all([released, second.recorder?.start()]);
    const stored = await second.recorder?.store(newTake(stagesKey(), stagesAnswer('A')));
    expect(stored?.interaction).toBeDefined();
    expect(failures).toEqual([]);
    expect(isLocked('a')).toBe(true);
    await second.release();
    expect(isLocked('a')).toBe(false);
  });

  it('begins a new run once all have given the cassette back', async () => {
    const { shelf } = createShelf();
    for (const stage of ['A', 'B']) {
      const loan = shelf.lend('a', 'anew');
      await loan.recorder?.store(newTake(stagesKey(), stagesAnswer(stage)));
      await loan.release();
    }
    const { cassette } = shelf.lend('a', undefined);
    await cassette.load('a1b2c3d4e5');
    expect(cassette.find(stagesKey())?.takes).toHaveLength(1);
  });
});
