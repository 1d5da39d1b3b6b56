import { mkdir, readFile, readlink, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CassetteFiles } from '../../src/cassette/cassette-files.ts';
import { ask, forwardingModes, recordInto, runOn, saidBy } from '../support/recorded.ts';
import { CASSETTE, run, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.twoStages;
const target = `/restapis/${API}/stages`;

/** A recording of two stages, `beta` and `prod`, and what asks for it. */
async function record() {
  const service = await startService();
  const dir = await recordInto(service, [target]);
  const path = join(dir, CASSETTE, `${API}.json`);
  const says = async (url: string) => saidBy([await ask(url, service, target)])[0];
  return { service, dir, path, says };
}

async function edit(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(`${path}.new`, text.replace('"beta"', '"edited"'));
  await rename(`${path}.new`, path);
}

test('a running replay sees an edited file after a while, without a look at files for its calls', async () => {
  const { dir, path, says } = await record();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const look = vi.spyOn(CassetteFiles.prototype, 'versionOf');
  onTestFinished(() => look.mockRestore());
  const { url } = await run('replay', { dir });

  expect(await says(url)).toBe('beta,prod');
  await edit(path);
  for (let i = 0; i < 5; i += 1) expect(await says(url)).toBe('beta,prod');
  expect(look).not.toHaveBeenCalled();

  vi.advanceTimersByTime(1000);
  await vi.waitFor(async () => expect(await says(url)).toBe('edited,prod'));
  expect(look).toHaveBeenCalledTimes(1);
});

test('a reset sees an edited file at once, and tells of a broken one once', async () => {
  const { dir, path, says } = await record();
  const { url, stale } = await run('replay', { dir });
  const reset = () => fetch(`${url}/__restage/reset`, { method: 'POST' });

  expect(await says(url)).toBe('beta,prod');
  await edit(path);
  await reset();
  expect(await says(url)).toBe('edited,prod');

  await truncate(path, 100);
  await reset();
  await reset();
  expect(await says(url)).toBe('edited,prod');
  expect(stale.map(String)).toEqual([expect.stringContaining(path)]);
});

/** As Bazel lays out what a test may read: a folder whose every file is a link to somewhere else. */
async function linkOut(dir: string, path: string, way: 'file' | 'folder'): Promise<string> {
  const outside = await temporaryFolder();
  const moved = join(outside, 'moved');
  const linked = way === 'file' ? path : join(dir, CASSETTE);
  await rename(linked, moved);
  await symlink(moved, linked);
  return way === 'file' ? moved : join(moved, `${API}.json`);
}

test.each(['file', 'folder'] as const)(
  "a %s that is a link is read with '--follow-links' alone",
  async (way) => {
    const { dir, path, says } = await record();
    const real = await linkOut(dir, path, way);
    const wary = await run('replay', { dir });
    const following = await run('replay', { dir, 'follow-links': true });

    expect(await says(wary.url)).toBe('CassetteUnreadableException');
    expect(await says(following.url)).toBe('beta,prod');
    await edit(real);
    await fetch(`${following.url}/__restage/reset`, { method: 'POST' });
    expect(await says(following.url)).toBe('edited,prod');
  },
);

test.each(forwardingModes)("with '--follow-links' %s writes nothing through a link", async (mode) => {
  const { service, dir, path } = await record();
  const real = await linkOut(dir, path, 'file');
  const before = await readFile(real, 'utf8');
  const restage = await runOn(mode, dir, service, { 'follow-links': true });
  await ask(restage.url, service, `${target}?deploymentId=vakw79`);
  await restage.close();

  expect(await readFile(real, 'utf8')).toBe(before);
  // Where something was recorded, the link has made room for a file with all that it led to.
  if (mode === 'passthrough') expect(await readlink(path)).toBe(real);
  else expect(JSON.parse(await readFile(path, 'utf8')).interactions).toHaveLength(2);
});

test("with '--follow-links' nothing is recorded to a folder that is a link", async () => {
  const { service, dir, path } = await record();
  await linkOut(dir, path, 'folder');
  await expect(runOn('record', dir, service, { 'follow-links': true })).rejects.toThrow(
    'link to another place',
  );
});

test("'--follow-links' reads no more than a file", async () => {
  const { dir, path, says } = await record();
  await rename(path, `${path}.kept`);
  await mkdir(join(dir, 'elsewhere'));
  await symlink('../elsewhere', path);
  const { url } = await run('replay', { dir, 'follow-links': true });
  expect(await says(url)).toBe('CassetteUnreadableException');
});
