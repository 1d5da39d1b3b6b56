import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCacheFolder } from '../../../src/cli/compile-cache.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const isPosix = process.platform !== 'win32';

describe.runIf(isPosix)('the folder of compiled code', () => {
  it('is made for its owner alone', () => {
    const home = temporaryFolder();
    const folder = openCacheFolder(join(home, '.cache'));
    expect(folder).toBe(join(home, '.cache', 'restage', 'compiled'));
    expect(statSync(folder ?? '').mode & 0o777).toBe(0o700);
    expect(openCacheFolder(join(home, '.cache'))).toBe(folder);
  });

  it.each<[string, (cache: string) => void]>([
    ['the folder', (cache) => chmodSync(join(cache, 'restage', 'compiled'), 0o777)],
    ['the folder (its group)', (cache) => chmodSync(join(cache, 'restage', 'compiled'), 0o770)],
    ['the one above', (cache) => chmodSync(join(cache, 'restage'), 0o777)],
    ['the cache', (cache) => chmodSync(cache, 0o777)],
  ])('is not used when others can write to %s', (_, loosen) => {
    const cache = join(temporaryFolder(), '.cache');
    expect(openCacheFolder(cache)).toBeDefined();
    loosen(cache);
    expect(openCacheFolder(cache)).toBeUndefined();
  });

  it('is not used through a link to a place where others can write', () => {
    const home = temporaryFolder();
    const cache = join(home, '.cache');
    mkdirSync(join(home, 'elsewhere', 'compiled'), { recursive: true });
    chmodSync(join(home, 'elsewhere'), 0o777);
    mkdirSync(cache);
    symlinkSync(join(home, 'elsewhere'), join(cache, 'restage'));
    expect(openCacheFolder(cache)).toBeUndefined();
  });

  it('is not made where there is no home', () => {
    const home = join(temporaryFolder(), 'nobody');
    expect(openCacheFolder(join(home, '.cache'))).toBeUndefined();
    expect(existsSync(home)).toBe(false);
  });
});
