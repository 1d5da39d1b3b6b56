import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Shelf } from '../../../src/cassette/shelf.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';
import { newTake, stagesAnswer, stagesKey } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function createShelf() {
  const dir = temporaryFolder();
  const failures: Error[] = [];
  const shelf = new Shelf({
    redact: createRedactor([], []),
    replacesByErrors: false,
    followsLinks: false,
    onBroken: () => {},
    now: () => new Date(0),
    onTimelines: () => {},
    onFailure: (failure) => failures.push(failure),
  });
  return { dir, shelf, failures, isLocked: (name: string) => existsSync(join(dir, name, '.lock')) };
}

describe('the shelf', () => {
  it('lends one and the same cassette to all who ask for it', () => {
    const { dir, shelf } = createShelf();
    const [a, b] = [shelf.lend(dir, 'a', 'additions'), shelf.lend(dir, 'a', 'additions')];
    expect(a.cassette).toBe(b.cassette);
    expect(a.recorder).toBe(b.recorder);
    expect(shelf.lend(dir, 'a', undefined).recorder).toBeUndefined();
    expect(shelf.lend(dir, 'b', undefined).cassette).not.toBe(a.cassette);
    expect(shelf.cassettes.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('tells cassettes apart by their folders, however these are written', () => {
    const { dir, shelf } = createShelf();
    const [one, other] = [
      shelf.lend(join(dir, 'x'), 'a', undefined),
      shelf.lend(join(dir, 'y'), 'a', undefined),
    ];
    expect(one.cassette).not.toBe(other.cassette);
    expect(shelf.lend(relative('.', join(dir, 'x')), 'a', undefined).cassette).toBe(one.cassette);
    expect(shelf.lend(join(dir, 'y', '..', 'x'), 'a', undefined).cassette).toBe(one.cassette);
    expect(shelf.find(join(dir, 'y', 'a'))).toBe(other.cassette);
    expect(shelf.find(join(dir, 'a'))).toBeUndefined();
  });

  it('holds one lock for all recorders of a cassette, until the last one gives it back', async () => {
    const { dir, shelf, failures, isLocked } = createShelf();
    const [anew, adding] = [shelf.lend(dir, 'a', 'anew'), shelf.lend(dir, 'a', 'additions')];
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
    const { dir, shelf, failures, isLocked } = createShelf();
    const first = shelf.lend(dir, 'a', 'anew');
    await first.recorder?.start();
    const released = first.release();
    const second = shelf.lend(dir, 'a', 'anew');
    await Promise.all([released, second.recorder?.start()]);
    const stored = await second.recorder?.store(newTake(stagesKey(), stagesAnswer('A')));
    expect(stored?.interaction).toBeDefined();
    expect(failures).toEqual([]);
    expect(isLocked('a')).toBe(true);
    await second.release();
    expect(isLocked('a')).toBe(false);
  });

  it('begins a new run once all have given the cassette back', async () => {
    const { dir, shelf } = createShelf();
    for (const stage of ['A', 'B']) {
      const loan = shelf.lend(dir, 'a', 'anew');
      await loan.recorder?.store(newTake(stagesKey(), stagesAnswer(stage)));
      await loan.release();
    }
    const { cassette } = shelf.lend(dir, 'a', undefined);
    await cassette.load('a1b2c3d4e5');
    expect(cassette.find(stagesKey())?.takes).toHaveLength(1);
  });
});
