import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { FileStore } from '../../../src/cassette/file-store.ts';
import { listCassettes } from '../../../src/cassette/folder.ts';
import { type Interaction, writeCassetteFile } from '../../../src/cassette/format.ts';
import { CallError, FailureError } from '../../../src/errors.ts';
import { interactionOf, stagesKey, takeOf } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ID = 'a1b2c3d4e5';
const recorded = interactionOf(stagesKey(ID), [takeOf('prod')]);
const file = writeCassetteFile(ID, [recorded]);

/** A folder of cassettes with one that is empty. */
function createFolders() {
  const dir = temporaryFolder();
  const folder = join(dir, 'default');
  mkdirSync(folder);
  return { dir, folder, path: join(folder, `${ID}.json`), cassette: new Cassette(dir, 'default') };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('reading', () => {
  it('gives what the file of the API holds, by key', async () => {
    const { cassette, path } = createFolders();
    writeFileSync(path, file);
    expect(cassette.peek(ID), 'nothing is read before it is needed').toBeUndefined();
    expect((await cassette.load(ID)).map(({ key }) => key.text)).toEqual([recorded.key.text]);
    expect(cassette.peek(ID)?.length).toBe(1);
    expect(cassette.find(recorded.key)?.takes).toEqual(recorded.takes);
    expect(cassette.find(stagesKey(ID, 'vakw79'))).toBeUndefined();
  });

  it('leaves out a byte order mark, and writes none', async () => {
    const { cassette, path } = createFolders();
    writeFileSync(path, `\ufeff${file}`);
    expect(await cassette.load(ID)).toHaveLength(1);
    await cassette.save(interactionOf(stagesKey(ID), [takeOf('next')]));
    expect(readFileSync(path, 'utf8')).toBe(file.replace('prod', 'next'));
  });

  it('reads once for all who need the file, and not again', async () => {
    const { cassette, path } = createFolders();
    writeFileSync(path, file);
    const [one, two] = await Promise.all([cassette.load(ID), cassette.load(ID)]);
    expect(one).toBe(two);
    writeFileSync(path, 'broken since');
    expect(await cassette.load(ID)).toBe(one);
  });

  it('finds nothing, and remembers nothing, of an API without a file', async () => {
    const { cassette, path } = createFolders();
    expect((await cassette.load(ID)).length).toBe(0);
    expect(cassette.peek(ID)).toBeUndefined();
    writeFileSync(path, file);
    expect((await cassette.load(ID)).length).toBe(1);
  });

  it.each([
    ['missing', 'default'],
    ['.', 'missing'],
  ])('finds nothing without a folder %s/%s', async (dir, name) => {
    const cassette = new Cassette(join(temporaryFolder(), dir), name);
    expect((await cassette.load(ID)).length).toBe(0);
    expect(await cassette.listApis()).toEqual([]);
  });

  it('follows a link to a file within the folder', async () => {
    const { cassette, path, folder } = createFolders();
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept', 'file.json'), file);
    symlinkSync(join('kept', 'file.json'), path);
    expect((await cassette.load(ID)).length).toBe(1);
  });

  it('reads a folder of cassettes that is a link itself', async () => {
    const { dir, path } = createFolders();
    writeFileSync(path, file);
    const link = join(temporaryFolder(), 'link');
    symlinkSync(dir, link);
    expect((await new Cassette(link, 'default').load(ID)).length).toBe(1);
  });
});

describe('a file that cannot be used', () => {
  /** Things in the place of a file; each returns what must be the same afterwards. */
  const obstacles: ReadonlyArray<
    readonly [
      string,
      RegExp,
      (place: { dir: string; folder: string; path: string }) => (() => string) | undefined,
    ]
  > = [
    [
      'is broken',
      /not JSON/,
      ({ path }) => {
        writeFileSync(path, '{"restage":1');
        return () => readFileSync(path, 'utf8');
      },
    ],
    [
      'is empty',
      /not JSON/,
      ({ path }) => {
        writeFileSync(path, '');
        return () => readFileSync(path, 'utf8');
      },
    ],
    [
      'is of another version',
      /version 1/,
      ({ path }) => {
        writeFileSync(path, file.replace('"restage": 1', '"restage": 99'));
        return () => readFileSync(path, 'utf8');
      },
    ],
    [
      'names another API',
      /another API, 'other'/,
      ({ path }) => {
        writeFileSync(path, file.replace(ID, 'other'));
        return () => readFileSync(path, 'utf8');
      },
    ],
    [
      'is a link out of the folder',
      /link out of the folder/,
      ({ dir, path }) => {
        const target = join(dir, 'elsewhere.json');
        writeFileSync(target, file);
        symlinkSync(target, path);
        return () => readFileSync(target, 'utf8');
      },
    ],
    [
      'is a link to a folder whose name begins alike',
      /link out of the folder/,
      ({ dir, path }) => {
        mkdirSync(join(dir, 'default-2'));
        const target = join(dir, 'default-2', `${ID}.json`);
        writeFileSync(target, file);
        symlinkSync(target, path);
        return () => readFileSync(target, 'utf8');
      },
    ],
    [
      'is a link to nothing',
      /ENOENT/,
      ({ dir, path }) => {
        symlinkSync(join(dir, 'missing.json'), path);
        return () => String(existsSync(join(dir, 'missing.json')));
      },
    ],
    [
      'is a link to itself',
      /ELOOP/,
      ({ path }) => {
        symlinkSync(path, path);
        return undefined;
      },
    ],
    [
      'is a folder',
      /it is not a file/,
      ({ path }) => {
        mkdirSync(path);
        return () => readdirSync(path).join();
      },
    ],
    [
      'is a link to a folder inside',
      /it is not a file/,
      ({ folder, path }) => {
        mkdirSync(join(folder, 'inside'));
        symlinkSync('inside', path);
        return () => readdirSync(join(folder, 'inside')).join();
      },
    ],
    [
      'is a pipe, which would never end',
      /it is not a file/,
      ({ path }) => {
        execFileSync('mkfifo', [path]);
        return undefined;
      },
    ],
    [
      'is a link to a pipe inside',
      /it is not a file/,
      ({ folder, path }) => {
        execFileSync('mkfifo', [join(folder, 'pipe')]);
        symlinkSync('pipe', path);
        return undefined;
      },
    ],
    [
      'is far too long',
      /more than 64 MB/,
      ({ path }) => {
        writeFileSync(path, file);
        truncateSync(path, 64 * 1024 * 1024 + 1);
        return undefined;
      },
    ],
    [
      'is a link to one inside that is far too long',
      /more than 64 MB/,
      ({ folder, path }) => {
        writeFileSync(join(folder, 'long'), file);
        truncateSync(join(folder, 'long'), 64 * 1024 * 1024 + 1);
        symlinkSync('long', path);
        return undefined;
      },
    ],
    [
      'lies in a folder that is a link',
      /the folder is a link to another place/,
      ({ dir, folder, path }) => {
        renameSync(folder, join(dir, 'real'));
        symlinkSync('real', folder);
        writeFileSync(path, file);
        return () => readFileSync(path, 'utf8');
      },
    ],
    [
      'lies in a folder that is a file',
      /ENOTDIR/,
      ({ dir, folder }) => {
        renameSync(folder, join(dir, 'real'));
        writeFileSync(folder, 'a file');
        return () => readFileSync(folder, 'utf8');
      },
    ],
  ];

  it.each(obstacles)(
    'since it %s, is named with the reason, and left as it is',
    async (_, reason, prepare) => {
      const places = createFolders();
      const content = prepare(places);
      const before = content?.();
      for (const attempt of [places.cassette.load(ID), places.cassette.open(ID), places.cassette.load(ID)]) {
        const error = await failureOf(attempt);
        expect(error).toBeInstanceOf(CallError);
        expect(error).toMatchObject({ type: 'CassetteUnreadableException', status: 400 });
        expect(String(error)).toMatch(reason);
        expect(String(error)).toContain(places.path);
      }
      await expect(places.cassette.save(recorded)).rejects.toThrow('is not open');
      expect(content?.()).toBe(before);
    },
  );

  it('can be used once it is repaired', async () => {
    const { cassette, path } = createFolders();
    writeFileSync(path, 'broken');
    await expect(cassette.load(ID)).rejects.toThrow(CallError);
    writeFileSync(path, file);
    expect((await cassette.load(ID)).length).toBe(1);
  });
});

describe('saving', () => {
  it('writes the file, beside what it held', async () => {
    const { cassette, path, folder } = createFolders();
    writeFileSync(path, file);
    await cassette.open(ID);
    const filtered = interactionOf(stagesKey(ID, 'vakw79'), [takeOf('prod')]);
    await cassette.save(filtered);
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, [recorded, filtered]));
    expect(readdirSync(folder)).toEqual([`${ID}.json`]);
  });

  it('makes the first file of an API that was opened', async () => {
    const { cassette, path } = createFolders();
    await cassette.open(ID);
    expect(cassette.peek(ID)?.length).toBe(0);
    await cassette.save(recorded);
    expect(readFileSync(path, 'utf8')).toBe(file);
  });

  it('refuses what was not opened', async () => {
    const { cassette } = createFolders();
    await expect(cassette.save(recorded)).rejects.toThrow(`API '${ID}' is not open`);
  });

  it('holds each of many that are saved at once', async () => {
    const { cassette, path } = createFolders();
    await cassette.open(ID);
    const all = Array.from({ length: 20 }, (_, i) => interactionOf(stagesKey(ID, `d${i}`), [takeOf('prod')]));
    await Promise.all(all.map((one) => cassette.save(one)));
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, all));
  });

  it.each(Array.from({ length: 12 }, (_, steps) => [steps]))(
    'is not undone by an opening that begins %i steps after the one before has read',
    async (steps) => {
      const { cassette } = createFolders();
      const reads: ((recordings: Map<string, Interaction> | null) => void)[] = [];
      const begun = [deferred(), deferred()];
      const read = vi.spyOn(FileStore.prototype, 'read').mockImplementation(() => {
        begun[reads.length]?.resolve();
        return new Promise((resolve) => reads.push(resolve as (recordings: unknown) => void));
      });
      onTestFinished(() => read.mockRestore());

      const first = cassette.open(ID);
      await begun[0]?.promise;
      reads[0]?.(null);
      for (let i = 0; i < steps; i += 1) await Promise.resolve();
      const second = cassette.open(ID);
      await first;
      await cassette.save(recorded);
      await Promise.race([second, begun[1]?.promise]);
      reads[1]?.(new Map());
      await second;
      expect(cassette.find(recorded.key)).toBe(recorded);
    },
  );
});

