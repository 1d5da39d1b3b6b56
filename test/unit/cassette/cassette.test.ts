import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { memoryBounds } from '../../../src/bounds.ts';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { CassetteFiles, type WriteLock } from '../../../src/cassette/cassette-files.ts';
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

/** A lock that is never lost. */
const LOCK: WriteLock = { isHeld: () => true };

/** Opens the API in a folder that is ready to be recorded to. */
async function openIn(cassette: Cassette): Promise<void> {
  await cassette.create();
  await cassette.open(ID);
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
    await openIn(cassette);
    expect(cassette.peek(ID)).toHaveLength(1);
    await cassette.save(interactionOf(stagesKey(ID), [takeOf('next')]), LOCK);
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
      await expect(places.cassette.save(recorded, LOCK)).rejects.toThrow('is not open');
      expect(content?.()).toBe(before);
    },
  );

  it('is read once, as long as it stays as it is and there are few of its kind', async () => {
    const { cassette, folder } = createFolders();
    const ids = Array.from({ length: memoryBounds.unreadableFiles + 1 }, (_, i) => `broken${i}`);
    for (const id of ids) writeFileSync(join(folder, `${id}.json`), 'broken');
    const reads = vi.spyOn(CassetteFiles.prototype, 'read');
    onTestFinished(() => reads.mockRestore());
    const [first = '', ...others] = ids;
    const failures = [await failureOf(cassette.load(first)), await failureOf(cassette.load(first))];
    expect(failures[1]).toBe(failures[0]);
    expect(failures[0]).toBeInstanceOf(CallError);
    expect(reads).toHaveBeenCalledTimes(1);
    for (const id of [...others, first]) await failureOf(cassette.load(id));
    expect(reads).toHaveBeenCalledTimes(ids.length + 1);
  });

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
    await openIn(cassette);
    const filtered = interactionOf(stagesKey(ID, 'vakw79'), [takeOf('prod')]);
    await cassette.save(filtered, LOCK);
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, [recorded, filtered]));
    expect(readdirSync(folder)).toEqual([`${ID}.json`]);
  });

  it('puts a file in the place of a link within the folder, and leaves what the link leads to', async () => {
    const { cassette, path, folder } = createFolders();
    writeFileSync(join(folder, 'kept'), file);
    symlinkSync('kept', path);
    await openIn(cassette);
    for (const filter of ['one', 'two'])
      await cassette.save(interactionOf(stagesKey(ID, filter), [takeOf('prod')]), LOCK);
    expect(readFileSync(path, 'utf8')).toContain('"two"');
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe(file);
  });

  it('makes the first file of an API that was opened', async () => {
    const { cassette, path } = createFolders();
    await openIn(cassette);
    expect(cassette.peek(ID)?.length).toBe(0);
    await cassette.save(recorded, LOCK);
    expect(readFileSync(path, 'utf8')).toBe(file);
  });

  it('refuses what was not opened', async () => {
    const { cassette } = createFolders();
    await expect(cassette.save(recorded, LOCK)).rejects.toThrow(`API '${ID}' is not open`);
  });

  it('holds each of many that are saved at once', async () => {
    const { cassette, path } = createFolders();
    await openIn(cassette);
    const all = Array.from({ length: 20 }, (_, i) => interactionOf(stagesKey(ID, `d${i}`), [takeOf('prod')]));
    await Promise.all(all.map((one) => cassette.save(one, LOCK)));
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, all));
  });

  it.each(Array.from({ length: 12 }, (_, steps) => [steps]))(
    'is not undone by an opening that begins %i steps after the one before has read',
    async (steps) => {
      const { cassette } = createFolders();
      await cassette.create();
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
      await cassette.save(recorded, LOCK);
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

  it('is freed from the files that writes that did not end have left, and from nothing else', async () => {
    const { cassette, dir, folder } = createFolders();
    const leftover = (name: string) => `.${name}.json.5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11.tmp`;
    mkdirSync(join(folder, leftover('folder'), 'inside'), { recursive: true });
    writeFileSync(join(dir, 'outside'), 'as it was');
    symlinkSync('../outside', join(folder, leftover('link')));
    const others = ['.gitkeep', '.lock', '.mine.json.tmp', 'a.json'];
    for (const name of [leftover('a'), leftover('%sha256-00'), ...others])
      writeFileSync(join(folder, name), '');
    await cassette.removeLeftovers();
    expect(readdirSync(folder).sort()).toEqual([...others, leftover('folder'), leftover('link')].sort());
    expect(readFileSync(join(dir, 'outside'), 'utf8')).toBe('as it was');
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
    const { dir, path } = createFolders();
    const cassette = new Cassette(dir, 'default', { fileBytes: 64 * 1024 });
    const huge = interactionOf(stagesKey(ID), [takeOf('x'.repeat(64 * 1024))]);
    const other = interactionOf(stagesKey(ID, 'vakw79'), [takeOf('prod')]);
    await openIn(cassette);
    await cassette.save(recorded, LOCK);
    await expect(cassette.save(huge, LOCK)).rejects.toThrow('it has more than 0.0625 MB');
    expect(cassette.find(huge.key)).toStrictEqual(recorded);
    await cassette.save(other, LOCK);
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, [recorded, other]));
  });

  it('refuses what has a byte more than can be read, and nothing shorter', async () => {
    const { dir, path } = createFolders();
    const size = Buffer.byteLength(file);
    for (const [limit, expected] of [
      [size - 1, undefined],
      [size, file],
    ] as const) {
      const cassette = new Cassette(dir, 'default', { fileBytes: limit });
      await openIn(cassette);
      await cassette.save(recorded, LOCK).catch(() => undefined);
      expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(expected);
    }
  });
});

