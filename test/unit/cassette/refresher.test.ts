import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { FileStore } from '../../../src/cassette/file-store.ts';
import { type Interaction, writeCassetteFile } from '../../../src/cassette/format.ts';
import { interactionOf, stagesKey, takeOf } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ID = 'a1b2c3d4e5';
const key = stagesKey(ID);

const LOCK = { isHeld: () => true };

function recordingOf(stageName: string): Interaction {
  return interactionOf(key, [takeOf(stageName)]);
}

function textOf(...stageNames: readonly string[]): string {
  return writeCassetteFile(ID, stageNames.map(recordingOf));
}

/** A cassette whose one file is read already. */
async function openCassette({ followsLinks = false } = {}) {
  const dir = temporaryFolder();
  const folder = join(dir, 'default');
  mkdirSync(folder);
  const path = join(folder, `${ID}.json`);
  const told: string[] = [];
  const onBroken = ({ message }: Error) => told.push(message);
  const cassette = new Cassette(dir, 'default', { followsLinks, onBroken });
  await cassette.create();
  writeFileSync(path, textOf('prod'));
  await cassette.load(ID);
  const recorded = () =>
    cassette
      .find(key)
      ?.takes.map(({ content }) => JSON.stringify(content))
      .join() ?? 'nothing';
  return { cassette, dir, path, told, recorded };
}

