import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CASSETTE, getStages, readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ODD_IDS = [
  '../../etc/passwd',
  '..',
  '.',
  '%2e%2e',
  '%00',
  '\0',
  'x'.repeat(300),
  'CON',
  'con',
  'Abc',
  'aBC',
  'abc',
  '☃',
  '%e2%98%83',
  'a b+c',
  '.lock',
  '.abc.json.tmp',
  'a.json',
  '__proto__',
  'constructor',
];
const PLAIN = { accept: 'application/json' };

test('odd ids and filters are recorded and replayed like any other, in files of their own', async () => {
  const service = await startService();
  for (const id of ODD_IDS) service.setStages(id, [{ stageName: 'only', deploymentId: id, description: id }]);
  const outside = temporaryFolder();
  const recording = await run('record', { upstream: service.url, dir: join(outside, 'inside') });
  for (const restApiId of ODD_IDS) {
    for (const input of [{ restApiId }, { restApiId, deploymentId: restApiId }]) {
      const recorded = await getStages(recording.url, input);
      expect(recorded).toEqual(await getStages(service.url, input));
      expect(recorded).toMatchObject({ item: [{ description: restApiId }] });
    }
  }
  await recording.close();
  const replaying = await run('replay', { dir: recording.dir });
  for (const restApiId of ODD_IDS) {
    for (const input of [{ restApiId }, { restApiId, deploymentId: restApiId }]) {
      const replayed = await getStages(replaying.url, input);
      expect(replayed).toMatchObject({ item: [{ description: restApiId }] });
    }
  }

  expect(recording.calls().map(({ outcome }) => outcome)).toEqual(Array(2 * ODD_IDS.length).fill('recorded'));
  const files = await readdir(join(recording.dir, CASSETTE));
  expect(files.filter((name) => !/^[a-z0-9%-]{1,150}\.json$/.test(name))).toEqual([]);
  expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(ODD_IDS.length);
  expect(await readdir(recording.dir)).toEqual([CASSETTE]);
  expect(await readdir(outside)).toEqual(['inside']);
});

test.each(['/restapis/%2e%2e/stages', '/restapis/%2E%2e/stages'])(
  'the id of %s is two dots, and nothing is resolved',
  async (target) => {
    const service = await startService();
    service.setStages('..', [{ stageName: 'dots' }]);
    const recording = await run('record', { upstream: service.url });
    const request = { target, credentials: service.credentials, headers: PLAIN };
    const recorded = await sendSigned(recording.url, request);
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });

    expect(recorded).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'recorded' } });
    expect(service.calls.at(-1)?.target).toBe(target);
    expect(Object.keys(await readCassette(recording.dir))).toEqual(['%2e%2e.json']);
    expect((await send(replaying.url, '/restapis/%2e%2e/stages', PLAIN)).text).toBe(recorded.text);
  },
);

test.each([
  '/restapis/a//b/stages',
  '/restapis/a\\b/stages',
  '/restapis/abc/stages?x=%zz',
  '/restapis/%ff/stages',
  '/restapis//stages',
  '/restapis/abc/stages/',
  '/restapis/abc/stages?deploymentId=a&deploymentId=b',
  '/restapis/abc/stages?deploymentId=a&deployment_id=a',
  '/restapis/abc/stages?limit=1',
])('the target %s is no call that is recorded, and none that is replayed', async (target) => {
  const service = await startService();
  service.setStages('abc', [{ stageName: 'wrong' }]);
  const recording = await run('record', { upstream: service.url });
  await sendSigned(recording.url, { target: '/restapis/abc/stages', credentials: service.credentials });
  const before = await readCassette(recording.dir);
  // A target that cannot be decoded cannot be signed by hand here either.
  const headers = { headers: PLAIN, credentials: service.credentials };
  const signable = !/%zz|%ff/.test(target);
  if (signable) {
    const answer = await sendSigned(recording.url, { target, ...headers });
    expect(['forwarded', 'refused']).toContain(answer.headers['x-restage-outcome']);
  }
  expect(await readCassette(recording.dir)).toEqual(before);
  await recording.close();

  const replaying = await run('replay', { dir: recording.dir });
  const missed = await send(replaying.url, target, PLAIN);
  expect(missed).toMatchObject({
    status: 400,
    headers: { 'x-restage-outcome': 'missed', 'x-amzn-errortype': 'RecordingNotFoundException' },
  });
});