/** What others do to the place of a cassette that was recorded to; each is undone by what it returns. */
const exchanges: ReadonlyArray<
  readonly [string, RegExp, (place: { dir: string; folder: string; elsewhere: string }) => () => void]
> = [
  [
    'the folder is exchanged for a link',
    /its folder was exchanged/,
    ({ folder, elsewhere }) => {
      renameSync(folder, `${folder}.moved`);
      symlinkSync(elsewhere, folder);
      return () => {
        unlinkSync(folder);
        renameSync(`${folder}.moved`, folder);
      };
    },
  ],
  [
    'the folder is exchanged for a link to itself, moved',
    /its folder was exchanged/,
    ({ folder, elsewhere }) => {
      renameSync(folder, join(elsewhere, 'moved'));
      symlinkSync(join(elsewhere, 'moved'), folder);
      return () => {
        unlinkSync(folder);
        renameSync(join(elsewhere, 'moved'), folder);
      };
    },
  ],
  [
    'the folder above is exchanged for a link',
    /its folder was exchanged/,
    ({ dir, elsewhere }) => {
      mkdirSync(join(elsewhere, 'default'));
      renameSync(dir, `${dir}.moved`);
      symlinkSync(elsewhere, dir);
      return () => {
        unlinkSync(dir);
        renameSync(`${dir}.moved`, dir);
        rmdirSync(join(elsewhere, 'default'));
      };
    },
  ],
];

