import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, recordInto, runOn, saidBy } from '../support/recorded.ts';
import { getStages, readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const API = 'onlyinus01';
const target = `/restapis/${API}/stages`;
const inUs = { target, region: 'us-east-1' };
const inEu = { target, region: 'eu-west-1' };
const inAsia = { target, region: 'ap-southeast-2' };

/** An API that one region knows: 404 in Europe, recorded first, and two answers in the United States. */
async function recordBoth() {
  const service = await startService();
  const dir = await recordInto(service, [inEu]);
  const recording = await runOn('record', dir, service);
  for (const stageName of ['one', 'two']) {
    service.setStages(API, [{ stageName }]);
    await ask(recording.url, service, inUs);
  }
  await recording.close();
  return { service, dir };
}

test('a caller gets what was recorded in its own region, and an answer before an error elsewhere', async () => {
  const { service, dir } = await recordBoth();
  const replaying = await run('replay', { dir });
  const answers = [];
  for (const asked of [inEu, inUs, inAsia, inUs, inAsia, inEu])
    answers.push(await ask(replaying.url, service, asked));
  const unsigned = JSON.parse((await send(replaying.url, target, { accept: 'application/json' })).text);

  // Each region's callers have their own place in the sequence.
  expect(saidBy(answers)).toEqual(['NotFoundException', 'one', 'one', 'two', 'two', 'NotFoundException']);
  expect(unsigned.item).toEqual([{ stageName: 'one' }]);
  expect(replaying.calls().map(({ region }) => region)).toEqual([
    'eu-west-1',
    'us-east-1',
    'ap-southeast-2',
    'us-east-1',
    'ap-southeast-2',
    'eu-west-1',
    undefined,
  ]);
});

test('a caller of a third region gets an error where nothing else was recorded', async () => {
  const service = await startService();
  const dir = await recordInto(service, [inEu]);
  const replaying = await run('replay', { dir });

  await expect(
    getStages(replaying.url, { restApiId: API }, { region: 'ap-southeast-2' }),
  ).rejects.toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } });
});

test('the takes of each region stand in one file, each with its region', async () => {
  const { dir } = await recordBoth();
  const { interactions } = JSON.parse((await readCassette(dir))[`${API}.json`] ?? '');

  expect(interactions).toHaveLength(1);
  expect(interactions[0].takes).toMatchObject([
    { status: 404, region: 'eu-west-1' },
    { status: 200, region: 'us-east-1', stages: [{ stageName: 'one' }] },
    { status: 200, region: 'us-east-1', stages: [{ stageName: 'two' }] },
  ]);
});

test('recording anew in one region leaves the takes of another alone', async () => {
  const { service, dir } = await recordBoth();
  service.setStages(API, [{ stageName: 'three' }]);
  await recordInto(service, [inEu], { dir });
  const replaying = await run('replay', { dir, order: 'strict' });
  const answers = [];
  for (const asked of [inEu, inUs, inUs, inUs]) answers.push(await ask(replaying.url, service, asked));

  expect(saidBy(answers)).toEqual(['three', 'one', 'two', 'RecordingNotFoundException']);
});

test('auto takes what any region has recorded for an answer', async () => {
  const { service, dir } = await recordBoth();
  const before = service.calls.length;
  const restage = await runOn('auto', dir, service);

  expect((await ask(restage.url, service, inAsia)).outcome).toBe('replayed');
  expect(service.calls).toHaveLength(before);
});

test('each call is signed again for the region that its client signed for', async () => {
  const service = await startService();
  const restage = await runOn('record', await temporaryFolder(), service);
  const regions = ['us-east-1', 'eu-central-2', 'us-gov-west-1', 'cn-northwest-1'];
  for (const region of regions) await getStages(restage.url, { restApiId: sample.oneStage }, { region });

  const scopes = service.calls.map(({ rawHeaders }) => /\d{8}\/([^/]+)\//.exec(rawHeaders.join('\n'))?.[1]);
  expect(scopes).toEqual(regions);
  expect(service.calls.every(({ signed }) => signed)).toBe(true);
});

describe('without an upstream, the regions of one proxy', () => {
  const hosts = {
    'us-east-1': 'apigateway.us-east-1.amazonaws.com',
    'eu-west-1': 'apigateway.eu-west-1.amazonaws.com',
    'cn-north-1': 'apigateway.cn-north-1.amazonaws.com.cn',
  } as const;
  type Region = keyof typeof hosts;
  let arrived: string[];

  beforeEach(() => {
    arrived = [];
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
  });
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
    nock.restore();
    nock.activate();
  });

  /** The real endpoint of a region, for as many calls as come; each is noted with the region it was signed for. */
  function serve(region: Region, status: number, body: object, headers: Record<string, string> = {}): void {
    nock(`https://${hosts[region]}`)
      .persist()
      .get(target)
      .reply(function answer() {
        const scope = /\d{8}\/([^/]+)\//.exec(String(this.req.headers.authorization))?.[1];
        arrived.push(`${scope} at ${this.req.headers.host}`);
        return [status, `${JSON.stringify(body)}\n`, { 'Content-Type': 'application/json', ...headers }];
      });
  }

  /** What a caller of a region is told by restage: the names of the stages, or the name of the error. */
  async function told(url: string, region: string): Promise<unknown> {
    return getStages(url, { restApiId: API }, { region }).then(
      (output) => (output as { item: { stageName: string }[] }).item.map(({ stageName }) => stageName),
      ({ name }: Error) => name,
    );
  }

  async function tellEach(url: string, regions: readonly string[]): Promise<unknown[]> {
    const answers = [];
    for (const region of regions) answers.push(await told(url, region));
    return answers;
  }

  // The error comes first, in between, and last.
  test.each([
    [['cn-north-1', 'us-east-1', 'eu-west-1']],
    [['us-east-1', 'cn-north-1', 'eu-west-1']],
    [['us-east-1', 'eu-west-1', 'cn-north-1']],
  ] as const)('go each to its own endpoint, and replay each for its own callers: %j', async (asked) => {
    const type = { 'x-amzn-ErrorType': 'NotFoundException' };
    serve('cn-north-1', 404, { message: 'Invalid API identifier specified' }, type);
    serve('eu-west-1', 200, { item: [{ stageName: 'europe' }] });
    serve('us-east-1', 200, { item: [{ stageName: 'america' }] });
    const expected = { 'cn-north-1': 'NotFoundException', 'eu-west-1': ['europe'], 'us-east-1': ['america'] };
    const recording = await run('record');
    const twice = [...asked, ...asked];
    const recorded = await tellEach(recording.url, twice);
    await recording.close();

    expect(recorded).toEqual(twice.map((region) => expected[region]));
    expect(arrived).toEqual(twice.map((region) => `${region} at ${hosts[region]}`));
    expect(recording.calls().map(({ outcome }) => outcome)).toEqual(twice.map(() => 'recorded'));

    // From here on nothing answers but restage.
    nock.cleanAll();
    const replaying = await run('replay', { dir: recording.dir });
    expect(await tellEach(replaying.url, twice)).toEqual(recorded);
    // A third region's caller is told of stages, not of the error, and of the same ones in whatever order they came.
    expect(await told(replaying.url, 'ap-southeast-2')).toEqual(['europe']);
    expect(arrived).toHaveLength(twice.length);
  });
});