describe('the folder', () => {
  it('is made with those above it, again and again', async () => {
    const cassette = new Cassette(join(temporaryFolder(), 'a', 'b'), 'c');
    await cassette.create();
    await cassette.create();
    expect(readdirSync(cassette.folder)).toEqual([]);
  });

  it('is refused when it is a link to another place, or to nothing', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'real'));
    symlinkSync('real', join(dir, 'link'));
    symlinkSync('missing', join(dir, 'dangling'));
    await expect(new Cassette(dir, 'link').create()).rejects.toThrow(FailureError);
    await expect(new Cassette(dir, 'link').create()).rejects.toThrow('the folder is a link to another place');
    await expect(new Cassette(dir, 'dangling').create()).rejects.toThrow(FailureError);
    expect(readdirSync(join(dir, 'real'))).toEqual([]);
    expect(existsSync(join(dir, 'missing'))).toBe(false);
  });

  it('is refused when a file is in the way', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'file'), '');
    await expect(new Cassette(dir, 'file').create()).rejects.toThrow(/Cannot create '.*file': .*'--dir'/);
    await expect(new Cassette(join(dir, 'file'), 'x').create()).rejects.toThrow(FailureError);
  });

  it('tells the ids of the APIs that have a file, in order, and nothing else', async () => {
    const { cassette, folder } = createFolders();
    for (const name of [
      'zz.json',
      'a%42.json',
      '.lock',
      '.zz.json.tmp',
      'README.md',
      'Zz.json',
      '%sha256-00.json',
    ])
      writeFileSync(join(folder, name), '');
    expect(await cassette.listApis()).toEqual(['aB', 'zz']);
  });

  it('is freed from what writes that did not end have left', async () => {
    const { cassette, folder } = createFolders();
    mkdirSync(join(folder, '.b.json.tmp', 'inside'), { recursive: true });
    for (const name of ['.a.json.tmp', 'a.json', '.lock', '.gitkeep']) writeFileSync(join(folder, name), '');
    await cassette.removeLeftovers();
    expect(readdirSync(folder)).toEqual(['.gitkeep', '.lock', 'a.json']);
  });
});

