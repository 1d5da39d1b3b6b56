import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, recordInto, runOn, saidBy } from '../support/recorded.ts';
import {
  CASSETTE,
  credentials,
  getStages,
  readCassette,
  run,
  startService,
  temporaryFolder,
} from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';
import { deadUpstream } from '../support/upstream.ts';

const API = 'changing01';
const target = `/restapis/${API}/stages`;
const filtered = `${target}?deploymentId=d1`;

/** A service whose API has one stage, whose name changes when it is told to. */
async function startChanging(stageName: string) {
  const service = await startService();
  const become = (name: string) => service.setStages(API, [{ deploymentId: 'd1', stageName: name }]);
  become(stageName);
  return { service, become };
}

async function takesOf(dir: string) {
  const { interactions } = JSON.parse((await readCassette(dir))[`${API}.json`] ?? '');
  return interactions;
}

describe('auto', () => {
  test('replays what is recorded, and records what is not, once', async () => {
    const { service, become } = await startChanging('old');
    const dir = await recordInto(service, [target]);
    become('new');
    const restage = await runOn('auto', dir, service);
    const answers = [];
    for (const each of [target, filtered, filtered, target])
      answers.push(await ask(restage.url, service, each));
    await restage.close();
    await service.close();

    expect(saidBy(answers)).toEqual(['old', 'new', 'new', 'old']);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['replayed', 'recorded', 'replayed', 'replayed']);
    expect(service.calls).toHaveLength(2);
    const offline = await run('replay', { dir });
    expect(saidBy([await ask(offline.url, service, filtered)])).toEqual(['new']);
  });

  test('leaves a file that needs nothing new as it is, and takes no lock for it', async () => {
    const { service, become } = await startChanging('old');
    const dir = await recordInto(service, [target]);
    const before = await readCassette(dir);
    become('new');
    const [one, two] = [await runOn('auto', dir, service), await runOn('auto', dir, service)];
    await ask(one.url, service, target);
    await ask(two.url, service, target);

    expect(await readdir(join(dir, CASSETTE))).toEqual([`${API}.json`]);
    await ask(one.url, service, '/restapis/other00001/stages');
    expect(await readdir(join(dir, CASSETTE))).toEqual(['.lock', `${API}.json`, 'other00001.json']);
    await one.close();
    expect(await readdir(join(dir, CASSETTE))).toEqual([`${API}.json`, 'other00001.json']);
    expect((await readCassette(dir))[`${API}.json`]).toBe(before[`${API}.json`]);
  });

  test('records an exhausted strict sequence anew, at its end', async () => {
    const { service, become } = await startChanging('first');
    const dir = await recordInto(service, [target]);
    const restage = await runOn('auto', dir, service, { order: 'strict' });
    const answers = [await ask(restage.url, service, target)];
    for (const name of ['second', 'second', 'third']) {
      become(name);
      answers.push(await ask(restage.url, service, target));
    }
    await restage.close();

    expect(saidBy(answers)).toEqual(['first', 'second', 'second', 'third']);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['replayed', 'recorded', 'recorded', 'recorded']);
    expect(await takesOf(dir)).toMatchObject([
      {
        takes: [
          { stages: [{ stageName: 'first' }] },
          { stages: [{ stageName: 'second' }], times: 2 },
          { stages: [{ stageName: 'third' }] },
        ],
      },
    ]);
    const replaying = await run('replay', { dir, order: 'strict' });
    const replayed = [];
    for (let n = 0; n < 5; n += 1) replayed.push(await ask(replaying.url, service, target));
    expect(saidBy(replayed)).toEqual(['first', 'second', 'second', 'third', 'RecordingNotFoundException']);
  });

  test('appends an error to an exhausted strict sequence, and replaces nothing by it', async () => {
    const { service } = await startChanging('first');
    const dir = await recordInto(service, [target]);
    service.setStages(API, undefined);
    const restage = await runOn('auto', dir, service, { order: 'strict' });
    await ask(restage.url, service, target);
    const answer = await ask(restage.url, service, target);
    await restage.close();

    expect(answer).toMatchObject({ outcome: 'recorded', status: 404 });
    expect(await takesOf(dir)).toMatchObject([{ takes: [{ status: 200 }, { status: 404 }] }]);
  });

  test('needs no upstream for what is recorded, and says so for what is not', async () => {
    const { service } = await startChanging('old');
    const dir = await recordInto(service, [target]);
    const restage = await run('auto', { dir, upstream: await deadUpstream() });

    expect(await ask(restage.url, service, target)).toMatchObject({ outcome: 'replayed', status: 200 });
    expect(await ask(restage.url, service, filtered)).toMatchObject({
      outcome: 'forwarded',
      status: 502,
      type: 'UpstreamUnreachableException',
    });
  });

  test('does not record a throttle: the next call asks again', async () => {
    const { service } = await startChanging('live');
    const restage = await runOn('auto', await temporaryFolder(), service);
    service.fail('error', { status: 429 });
    const answers = [await ask(restage.url, service, target), await ask(restage.url, service, target)];

    expect(answers.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['forwarded', 429],
      ['recorded', 200],
    ]);
  });
});

test('without credentials, auto replays what is recorded and refuses the rest, which counts for nothing', async () => {
  const service = await startService();
  const dir = await recordInto(service, [`/restapis/${sample.twoStages}/stages`]);
  const keys = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  for (const name of Object.keys(keys)) delete process.env[name];
  try {
    const restage = await runOn('auto', dir, service, { fault: ['throttle,after=1,first=1'] });
    const anyone = { credentials: { accessKeyId: 'ANYONE', secretAccessKey: 'anything' } };
    const asked = { restApiId: sample.twoStages };

    await expect(getStages(restage.url, asked, anyone)).resolves.toMatchObject({
      item: [{ stageName: 'beta' }, { stageName: 'prod' }],
    });
    await expect(getStages(restage.url, { restApiId: sample.oneStage }, anyone)).rejects.toMatchObject({
      name: 'CredentialsUnavailableException',
      message: expect.stringMatching(/^Cannot sign the call: no AWS credentials come from the default chain/),
      $metadata: { httpStatusCode: 400 },
    });
    await expect(getStages(restage.url, asked, anyone)).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    expect(restage.calls().map(({ outcome }) => outcome)).toEqual(['replayed', 'refused', 'faulted']);
    expect(service.calls).toHaveLength(1);
  } finally {
    Object.assign(process.env, keys);
  }
});
