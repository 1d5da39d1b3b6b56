import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileStore } from '../../../src/cassette/file-store.ts';
import { SeenFile } from '../../../src/cassette/seen-file.ts';
import { readTextFile } from '../../../src/cassette/text-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A store of text in a new folder; `written` holds what was serialised, write by write. */
function createStore() {
  const folder = temporaryFolder();
  const path = join(folder, 'api.json');
  const written: string[] = [];
  const codec = {
    parse: (text: string) => {
      if (text === 'broken') throw new Error('it is broken');
      return text;
    },
    stringify: (data: string) => {
      written.push(data);
      if (data === 'unwritable') throw new Error('it cannot be serialised');
      return data;
    },
  };
  const readText = () => {
    const found = readTextFile(path);
    return typeof found === 'string' ? null : found;
  };
  const store = new FileStore<string>(new SeenFile(path, readText, () => {}), codec);
  return { folder, path, store, written };
}

describe('a file store', () => {
  it('reads null where there is no file', async () => {
    expect(await createStore().store.read()).toBeNull();
  });

  it('gives back what was written', async () => {
    const { store, path, folder } = createStore();
    await store.write('one');
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(await store.read()).toBe('one');
    expect(readdirSync(folder)).toEqual(['api.json']);
  });

  it('removes the file where there is no data, in turn with what is written', async () => {
    const { store, path, folder } = createStore();
    await store.write(null);
    await store.write('one');
    await store.write(null);
    expect(readdirSync(folder)).toEqual([]);
    await Promise.all([store.write('two'), store.write(null), store.write('three')]);
    expect(readFileSync(path, 'utf8')).toBe('three');
    writeFileSync(path, 'of somebody else');
    await expect(store.write(null)).rejects.toThrow('somebody else has changed it');
    expect(readFileSync(path, 'utf8')).toBe('of somebody else');
  });

  it('throws what parsing throws, and leaves the file', async () => {
    const { store, path } = createStore();
    writeFileSync(path, 'broken');
    await expect(store.read()).rejects.toThrow('it is broken');
    expect(readFileSync(path, 'utf8')).toBe('broken');
  });

  it('throws when the file is a folder', async () => {
    const { store, path } = createStore();
    mkdirSync(path);
    await expect(store.read()).rejects.toThrow('it is not a file');
  });

  it('writes once for all who ask before it begins', async () => {
    const { store, path, written } = createStore();
    await Promise.all([store.write('one'), store.write('two'), store.write('three')]);
    expect(written).toEqual(['three']);
    expect(readFileSync(path, 'utf8')).toBe('three');
  });

  it('lets those who ask during a write share the next one', async () => {
    const { store, path, written } = createStore();
    const seen: string[] = [];
    // So long that another thread writes it.
    const [one = '', two = '', three = ''] = ['one', 'two', 'three'].map((text) => text.padEnd(100_000));
    const first = store.write(one).then(() => seen.push(readFileSync(path, 'utf8')));
    await Promise.resolve();
    await Promise.resolve();
    expect(written, 'the first write has begun').toEqual([one]);
    const others = [two, three].map((text) =>
      store.write(text).then(() => seen.push(readFileSync(path, 'utf8'))),
    );
    await Promise.all([first, ...others]);
    expect(written).toEqual([one, three]);
    expect(seen).toEqual([one, three, three]);
  });

  it('rejects only those who waited for the write that failed', async () => {
    const { store, path, folder } = createStore();
    await store.write('old');
    const results = await Promise.allSettled([store.write('one'), store.write('unwritable')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await store.write('new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['api.json']);
  });

  it('writes the next one after one that failed, for those who asked meanwhile', async () => {
    const { store, path, written } = createStore();
    const failing = store.write('unwritable').catch((error: Error) => error.message);
    await Promise.resolve();
    await Promise.resolve();
    expect(written, 'the first write has begun').toEqual(['unwritable']);
    await store.write('good');
    expect(await failing).toBe('it cannot be serialised');
    expect(readFileSync(path, 'utf8')).toBe('good');
  });

  it('rejects when the folder is gone, and writes again once it is back', async () => {
    const { store, folder, path } = createStore();
    await store.read();
    rmSync(folder, { recursive: true });
    await expect(store.write('two')).rejects.toThrow('ENOENT');
    mkdirSync(folder);
    await store.write('three');
    expect(readFileSync(path, 'utf8')).toBe('three');
  });

  it('leaves no rejection unhandled', async () => {
    const { store } = createStore();
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    try {
      await expect(store.write('unwritable')).rejects.toThrow();
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });
});
