import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { credentialVariables, restage } from '../support/cli.ts';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const preload = fileURLToPath(new URL('../support/watch/watch.cjs', import.meta.url));
const target = `/restapis/${sample.twoStages}/stages`;
const OUTSIDE_ONLY = /[\\/](?:http-proxy|@aws-sdk|@smithy)[\\/]|src\/http\/upstream\//;

interface Note {
  readonly kind: 'socket' | 'dns' | 'module';
  readonly detail: string;
}

/** Runs restage with every socket, every question to DNS and every module noted, asks it twice, and stops it. */
async function watched(args: readonly string[], env: Record<string, string>): Promise<Note[]> {
  const WATCH_FILE = join(await temporaryFolder(), 'notes');
  const running = restage([...args, '-p', '0'], {
    env: { ...env, WATCH_FILE },
    nodeArgs: ['--require', preload],
  });
  const url = await running.url;
  for (const asked of [target, '/restapis/not-recorded/stages', '/restapis']) {
    await sendSigned(url, { target: asked, credentials });
  }
  running.kill('SIGTERM');
  expect((await running.ended).status).toBe(0);
  const lines = (await readFile(WATCH_FILE, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** The files that what was loaded is made of, libraries' included, by the source maps of the bundle. */
async function loadedSources(notes: readonly Note[]): Promise<string[]> {
  const maps = (await readdir('dist/chunks')).filter((name) => name.endsWith('.cjs.map'));
  const loaded = maps.filter((map) => notes.some(({ detail }) => detail.endsWith(`/${map.slice(0, -4)}"`)));
  const texts = await Promise.all(loaded.map((name) => readFile(join('dist/chunks', name), 'utf8')));
  return texts.flatMap((text) => JSON.parse(text).sources as string[]);
}

test('replay opens no socket, asks no DNS, and loads nothing that could, whatever the environment says', async () => {
  const service = await startService();
  const recording = await run('record', { upstream: service.url });
  await sendSigned(recording.url, { target, credentials });
  await recording.close();
  const elsewhere = {
    AWS_ENDPOINT_URL: 'http://upstream.invalid',
    AWS_PROFILE: 'work',
    HTTPS_PROXY: 'http://proxy.invalid',
  };
  const upstream = ['--upstream', service.url, '--profile', 'work'];
  const calls = service.calls.length;
  const notes = await watched(['replay', '--dir', recording.dir, ...upstream], elsewhere);

  const outside = notes.filter(({ kind }) => kind !== 'module');
  // Where to listen is looked up, too; a number needs no one to be asked.
  expect(outside).toEqual([{ kind: 'dns', detail: 'lookup "127.0.0.1"' }]);
  expect(notes.filter(({ detail }) => OUTSIDE_ONLY.test(detail))).toEqual([]);
  const sources = await loadedSources(notes);
  expect(sources.filter((path) => OUTSIDE_ONLY.test(path))).toEqual([]);
  // The list is worth something: it names what is loaded.
  expect(sources.some((path) => path.endsWith('src/cassette/player.ts'))).toBe(true);
  expect(service.calls).toHaveLength(calls);
});

test('what is watched for in replay is what recording does', async () => {
  const service = await startService();
  const args = ['record', '--dir', await temporaryFolder(), '--upstream', service.url];
  const notes = await watched(args, credentialVariables(credentials));

  expect(
    notes
      .filter(({ kind }) => kind === 'socket')
      .map(({ detail }) => detail)
      .join(),
  ).toContain(String(service.port));
  const sources = await loadedSources(notes);
  for (const name of ['http-proxy', '@aws-sdk', '@smithy'])
    expect(sources.some((path) => path.includes(`/node_modules/${name}/`))).toBe(true);
});

test('replay asks for no credentials and no region', async () => {
  const running = restage(['replay', '-p', '0', '--profile', 'there-is-no-such-profile']);
  const answer = await send(await running.url, '/restapis/x/stages', {});

  expect(answer.headers['x-restage-outcome']).toBe('missed');
});
