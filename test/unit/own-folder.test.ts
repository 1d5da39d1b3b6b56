import { chmodSync, chownSync, lchownSync, mkdirSync, realpathSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findWeakness } from '../../src/own-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const isRoot = process.geteuid?.() === 0;
const OTHER = 65_534;

/** `…/above/own`, with a way to `own` by `…/link`, which leads to `above`. */
function createFolders() {
  const base = realpathSync(temporaryFolder());
  const [above, own, link] = [join(base, 'above'), join(base, 'above', 'own'), join(base, 'link')];
  mkdirSync(own, { recursive: true, mode: 0o700 });
  symlinkSync('above', link);
  return { base, above, own, link, throughLink: join(link, 'own') };
}

type Folders = ReturnType<typeof createFolders>;

describe.runIf(process.geteuid !== undefined)('a folder of one’s own', () => {
  it('has no weakness, nor has one that is to be made in it, nor a way to it by a link of one’s own', () => {
    const { own, throughLink } = createFolders();
    expect(findWeakness(own)).toBeUndefined();
    expect(findWeakness(join(own, 'to', 'be', 'made'))).toBeUndefined();
    expect(findWeakness(throughLink)).toBeUndefined();
    chmodSync(own, 0o755);
    expect(findWeakness(own)).toBeUndefined();
  });

  it.each<[string, number, keyof Folders, boolean]>([
    ['others can write in it', 0o707, 'own', true],
    ['its group can write in it', 0o770, 'own', true],
    ['others can write in it, though not exchange what is in it', 0o1777, 'own', true],
    ['others can write above it', 0o707, 'above', true],
    ['a group can write above it', 0o770, 'above', true],
    ['others can write above it, but not exchange it', 0o1777, 'above', false],
    ['others can look into it', 0o755, 'own', false],
    ['others can look into what is above it', 0o755, 'above', false],
  ])('where %s (%o)', (_, mode, place, isWeak) => {
    const folders = createFolders();
    chmodSync(folders[place], mode);
    const weakness = isWeak ? { path: folders[place], kind: 'writable' } : undefined;
    expect(findWeakness(folders.own)).toEqual(weakness);
    expect(findWeakness(folders.throughLink)).toEqual(weakness);
  });

  it.runIf(isRoot).each<[string, keyof Folders]>([
    ['the folder', 'own'],
    ['one above it', 'above'],
    ['one above that', 'base'],
  ])('is not where %s belongs to another user', (_, place) => {
    const folders = createFolders();
    chownSync(folders[place], OTHER, OTHER);
    expect(findWeakness(folders.own)).toEqual({ path: folders[place], kind: 'foreign' });
    expect(findWeakness(folders.throughLink)).toEqual({ path: folders[place], kind: 'foreign' });
  });

  it.runIf(isRoot)(
    'is not where the way leads by a link of another user, even one to the right place',
    () => {
      const folders = createFolders();
      lchownSync(folders.link, OTHER, OTHER);
      expect(findWeakness(folders.throughLink)).toEqual({ path: folders.link, kind: 'foreign' });
      expect(findWeakness(folders.own)).toBeUndefined();
    },
  );

  it.runIf(isRoot)('may be beneath what belongs to the system’s user, but not be that user’s itself', () => {
    const folders = createFolders();
    for (const place of [folders.base, folders.above]) chmodSync(place, 0o755);
    vi.spyOn(process, 'geteuid').mockReturnValue(OTHER);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(findWeakness(folders.own)).toEqual({ path: folders.own, kind: 'foreign' });
    chownSync(folders.own, OTHER, OTHER);
    expect(findWeakness(folders.own)).toBeUndefined();
    expect(findWeakness(folders.throughLink)).toBeUndefined();
  });

  it('is not where the way leads through a place of others and back', () => {
    const { base, own, above } = createFolders();
    mkdirSync(join(base, 'open'));
    symlinkSync(above, join(base, 'open', 'back'));
    chmodSync(join(base, 'open'), 0o777);
    symlinkSync('open/back', join(base, 'way'));
    expect(findWeakness(join(base, 'way', 'own'))).toEqual({ path: join(base, 'open'), kind: 'writable' });
    expect(findWeakness(own)).toBeUndefined();
  });

  it('is none where links lead in a circle', () => {
    const { link } = createFolders();
    unlinkSync(link);
    symlinkSync('link', link);
    expect(() => findWeakness(join(link, 'own'))).toThrow('ELOOP');
  });
});