describe('a folder that is exchanged for a link while it is in use', () => {
  it('is not read from any more', async () => {
    const { cassette, dir, folder, path } = createFolders();
    writeFileSync(path, file);
    expect(await cassette.load(ID)).toHaveLength(1);
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    renameSync(folder, elsewhere);
    writeFileSync(join(elsewhere, 'other.json'), writeCassetteFile('other', []));
    symlinkSync(elsewhere, join(dir, 'default'));
    await expect(cassette.load('other')).rejects.toThrow('the folder is a link to another place');
  });
});

describe('writing', () => {
  it('refuses what could not be read again, and goes on without it', async () => {
    const { cassette, path } = createFolders();
    const huge = interactionOf(stagesKey(ID), [takeOf('x'.repeat(64 * 1024 * 1024))]);
    const other = interactionOf(stagesKey(ID, 'vakw79'), [takeOf('prod')]);
    await cassette.open(ID);
    await cassette.save(recorded);
    await expect(cassette.save(huge)).rejects.toThrow('it has more than 64 MB');
    expect(cassette.find(huge.key)).toBe(recorded);
    await cassette.save(other);
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, [recorded, other]));
  });
});

describe('the folder of cassettes', () => {
  it('tells their names, or nothing when there is none', async () => {
    const dir = temporaryFolder();
    for (const name of ['b', 'a']) mkdirSync(join(dir, name));
    expect(await listCassettes(dir)).toEqual(['a', 'b']);
    expect(await listCassettes(join(dir, 'missing'))).toEqual([]);
  });
});