describe('a file that changes is taken in', () => {
  it.each<[string, (path: string, text: string) => void]>([
    ['written over', (path, text) => writeFileSync(path, text)],
    [
      'put in its place, as git and editors do',
      (path, text) => {
        writeFileSync(`${path}.new`, text);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'removed and made anew',
      (path, text) => {
        rmSync(path);
        writeFileSync(path, text);
      },
    ],
    [
      'put there with an older date',
      (path, text) => {
        writeFileSync(path, text);
        utimesSync(path, 1, 1);
      },
    ],
    [
      'made a link to another file of the folder',
      (path, text) => {
        writeFileSync(`${path}.kept`, text);
        rmSync(path);
        symlinkSync(`${path}.kept`, path);
      },
    ],
  ])('when it is %s', async (_, change) => {
    const { cassette, path, recorded, told } = await openCassette();
    await cassette.refresh();
    expect(recorded()).toContain('prod');
    change(path, textOf('next'));
    expect(recorded(), 'nobody looked yet').toContain('prod');
    await cassette.refresh();
    expect(recorded()).toContain('next');
    expect(cassette.peek(ID)).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it('with all that it holds, and without what it does not hold any more', async () => {
    const { cassette, path, recorded } = await openCassette();
    const other = interactionOf(stagesKey(ID, 'vakw79'), [takeOf('beta')]);
    writeFileSync(path, writeCassetteFile(ID, [other]));
    await cassette.refresh();
    expect(recorded()).toBe('nothing');
    expect(cassette.find(other.key)?.takes).toEqual(other.takes);
  });

  it('when the file that a link leads to changes', async () => {
    const { cassette, dir, path, recorded } = await openCassette({ followsLinks: true });
    const elsewhere = join(dir, 'elsewhere.json');
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path);
    await cassette.refresh();
    writeFileSync(elsewhere, textOf('next'));
    await cassette.refresh();
    expect(recorded()).toContain('next');
  });

  it('not when it is the one that was read', async () => {
    const { cassette } = await openCassette();
    const before = cassette.find(key);
    await cassette.refresh();
    await cassette.refresh(true);
    expect(cassette.find(key)).toBe(before);
  });
});

describe('a file that cannot be used', () => {
  it.each<[string, (path: string) => void]>([
    ['is cut off', (path) => truncateSync(path, 40)],
    ['is empty', (path) => truncateSync(path, 0)],
    ['is of another API', (path) => writeFileSync(path, writeCassetteFile('other', []))],
    [
      'is a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      'is a link out of the folder',
      (path) => {
        renameSync(path, join(path, '..', '..', 'elsewhere'));
        symlinkSync('../elsewhere', path);
      },
    ],
  ])('and %s leaves the last one, which is told once', async (_, breakIt) => {
    const { cassette, path, recorded, told } = await openCassette();
    breakIt(path);
    await cassette.refresh();
    expect(told, 'it may be about to be written').toEqual([]);
    for (let i = 0; i < 3; i += 1) await cassette.refresh();
    await cassette.refresh(true);
    expect(recorded()).toContain('prod');
    expect(told).toEqual([expect.stringContaining(`Cannot take in the change of '${path}': `)]);

    rmSync(path, { recursive: true });
    writeFileSync(path, textOf('repaired'));
    await cassette.refresh();
    expect(recorded()).toContain('repaired');
    truncateSync(path, 40);
    await cassette.refresh();
    await cassette.refresh();
    expect(told, 'the next flaw is another one').toHaveLength(2);
  });

  it('is told at once to who asks', async () => {
    const { cassette, path, told } = await openCassette();
    truncateSync(path, 40);
    await cassette.refresh(true);
    expect(told).toHaveLength(1);
  });

  it('is never told when it was only about to be written', async () => {
    const { cassette, path, recorded, told } = await openCassette();
    const text = textOf('next');
    writeFileSync(path, text.slice(0, 40));
    await cassette.refresh();
    expect(recorded()).toContain('prod');
    writeFileSync(path, text);
    await cassette.refresh();
    await cassette.refresh();
    expect(recorded()).toContain('next');
    expect(told).toEqual([]);
  });
});

describe('a file that is gone', () => {
  it('is forgotten when it is found so twice', async () => {
    const { cassette, path, recorded, told } = await openCassette();
    rmSync(path);
    await cassette.refresh();
    expect(recorded(), 'it may be about to come back').toContain('prod');
    await cassette.refresh();
    expect(recorded()).toBe('nothing');
    expect(cassette.peek(ID)).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('is forgotten at once for who asks', async () => {
    const { cassette, path, recorded } = await openCassette();
    rmSync(path);
    await cassette.refresh(true);
    expect(recorded()).toBe('nothing');
  });
});

describe('what is recorded', () => {
  it('is not read again, and takes in what others write later', async () => {
    const { cassette, path, recorded } = await openCassette();
    await cassette.save(recordingOf('recorded'), LOCK);
    const before = cassette.find(key);
    await cassette.refresh();
    expect(cassette.find(key)).toBe(before);
    writeFileSync(path, textOf('edited'));
    await cassette.refresh();
    expect(recorded()).toContain('edited');
    await cassette.save(recordingOf('again'), LOCK);
    expect(readFileSync(path, 'utf8')).toContain('again');
  });

  it('is not lost to a file that changed before it is written', async () => {
    const { cassette, path, recorded } = await openCassette();
    let write = (): void => {};
    const writing = vi.spyOn(FileStore.prototype, 'write').mockReturnValueOnce(
      new Promise((resolve) => {
        write = resolve;
      }),
    );
    const saving = cassette.save(recordingOf('recorded'), LOCK);
    writeFileSync(path, textOf('edited'));
    await cassette.refresh(true);
    expect(recorded()).toContain('recorded');
    write();
    await saving;
    writing.mockRestore();
  });

  it('is no reason to pass over what somebody writes right after it', async () => {
    const { cassette, path, recorded } = await openCassette();
    await cassette.save(recordingOf('recorded'), LOCK);
    writeFileSync(path, textOf('edited'));
    await cassette.refresh();
    expect(recorded()).toContain('edited');
  });

  it('gives way to what others wrote before it, and is recorded with the next call', async () => {
    const { cassette, path, recorded } = await openCassette();
    writeFileSync(path, textOf('edited'));
    const refreshing = cassette.refresh();
    const saving = cassette.save(recordingOf('recorded'), LOCK);
    await expect(saving).rejects.toThrow('somebody else has changed it');
    await refreshing;
    expect(recorded()).toContain('edited');
    expect(readFileSync(path, 'utf8')).toContain('edited');
    await cassette.save(recordingOf('recorded'), LOCK);
    expect(recorded()).toContain('recorded');
    expect(readFileSync(path, 'utf8')).toContain('recorded');
  });
});
