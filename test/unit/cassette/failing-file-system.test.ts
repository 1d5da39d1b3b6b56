import type * as Crypto from 'node:crypto';
import type * as Fs from 'node:fs';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHolder } from '../../../src/cassette/lock-holder.ts';
import { Shelf, type ShelfSettings } from '../../../src/cassette/shelf.ts';
import { newTake, stagesAnswer, stagesKey } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What the mocked file system fails with, by the call; and the name that is drawn, if chance is to be foreseen. */
const mocked = vi.hoisted(() => ({
  failures: new Map<string, string>(),
  name: undefined as string | undefined,
  /** The last number that a file was given, if each look at one numbers it anew. */
  numbered: undefined as bigint | undefined,
}));

/** The call as it is, unless it is to fail. What is written by one that fails is half of it, as on a full disk. */
function failing<Call extends (...args: never[]) => unknown>(name: string, call: Call, half?: Call): Call {
  return ((...args: Parameters<Call>) => {
    const code = mocked.failures.get(name);
    if (code === undefined) return call(...args);
    half?.(...args);
    throw Object.assign(new Error(`${code}: it fails, ${name}`), { code, syscall: name });
  }) as Call;
}

vi.mock('node:fs', async (load) => {
  const fs = await load<typeof Fs>();
  const writeHalf = ((file: number, data: string) => fs.writeFileSync(file, data.slice(0, 20))) as never;
  const renumber = (call: (...args: never[]) => unknown) =>
    ((...args: never[]) => {
      const stats = call(...args) as Fs.BigIntStats | undefined;
      if (mocked.numbered === undefined || stats === undefined) return stats;
      mocked.numbered += 1n;
      stats.ino = mocked.numbered;
      return stats;
    }) as never;
  return {
    ...fs,
    lstatSync: renumber(fs.lstatSync),
    fstatSync: renumber(fs.fstatSync),
    readlinkSync: failing('readlink', fs.readlinkSync as never),
    linkSync: failing('link', fs.linkSync),
    link: failing('link', fs.link),
    openSync: failing('open', fs.openSync),
    writeFileSync: failing('write', fs.writeFileSync, writeHalf),
    mkdirSync: failing('mkdir', fs.mkdirSync),
    renameSync: failing('rename', fs.renameSync),
  };
});
vi.mock('node:fs/promises', async (load) => {
  const fs = await load<typeof FsPromises>();
  return { ...fs, link: failing('link', fs.link) };
});
vi.mock('node:crypto', async (load) => {
  const crypto = await load<typeof Crypto>();
  return { ...crypto, randomUUID: () => mocked.name ?? crypto.randomUUID() };
});

afterEach(() => {
  mocked.failures.clear();
  mocked.name = undefined;
  mocked.numbered = undefined;
});

function startRecording() {
  const dir = temporaryFolder();
  const failures: string[] = [];
  const settings: ShelfSettings = {
    redact: async (content) => content,
    replacesByErrors: false,
    now: () => new Date(0),
    followsLinks: false,
    onBroken: () => {},
    onTimelines: () => {},
    onFailure: ({ message }) => failures.push(message),
  };
  const loan = new Shelf(settings).lend(dir, 'default', 'additions');
  const store = async (stage: string, api = 'api') =>
    loan.recorder?.store(newTake(stagesKey(api), stagesAnswer(stage)));
  const read = () => readFileSync(join(dir, 'default', 'api.json'), 'utf8');
  return { dir, folder: join(dir, 'default'), failures, store, read, loan };
}

describe('a file system without hard links', () => {
  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('that says %s is recorded to', async (code) => {
    mocked.failures.set('link', code);
    const { folder, store, failures, read, loan } = startRecording();
    expect(await store('one')).toHaveProperty('interaction');
    expect(failures).toEqual([]);
    expect(read()).toContain('"one"');
    await loan.release();
    expect(readdirSync(folder)).toEqual(['api.json']);
  });
});

