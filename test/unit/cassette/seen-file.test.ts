import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChangedError, isTemporary, SeenFile } from '../../../src/cassette/seen-file.ts';
import { readTextFile } from '../../../src/cassette/text-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Shorter and longer than what is written at once. */
const lengths = [10, 100_000];

/** A file in a new folder; `whenAsked` is done when it is asked whether the place is still right. */
function createFile(whenAsked: (path: string) => void = () => {}) {
  const folder = temporaryFolder();
  const path = join(folder, 'api.json');
  const readText = () => {
    const found = readTextFile(path);
    return typeof found === 'string' ? null : found;
  };
  return { folder, path, file: new SeenFile(path, readText, () => whenAsked(path)) };
}

/** What others do to a file; each says what must stand there afterwards. */
const changes: ReadonlyArray<readonly [string, (path: string) => void]> = [
  ['is edited in its place', (path) => writeFileSync(path, 'an edit')],
  [
    'is edited to the same length',
    (path) => writeFileSync(path, readFileSync(path, 'utf8').replaceAll('x', 'y')),
  ],
  [
    'is exchanged for another of the same length and date',
    (path) => {
      const { atime, mtime, size } = lstatSync(path);
      writeFileSync(`${path}.other`, 'z'.repeat(size));
      utimesSync(`${path}.other`, atime, mtime);
      renameSync(`${path}.other`, path);
    },
  ],
  ['is emptied', (path) => writeFileSync(path, '')],
  [
    'is exchanged for a link',
    (path) => {
      renameSync(path, `${path}.moved`);
      symlinkSync(`${path}.moved`, path);
    },
  ],
  [
    'is exchanged for a folder',
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
];

/** What stands at a path. */
function look(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'nothing';
  if (found.isFile()) return readFileSync(path, 'utf8');
  return found.isDirectory() ? 'a folder' : 'a link';
}

describe.each(lengths)('a file of %i bytes', (length) => {
  const text = 'x'.repeat(length);
  const longer = `${text}, and more`;

  it('is written again and again, and leaves nothing beside it', async () => {
    const { file, path, folder } = createFile();
    await file.write(text);
    await file.write(longer);
    expect(await file.read()).toBe(longer);
    await file.write(text);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['api.json']);
  });

  it.each(changes)('that %s after it was written is not written over', async (_, change) => {
    const { file, path } = createFile();
    await file.write(text);
    change(path);
    const before = look(path);
    await expect(file.write(longer)).rejects.toThrow(ChangedError);
    await expect(file.write(longer)).rejects.toThrow(
      `Cannot save a recording to '${path}': somebody else has changed it`,
    );
    expect(look(path)).toBe(before);
  });

  it.each(changes)('that %s after it was read is not written over', async (_, change) => {
    const { file, path } = createFile();
    writeFileSync(path, text);
    // Written by others in the same tick of the kernel's clock, it could not be told.
    utimesSync(path, 1, 1);
    await file.read();
    change(path);
    const before = look(path);
    await expect(file.write(longer)).rejects.toThrow(ChangedError);
    expect(look(path)).toBe(before);
  });

  it.each(changes)('that %s in the last moment is not written over', async (_, change) => {
    let act = (_path: string): void => {};
    const { file, path, folder } = createFile((asked) => act(asked));
    await file.write(text);
    act = change;
    await expect(file.write(longer)).rejects.toThrow(ChangedError);
    expect(readdirSync(folder).filter(isTemporary)).toEqual([]);
    expect(look(path)).not.toBe(longer);
  });

  it('that came from elsewhere is not written over', async () => {
    const { file, path } = createFile();
    expect(await file.read()).toBeNull();
    writeFileSync(path, text);
    await expect(file.write(text)).rejects.toThrow(ChangedError);
    writeFileSync(path, longer);
    await expect(file.write(text)).rejects.toThrow(ChangedError);
    expect(readFileSync(path, 'utf8')).toBe(longer);
  });

  it('that was removed is not made again', async () => {
    const { file, path } = createFile();
    await file.write(text);
    rmSync(path);
    await expect(file.write(longer)).rejects.toThrow('somebody has removed it since');
    expect(look(path)).toBe('nothing');
  });

  it('that holds what it held is written over, whatever became of its date and its number', async () => {
    const { file, path } = createFile();
    await file.write(text);
    utimesSync(path, 1, 1);
    await file.write(longer);
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
    await file.write(text);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('stays as it is when its place is not right any more, and nothing is left beside it', async () => {
    let reason: string | undefined;
    const { file, path, folder } = createFile(() => {
      if (reason !== undefined) throw new Error(reason);
    });
    await file.write(text);
    reason = 'the lock is gone';
    await expect(file.write(longer)).rejects.toThrow('the lock is gone');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(folder)).toEqual(['api.json']);
    reason = undefined;
    await file.write(longer);
    expect(readFileSync(path, 'utf8')).toBe(longer);
  });
});

describe('the temporary file', () => {
  /** The names that stood in the folder when the file was about to be renamed. */
  async function temporaryNames(writes: number): Promise<string[]> {
    const seen: string[] = [];
    const { file, folder } = createFile(() => seen.push(...readdirSync(folder).filter(isTemporary)));
    for (let i = 0; i < writes; i += 1) await file.write(`write ${i}`);
    return seen;
  }

  it('has another name each time, which nobody can foresee', async () => {
    const names = await temporaryNames(20);
    expect(new Set(names).size).toBe(20);
    for (const name of names) expect(name).toMatch(/^\.api\.json\.[0-9a-f-]{36}\.tmp$/);
  });

  it('has no other name: what it was written to is what is renamed', async () => {
    const { file, path, folder } = createFile();
    await file.write('one');
    linkSync(path, join(folder, 'kept'));
    await file.write('two');
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('one');
  });

  it.each([
    ['.api.json.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.tmp', true],
    ['.%sha256-00.json.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.tmp', true],
    ['.api.json.tmp', false],
    ['.api.json.mine.tmp', false],
    ['api.json.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.tmp', false],
    ['.api.txt.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.tmp', false],
    ['.api.json.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.tmp.bak', false],
    ['api.json', false],
    ['.lock', false],
    ['.lock.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.draft', false],
    ['.gitignore', false],
  ])('%s: %s', (name, expected) => {
    expect(isTemporary(name)).toBe(expected);
  });
});
