import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
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
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

const env = credentialVariables(credentials);
const PLAIN = { accept: 'application/json' };

/** An upstream that never says the same twice. */
function startCounter(): Promise<string> {
  let count = 0;
  return startUpstream((_, response) => {
    count += 1;
    const body = `{"item":[{"stageName":"a","description":"answer ${count}."}]}\n`;
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
  });
}

test('kill -9 at 32 calls at once loses nothing that was answered as recorded, and leaves readable files', async () => {
  const upstream = await startCounter();
  const dir = await temporaryFolder();
  const args = ['record', '--dir', dir, '--port', '0', '--upstream', upstream, '--log', 'silent'];
  const first = restage(args, { env });
  const url = await first.url;
  const answered: { file: string; description: string }[] = [];
  const agent = new Agent({ keepAlive: true });
  const work = async (worker: number): Promise<void> => {
    const api = `api${worker % 4}`;
    for (;;) {
      const target = `/restapis/${api}/stages?deploymentId=${worker % 8}`;
      const answer = await sendSigned(url, { target, credentials, headers: PLAIN }, agent).catch(
        () => undefined,
      );
      if (answer === undefined) return;
      expect(answer.headers['x-restage-outcome']).toBe('recorded');
      answered.push({ file: `${api}.json`, description: JSON.parse(answer.text).item[0].description });
      if (answered.length === 200) first.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, worker) => work(worker)));
  agent.destroy();
  await first.ended;

  expect(answered.length).toBeGreaterThanOrEqual(200);
  const files = await readCassette(dir);
  const names = await readdir(join(dir, CASSETTE));
  expect(names).toContain('.lock');
  for (const name of names.filter((each) => each.endsWith('.json'))) JSON.parse(files[name] ?? '');
  expect(answered.filter(({ file, description }) => !files[file]?.includes(description))).toEqual([]);

  const second = restage(args, { env });
  const again = await second.url;
  const target = '/restapis/api0/stages?deploymentId=0';
  expect((await sendSigned(again, { target, credentials })).headers['x-restage-outcome']).toBe('recorded');
  second.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ status: 0, stderr: '' });
  expect((await readdir(join(dir, CASSETTE))).filter((name) => !/^[a-z0-9]+\.json$/.test(name))).toEqual([]);
});

test('a second recorder is refused and says who holds the cassette; another cassette is free', async () => {
  const dir = await temporaryFolder();
  const args = ['record', '--dir', dir, '--port', '0', '-c'];
  const first = restage([...args, 'one'], { env });
  await first.url;
  const second = await restage([...args, 'one'], { env }).ended;
  const other = restage([...args, 'two'], { env });
  await other.url;

  expect(second).toMatchObject({ status: 1, stdout: '' });
  expect(second.stderr).toMatch(
    new RegExp(`^Cannot record to '[^']+': process ${first.child.pid} on .+ is recording to it\\. .+\\.\n$`),
  );
  first.kill('SIGINT');
  expect((await first.ended).status).toBe(0);
  const third = restage([...args, 'one'], { env });
  await third.url;
});

test('auto takes the lock with its first store, and says so when it cannot have it', async () => {
  const service = await startService();
  const dir = await temporaryFolder();
  const target = '/restapis/onestage01/stages';
  const auto = await run('auto', { dir, upstream: service.url });
  const recording = await run('record', { dir, upstream: service.url });
  const answer = await sendSigned(auto.url, { target, credentials });

  expect(answer).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'forwarded' } });
  expect(auto.failures.map(({ message }) => message)).toEqual([
    expect.stringContaining(`process ${process.pid} on `),
  ]);
  await recording.close();
  expect(await readCassette(dir)).toEqual({});
});

test("a lock that is none of restage's is not taken over", async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, CASSETTE));
  await writeFile(join(dir, CASSETTE, '.lock'), 'somebody');

  await expect(run('record', { dir })).rejects.toThrow(
    /^Cannot lock the cassette: .+\.lock' is no lock of restage\. /,
  );
});

test.each([
  ['of one API', () => 'one'],
  ['of 64 APIs', (index: number) => `api${index}`],
])('64 calls at once %s are all recorded', async (_, apiOf) => {
  const restaged = await run('record', { upstream: await startCounter() });
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_each, index) =>
      sendSigned(restaged.url, { target: `/restapis/${apiOf(index)}/stages`, credentials, headers: PLAIN }),
    ),
  );
  await restaged.close();
  const files = await readCassette(restaged.dir);
  const stored = JSON.stringify(files);

  expect(answers.map(({ headers }) => headers['x-restage-outcome'])).toEqual(Array(64).fill('recorded'));
  const descriptions = answers.map(({ text }) => String(JSON.parse(text).item[0].description));
  expect(new Set(descriptions).size).toBe(64);
  expect(descriptions.filter((each) => !stored.includes(each))).toEqual([]);
  expect(Object.keys(files)).toHaveLength(new Set(answers.map((_each, index) => apiOf(index))).size);
});

test('64 replayed calls at once read their file once and are all answered', async () => {
  const recording = await run('record', { upstream: await startCounter() });
  await sendSigned(recording.url, { target: '/restapis/one/stages', credentials, headers: PLAIN });
  await recording.close();
  const replaying = await run('replay', { dir: recording.dir });
  const answers = await Promise.all(
    Array.from({ length: 64 }, () => send(replaying.url, '/restapis/one/stages', PLAIN)),
  );

  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(new Set(answers.map(({ headers }) => headers['x-amzn-requestid'])).size).toBe(64);
});