describe('a file system that numbers its files anew', () => {
  it('is recorded to, and what others changed is seen', async () => {
    mocked.numbered = 1n;
    const { folder, store, failures, read, loan } = startRecording();
    for (const stage of ['one', 'two', 'three']) expect(await store(stage)).toHaveProperty('interaction');
    expect(failures).toEqual([]);
    writeFileSync(join(folder, 'api.json'), read().replace('three', 'THREE'));
    expect(await store('four')).toHaveProperty(
      'reason',
      expect.stringContaining('somebody else has changed it'),
    );
    expect(read()).toContain('THREE');
    await loan.release();
  });
});

describe('a system that does not tell the namespace of a process', () => {
  it('takes no lock over, for it may be that of a container', async () => {
    mocked.failures.set('readlink', 'ENOENT');
    const { folder, store } = startRecording();
    const { id } = createHolder();
    mkdirSync(join(folder, '.lock'), { recursive: true });
    const holder = { id, host: hostname(), place: '', pid: 2 ** 30, started: '' };
    writeFileSync(join(folder, '.lock', id), JSON.stringify(holder));
    expect(await store('one')).toHaveProperty('reason', expect.stringContaining('is recording to it'));
  });
});

describe('what cannot be written', () => {
  it.each([
    ['write', 'ENOSPC', 'Make room'],
    ['write', 'EDQUOT', 'Make room'],
    ['write', 'EFBIG', 'ulimit -f'],
    ['write', 'EIO', 'Choose another folder'],
    ['open', 'EACCES', 'Choose a folder that can be written to'],
    ['open', 'EROFS', 'Choose a folder that can be written to'],
    ['open', 'EMFILE', 'ulimit -n'],
    ['rename', 'EPERM', 'Choose another folder'],
    ['rename', 'EIO', 'Choose another folder'],
  ])(
    'because a %s fails with %s is told with what helps, and costs nothing but itself',
    async (call, code, remedy) => {
      const { folder, store, failures, read, loan } = startRecording();
      await store('one');
      const before = read();
      mocked.failures.set(call, code);
      expect(await store('two')).toHaveProperty('reason', failures[0]);
      expect(failures[0]).toMatch(/^Cannot save a recording to '.*': \w+: it fails, \w+\. .*\.$/);
      expect(failures[0]).toContain(remedy);
      expect(read()).toBe(before);
      mocked.failures.clear();
      expect(readdirSync(folder)).toEqual(['.lock', 'api.json']);
      expect(await store('three')).toHaveProperty('interaction');
      for (const stage of ['one', 'two', 'three']) expect(read()).toContain(`"${stage}"`);
      await loan.release();
    },
  );

  it.each([
    ['mkdir', 'EACCES', 'Choose a folder that can be written to'],
    ['mkdir', 'ENOSPC', 'Make room'],
    ['write', 'ENOSPC', 'Make room'],
    ['rename', 'ENOSYS', 'Choose another folder'],
    ['rename', 'EPERM', 'Choose another folder'],
  ])(
    'because the lock fails with %s %s is told with what helps, and leaves nothing',
    async (call, code, remedy) => {
      const { folder, store, failures } = startRecording();
      mkdirSync(folder);
      mocked.failures.set(call, code);
      expect(await store('one')).toHaveProperty('reason', failures[0]);
      expect(failures[0]).toMatch(/^Cannot lock '.*': \w+: it fails, \w+\. .*\.$/);
      expect(failures[0]).toContain(remedy);
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

describe('a name that was foreseen', () => {
  const name = '5f8cdd4c-0b68-4d6a-9d52-2a0e3c7b8f11';

  it('leads to no file outside, and takes none away', async () => {
    const { dir, folder, store, failures, read, loan } = startRecording();
    await store('one');
    const before = read();
    writeFileSync(join(dir, 'outside'), 'as it was');
    symlinkSync('../outside', join(folder, `.api.json.${name}.tmp`));
    symlinkSync('../made', join(folder, `.other.json.${name}.tmp`));
    mocked.name = name;
    await store('two');
    await store('two', 'other');
    expect(failures).toEqual([expect.stringContaining('EEXIST'), expect.stringContaining('EEXIST')]);
    expect(readFileSync(join(dir, 'outside'), 'utf8')).toBe('as it was');
    expect(readdirSync(dir).sort()).toEqual(['default', 'outside']);
    expect(read()).toBe(before);
    mocked.name = undefined;
    await loan.release();
  });
});
