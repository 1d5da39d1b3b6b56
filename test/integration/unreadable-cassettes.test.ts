import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  CASSETTE,
  credentials,
  getStages,
  readCassette,
  run,
  startService,
  temporaryFolder,
} from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.oneStage;
const target = `/restapis/${API}/stages`;
const sound = { restage: 1, restApiId: API, interactions: [] };
const take = {
  status: 200,
  representation: 'json',
  region: 'us-east-1',
  recordedAt: '2024-01-01T00:00:00Z',
  stages: [],
};
const interaction = { operation: 'GetStages', takes: [take] };

const flaws: ReadonlyArray<[string, string, RegExp]> = [
  ['broken JSON', '{"restage": 1,', /not JSON/],
  ['an empty file', '', /not JSON/],
  ['a merge conflict', `<<<<<<< HEAD\n${JSON.stringify(sound)}\n`, /not JSON/],
  ['another version', JSON.stringify({ ...sound, restage: 2 }), /version 1/],
  ['no version', JSON.stringify({ restApiId: API, interactions: [] }), /version 1/],
  [
    'the content of another API',
    JSON.stringify({ ...sound, restApiId: 'another' }),
    /another API, 'another'/,
  ],
  ['a list', '[]', /version 1/],
  ['no takes', JSON.stringify({ ...sound, interactions: [{ ...interaction, takes: [] }] }), /takes/],
  [
    'stages that are none',
    JSON.stringify({ ...sound, interactions: [{ ...interaction, takes: [{ ...take, stages: 'x' }] }] }),
    /stages/,
  ],
  [
    'an operation that is not known',
    JSON.stringify({ ...sound, interactions: [{ ...interaction, operation: 'GetX' }] }),
    /GetX/,
  ],
  ['one interaction twice', JSON.stringify({ ...sound, interactions: [interaction, interaction] }), /twice/],
];

async function folderWith(text: string): Promise<{ dir: string; path: string }> {
  const dir = await temporaryFolder();
  await mkdir(join(dir, CASSETTE));
  const path = join(dir, CASSETTE, `${API}.json`);
  await writeFile(path, text);
  return { dir, path };
}

describe.each(['record', 'auto', 'replay'] as const)("a cassette's file in %s", (mode) => {
  test.each(flaws)(
    "with %s is left as it is, and its API's calls are answered 400",
    async (_, text, reason) => {
      const service = await startService();
      const { dir, path } = await folderWith(text);
      const restage = await run(mode, { dir, ...(mode === 'replay' ? {} : { upstream: service.url }) });
      const answers = await Promise.all([
        sendSigned(restage.url, { target, credentials }),
        sendSigned(restage.url, { target: `${target}?deploymentId=x`, credentials }),
      ]);
      const other = await sendSigned(restage.url, { target: `/restapis/${sample.rich}/stages`, credentials });

      for (const answer of answers) {
        expect(answer).toMatchObject({
          status: 400,
          headers: { 'x-amzn-errortype': 'CassetteUnreadableException', 'x-restage-outcome': 'refused' },
        });
        const { message } = JSON.parse(answer.text);
        expect(message).toContain(path);
        expect(message).toMatch(reason);
      }
      expect(await readFile(path, 'utf8')).toBe(text);
      // The other API goes on, and was the only one to be forwarded.
      expect(other.headers['x-restage-outcome']).toBe(mode === 'replay' ? 'missed' : 'recorded');
      expect(service.calls).toHaveLength(mode === 'replay' ? 0 : 1);
      await restage.close();
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  test('is not read and not written to through a link out of the folder', async () => {
    const service = await startService();
    const { dir, path } = await folderWith(JSON.stringify(sound));
    const linked = join(dir, CASSETTE, `${sample.rich}.json`);
    const elsewhere = join(dir, 'elsewhere.json');
    await writeFile(elsewhere, JSON.stringify({ ...sound, restApiId: sample.rich }));
    await symlink('../elsewhere.json', linked);
    const before = await readFile(elsewhere, 'utf8');
    const restage = await run(mode, { dir, ...(mode === 'replay' ? {} : { upstream: service.url }) });
    const answer = await sendSigned(restage.url, { target: `/restapis/${sample.rich}/stages`, credentials });

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'CassetteUnreadableException' },
    });
    expect(answer.text).toContain('link out of the folder');
    expect(await readFile(elsewhere, 'utf8')).toBe(before);
    expect(await readlink(linked)).toBe('../elsewhere.json');
    expect((await lstat(path)).isFile()).toBe(true);
    expect(service.calls).toEqual([]);
  });

  test('is not written to through a link that leads nowhere', async () => {
    const service = await startService();
    const { dir } = await folderWith(JSON.stringify(sound));
    await symlink('../made-through-the-link.json', join(dir, CASSETTE, `${sample.rich}.json`));
    const restage = await run(mode, { dir, ...(mode === 'replay' ? {} : { upstream: service.url }) });
    const answer = await sendSigned(restage.url, { target: `/restapis/${sample.rich}/stages`, credentials });

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'CassetteUnreadableException' },
    });
    await expect(readFile(join(dir, 'made-through-the-link.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(service.calls).toEqual([]);
  });

  test("that is a folder makes its API's calls fail alone", async () => {
    const service = await startService();
    const { dir } = await folderWith(JSON.stringify(sound));
    await mkdir(join(dir, CASSETTE, `${sample.rich}.json`));
    const restage = await run(mode, { dir, ...(mode === 'replay' ? {} : { upstream: service.url }) });
    const answer = await sendSigned(restage.url, { target: `/restapis/${sample.rich}/stages`, credentials });

    expect(answer).toMatchObject({
      status: 400,
      headers: { 'x-amzn-errortype': 'CassetteUnreadableException' },
    });
    expect(service.calls).toEqual([]);
  });
});

test('a cassette whose folder is a link to another place is not recorded to', async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, 'real'));
  await symlink('real', join(dir, CASSETTE));

  await expect(run('record', { dir })).rejects.toThrow(
    /^Cannot record to .+: the folder is a link to another place\. /,
  );
  expect(await readCassette(dir, 'real')).toEqual({});
});

test('no SDK retries it', async () => {
  const { dir } = await folderWith('{');
  const restage = await run('replay', { dir });

  await expect(getStages(restage.url, { restApiId: API }, { maxAttempts: 3 })).rejects.toMatchObject({
    name: 'CassetteUnreadableException',
    $metadata: { attempts: 1 },
  });
  expect(restage.calls()).toHaveLength(1);
});

test('passthrough has no use for a cassette, readable or not', async () => {
  const service = await startService();
  const { dir, path } = await folderWith('{');
  const restage = await run('passthrough', { dir, upstream: service.url });

  expect((await sendSigned(restage.url, { target, credentials })).headers['x-restage-outcome']).toBe(
    'forwarded',
  );
  expect(await readFile(path, 'utf8')).toBe('{');
});