describe('a place that is exchanged while it is recorded to', () => {
  async function createExchangeable() {
    const dir = join(temporaryFolder(), 'cassettes');
    const elsewhere = temporaryFolder();
    const cassette = new Cassette(dir, 'default');
    await openIn(cassette);
    await cassette.save(recorded, LOCK);
    return { dir, elsewhere, cassette, folder: cassette.folder, path: join(cassette.folder, `${ID}.json`) };
  }

  it.each(exchanges)('is not written to: %s', async (_, reason, exchange) => {
    const places = await createExchangeable();
    const undo = exchange(places);
    const others = readdirSync(places.elsewhere, { recursive: true });
    const error = await failureOf(
      places.cassette.save(interactionOf(stagesKey(ID, 'a1'), [takeOf('x')]), LOCK),
    );
    expect(error).toBeInstanceOf(FailureError);
    expect(String(error)).toMatch(reason);
    expect(readdirSync(places.elsewhere, { recursive: true })).toEqual(others);
    await expect(places.cassette.create()).rejects.toThrow(FailureError);

    undo();
    await places.cassette.create();
    await places.cassette.save(interactionOf(stagesKey(ID, 'a2'), [takeOf('x')]), LOCK);
    expect(readFileSync(places.path, 'utf8')).toContain('"a2"');
    expect(readdirSync(places.folder)).toEqual([`${ID}.json`]);
  });

  it('is not written to once the lock is lost', async () => {
    const { cassette, path } = await createExchangeable();
    const save = cassette.save(interactionOf(stagesKey(ID, 'a1'), [takeOf('x')]), { isHeld: () => false });
    await expect(save).rejects.toThrow(
      `Cannot save a recording to '${path}': the lock of its folder is gone`,
    );
    expect(readFileSync(path, 'utf8')).toBe(file);
  });

  it('takes in what others made of a file at once, and what comes next is recorded beside it', async () => {
    const { cassette, path } = await createExchangeable();
    const edited = interactionOf(stagesKey(ID, 'edited'), [takeOf('by hand')]);
    const next = interactionOf(stagesKey(ID, 'next'), [takeOf('x')]);
    writeFileSync(path, writeCassetteFile(ID, [edited]));
    await expect(cassette.save(next, LOCK)).rejects.toThrow('somebody else has changed it');
    expect(cassette.find(recorded.key)).toBeUndefined();
    expect(cassette.find(edited.key)?.takes).toEqual(edited.takes);
    await cassette.save(next, LOCK);
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, [edited, next]));
  });

  it('takes in a file that others changed after the last write that it refuses', async () => {
    const { cassette, path } = await createExchangeable();
    // So long that another thread writes it.
    const [one, two] = ['a1', 'a2'].map((id) =>
      interactionOf(stagesKey(ID, id), [takeOf('x'.repeat(100_000))]),
    );
    writeFileSync(path, writeCassetteFile(ID, []));
    const first = failureOf(cassette.save(one as Interaction, LOCK));
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
    const second = failureOf(cassette.save(two as Interaction, LOCK));
    expect(await first).toBeInstanceOf(FailureError);
    expect(await second).toBeInstanceOf(FailureError);
    expect(cassette.peek(ID)).toEqual([]);
    await cassette.save(recorded, LOCK);
    expect(readFileSync(path, 'utf8')).toBe(file);
  });

  it('begins anew where somebody removed a file', async () => {
    const { cassette, path } = await createExchangeable();
    const next = interactionOf(stagesKey(ID, 'next'), [takeOf('x')]);
    unlinkSync(path);
    await expect(cassette.save(next, LOCK)).rejects.toThrow('somebody has removed it since');
    expect(existsSync(path)).toBe(false);
    await cassette.open(ID);
    await cassette.save(next, LOCK);
    expect(readFileSync(path, 'utf8')).toBe(writeCassetteFile(ID, [next]));
  });

  it('fails all who share a write that is refused, and none of them is written', async () => {
    const { cassette, path } = await createExchangeable();
    writeFileSync(path, 'precious notes');
    const saves = ['a1', 'a2', 'a3'].map((id) =>
      cassette.save(interactionOf(stagesKey(ID, id), [takeOf('x')]), LOCK),
    );
    const results = await Promise.allSettled(saves);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(readFileSync(path, 'utf8')).toBe('precious notes');
    // It is no cassette: what was read before answers, and is not written.
    expect(cassette.find(recorded.key)).toBe(recorded);
    await expect(cassette.save(recorded, LOCK)).rejects.toThrow(FailureError);
    expect(readFileSync(path, 'utf8')).toBe('precious notes');
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
