import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { credentialVariables, restage } from '../support/cli.ts';
import {
  CASSETTE,
  credentials,
  readCassette,
  run,
  startService,
  temporaryFolder,
} from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const env = credentialVariables(credentials);
const target = `/restapis/${sample.oneStage}/stages`;
const file = `${sample.oneStage}.json`;

async function ask(url: string) {
  const answer = await sendSigned(url, { target, credentials });
  return { status: answer.status, outcome: answer.headers['x-restage-outcome'] };
}

/** A folder with a recording that is about to change, where a write then fails. */
async function startFailing() {
  const service = await startService();
  const dir = await temporaryFolder();
  const recording = await run('record', { dir, upstream: service.url });
  await ask(recording.url);
  await recording.close();
  const before = (await readCassette(dir))[file];
  service.setStages(sample.oneStage, [{ stageName: 'changed' }]);
  // Nothing can be written to a file in whose place there is a folder.
  const obstacle = join(dir, CASSETTE, `.${file}.tmp`);
  return { service, dir, before, obstacle };
}

test.each(['record', 'auto'] as const)(
  'a write that fails in %s costs the recording, not the answer',
  async (mode) => {
    const { service, dir, before, obstacle } = await startFailing();
    const restaged = await run(mode, { dir, upstream: service.url });
    // In auto what is recorded is not asked for again: another call of the same file is.
    const asked = mode === 'auto' ? `${target}?deploymentId=x` : target;
    const askOther = async () =>
      (await sendSigned(restaged.url, { target: asked, credentials })).headers['x-restage-outcome'];
    if (mode === 'auto') await sendSigned(restaged.url, { target: '/restapis/other/stages', credentials });
    await mkdir(obstacle);

    expect(await askOther()).toBe('forwarded');
    expect(restaged.failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Cannot save a recording to '.+': EISDIR.+\. .+\.$/),
    ]);
    expect(await readCassetteFile(dir)).toBe(before);
    await rmdir(obstacle);
    expect(await ask(restaged.url)).toMatchObject({ status: 200 });
    if (mode === 'record') expect(await readCassetteFile(dir)).toContain('changed');
  },
);

test('what could not be saved is saved with the next answer that can', async () => {
  const { service, dir, obstacle } = await startFailing();
  const restaged = await run('record', { dir, upstream: service.url });
  await mkdir(obstacle);
  expect(await ask(restaged.url)).toMatchObject({ outcome: 'forwarded' });
  await rmdir(obstacle);

  expect(await ask(restaged.url)).toMatchObject({ outcome: 'recorded' });
  expect(await readCassetteFile(dir)).toContain('changed');
});

test('a failing write is one loud line, and exit status 1 in the end', async () => {
  const { service, dir, before, obstacle } = await startFailing();
  const recorder = restage(
    ['record', '--dir', dir, '--port', '0', '--upstream', service.url, '--log', 'silent'],
    { env },
  );
  const url = await recorder.url;
  await mkdir(obstacle);
  for (let i = 0; i < 3; i += 1) expect(await ask(url)).toEqual({ status: 200, outcome: 'forwarded' });
  await rmdir(obstacle);
  recorder.kill('SIGTERM');
  const { status, stderr } = await recorder.ended;

  expect(status).toBe(1);
  expect(stderr).toMatch(/^Cannot save a recording to '.+': EISDIR[^\n]+\n3 times [^\n]+\n$/);
  expect(await readCassetteFile(dir)).toBe(before);
});

test("a command's own status is not hidden by a failing write, but success is", async () => {
  const { service, dir } = await startFailing();
  await writeFile(join(dir, 'a-file'), '');
  const args = [
    'record',
    '--dir',
    join(dir, 'a-file', 'inside'),
    '--upstream',
    service.url,
    '--log',
    'silent',
    '--',
  ];
  const [fine, failed] = await Promise.all([
    restage([...args, 'true'], { env }).ended,
    restage([...args, 'sh', '-c', 'exit 7'], { env }).ended,
  ]);

  expect(fine.status).toBe(1);
  expect(failed.status).toBe(7);
  expect(fine.stderr).toMatch(/^Cannot create '.+': ENOTDIR[^\n]+\. Choose another folder with '--dir'\.\n/);
});

test('a folder that cannot be written to lets every call through, and is told', async () => {
  const service = await startService();
  // Nobody can make folders here, whatever the rights of who runs the tests.
  const restaged = await run('record', { dir: '/sys/restage-test', upstream: service.url });

  expect(await ask(restaged.url)).toEqual({ status: 200, outcome: 'forwarded' });
  expect(await ask(restaged.url)).toEqual({ status: 200, outcome: 'forwarded' });
  expect(restaged.failures[0]?.message).toMatch(/^Cannot create '\/sys\/restage-test\/default': /);
});

async function readCassetteFile(dir: string): Promise<string | undefined> {
  return readFile(join(dir, CASSETTE, file), 'utf8');
}
