import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCassetteFile } from '../../src/cassette/format.ts';
import { credentialVariables, restage } from '../support/cli.ts';
import { CASSETTE, credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const env = credentialVariables(credentials);
const target = `/restapis/${sample.oneStage}/stages`;
const file = `${sample.oneStage}.json`;

async function ask(url: string) {
  const answer = await sendSigned(url, { target, credentials });
  return { status: answer.status, outcome: answer.headers['x-restage-outcome'] };
}

/** A folder with a recording that is about to change. */
async function startChanging() {
  const service = await startService();
  const dir = await temporaryFolder();
  const recording = await run('record', { dir, upstream: service.url });
  await ask(recording.url);
  await recording.close();
  const path = join(dir, CASSETTE, file);
  const before = await readFile(path, 'utf8');
  service.setStages(sample.oneStage, [{ stageName: 'changed' }]);
  return { service, dir, path, before };
}

test.each(['record', 'auto'] as const)(
  'a write that is refused in %s costs the recording, not the answer, and says so in the journal',
  async (mode) => {
    const { service, dir, path, before } = await startChanging();
    const restaged = await run(mode, { dir, upstream: service.url });
    // In auto what is recorded is not asked for again: another call of the same file is.
    const askOther = (filter: string) =>
      sendSigned(restaged.url, { target: `${target}?deploymentId=${filter}`, credentials });
    expect((await askOther('a')).headers['x-restage-outcome']).toBe('recorded');
    await writeFile(path, 'precious notes');

    const answer = await askOther('b');
    expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'forwarded' } });
    expect(restaged.failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Cannot save a recording to '.+\.json': somebody else has changed it .+\. .+\.$/,
      ),
    ]);
    expect(restaged.calls().at(-1)).toMatchObject({
      outcome: 'forwarded',
      note: expect.stringContaining(`'${path}': somebody else has changed it`),
    });
    expect(await readFile(path, 'utf8')).toBe('precious notes');
    // It is no cassette, so nothing is done with it until it is put right, which is seen by the next call.
    expect((await askOther('c')).headers['x-restage-outcome']).toBe('forwarded');
    await writeFile(path, before);
    expect((await askOther('d')).headers['x-restage-outcome']).toBe('forwarded');
    expect((await askOther('e')).headers['x-restage-outcome']).toBe('recorded');
    const after = await readFile(path, 'utf8');
    expect(parseCassetteFile(after, sample.oneStage).map(({ key }) => key.parameters.deploymentId)).toEqual([
      undefined,
      'e',
    ]);
  },
);

const hasLimits = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

test.runIf(hasLimits)(
  'a disk that is full is one loud line, exit status 1 in the end, and nothing lost',
  async () => {
    const { service, dir, path, before } = await startChanging();
    const recorder = restage(
      ['record', '--dir', dir, '--port', '0', '--upstream', service.url, '--log', 'silent'],
      { env },
    );
    const url = await recorder.url;
    const limitFiles = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(recorder.child.pid), `--fsize=${bytes}:unlimited`]);
    limitFiles(100);
    for (let i = 0; i < 3; i += 1) expect(await ask(url)).toEqual({ status: 200, outcome: 'forwarded' });
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readdir(join(dir, CASSETTE))).toEqual(['.lock', file]);
    limitFiles('unlimited');
    expect(await ask(url)).toMatchObject({ outcome: 'recorded' });
    recorder.kill('SIGTERM');
    const { status, stderr } = await recorder.ended;

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^Cannot save a recording to '.+': EFBIG[^\n]+\('ulimit -f'\)[^\n]+\n3 times [^\n]+\n$/,
    );
    // With what could not be saved before.
    const after = await readFile(path, 'utf8');
    expect(after).toContain('"changed"');
    expect(after).toContain('"times": 4');
  },
);

test("a command's own status is not hidden by a failing write, but success is", async () => {
  const { service, dir } = await startChanging();
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
