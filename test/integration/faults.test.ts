import { describe, expect, test } from 'vitest';
import { credentials, getStages, readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.oneStage;
const target = `/restapis/${API}/stages`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A cassette with one take, and the service that it came from. */
async function startRecorded() {
  const service = await startService();
  const recording = await run('record', { upstream: service.url });
  await sendSigned(recording.url, { target, credentials });
  await recording.close();
  return { service, dir: recording.dir };
}

describe.each(['record', 'auto', 'passthrough', 'replay'] as const)('in %s', (mode) => {
  test('an injected throttle is survived by the AWS SDK for JavaScript, and is neither forwarded nor stored', async () => {
    const { service, dir } = await startRecorded();
    const before = await readCassette(dir);
    const upstream = mode === 'replay' ? {} : { upstream: service.url };
    const restage = await run(mode, {
      dir,
      fault: ['throttle,first=1'],
      order: 'strict',
      ...upstream,
    });
    const calls = service.calls.length;
    const output = await getStages(restage.url, { restApiId: API }, { maxAttempts: 2 });

    expect(output).toMatchObject({ item: [{ stageName: 'live' }] });
    const answered = { record: 'recorded', auto: 'replayed', passthrough: 'forwarded', replay: 'replayed' }[
      mode
    ];
    expect(restage.calls()).toMatchObject([
      { outcome: 'faulted', status: 429, attempt: 1, fault: 'throttle,first=1' },
      { outcome: answered, status: 200, attempt: 2 },
    ]);
    expect(new Set(restage.calls().map(({ invocationId }) => invocationId)).size).toBe(1);
    expect(service.calls.length - calls).toBe(mode === 'record' || mode === 'passthrough' ? 1 : 0);
    await restage.close();
    expect(await readCassette(dir)).toEqual(before);
  });

  test('a latency delays the call, which is otherwise an ordinary one', async () => {
    const { service, dir } = await startRecorded();
    const upstream = mode === 'replay' ? {} : { upstream: service.url };
    const restage = await run(mode, {
      dir,
      fault: ['latency,ms=30', 'latency,ms=20,api=another'],
      ...upstream,
    });
    const answer = await sendSigned(restage.url, { target, credentials });

    expect(answer.headers['x-restage-outcome']).not.toBe('faulted');
    expect(answer.status).toBe(200);
    // Timers may come a millisecond early.
    expect(restage.calls()[0]?.durationMs).toBeGreaterThanOrEqual(29);
    expect(
      JSON.parse((await send(restage.url, '/__restage/status', { host: 'localhost' })).text).faults,
    ).toMatchObject([
      { kind: 'latency', matched: 1, fired: 1 },
      { matched: 0, fired: 0 },
    ]);
  });
});

test('a throttle without end is what the SDK fails with, and the service hears nothing of it', async () => {
  const service = await startService();
  const restage = await run('record', { upstream: service.url, fault: ['throttle,first=99'] });

  await expect(getStages(restage.url, { restApiId: API }, { maxAttempts: 2 })).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    message: 'Too Many Requests',
    $metadata: { attempts: 2, httpStatusCode: 429 },
  });
  expect(service.calls).toEqual([]);
  expect(await readCassette(restage.dir)).toEqual({});
});

test.each([
  ['throttle', 429, 'TooManyRequestsException', 'Too Many Requests'],
  ['limit-exceeded', 429, 'LimitExceededException', undefined],
  ['not-found', 404, 'NotFoundException', `Invalid API identifier specified 123456789012:${API}`],
  ['bad-request', 400, 'BadRequestException', undefined],
  ['unauthorized', 401, 'UnauthorizedException', undefined],
  ['access-denied', 403, 'AccessDeniedException', undefined],
  ['expired-token', 403, 'ExpiredTokenException', undefined],
  ['conflict', 409, 'ConflictException', undefined],
  ['internal', 500, 'InternalFailure', undefined],
  ['unavailable', 503, 'ServiceUnavailableException', undefined],
])("%s is answered in the service's shape", async (kind, status, type, message) => {
  const restage = await run('replay', { fault: [kind] });
  const answer = await send(restage.url, target, {});

  expect(answer).toMatchObject({
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(answer.body.length),
      'x-amzn-errortype': type,
      'x-amzn-requestid': expect.stringMatching(UUID),
      'x-amz-apigw-id': expect.stringMatching(/^[A-Za-z0-9+/_-]{15}=$/),
      'x-restage-outcome': 'faulted',
      date: expect.any(String),
    },
  });
  expect(answer.headers).not.toHaveProperty('retry-after');
  expect(answer.text).toMatch(/^\{"message":".+"\}\n$/);
  if (message !== undefined) expect(JSON.parse(answer.text)).toEqual({ message });
});

test('retry-after and retry-after-ms are sent when they are asked for', async () => {
  const restage = await run('replay', { fault: ['throttle,retry-after=3,retry-after-ms=250'] });
  const { headers } = await send(restage.url, target, {});

  expect(headers).toMatchObject({ 'retry-after': '3', 'x-amz-retry-after': '250' });
});

test('a faulted call uses up no take', async () => {
  const { dir } = await startRecorded();
  const restage = await run('replay', { dir, order: 'strict', fault: ['unavailable,every=2'] });
  const outcomes: unknown[] = [];
  for (let i = 0; i < 4; i += 1)
    outcomes.push((await send(restage.url, target, {})).headers['x-restage-outcome']);

  expect(outcomes).toEqual(['replayed', 'faulted', 'missed', 'faulted']);
});

test('rules are tried in order, in their scopes, and the first that fires answers', async () => {
  const restage = await run('replay', {
    fault: [
      'throttle,api=a,times=1',
      'conflict,deployment=d',
      'internal,region=eu-west-1',
      'not-found,api=a',
    ],
  });
  const status = async (path: string, region = 'us-east-1') =>
    (await sendSigned(restage.url, { target: path, credentials, region })).status;

  expect(await status('/restapis/a/stages?deploymentId=d')).toBe(429);
  expect(await status('/restapis/a/stages?deployment_id=d')).toBe(409);
  expect(await status('/restapis/b/stages', 'eu-west-1')).toBe(500);
  expect(await status('/restapis/a/stages')).toBe(404);
  expect(await status('/restapis/b/stages')).toBe(400);
});

test('a chance is repeatable under one seed, whatever runs at the same time', async () => {
  const apis = Array.from({ length: 16 }, (_, index) => `api${index}`);
  const statusesOf = async (seed: number, concurrency: number) => {
    const restage = await run('replay', { fault: ['throttle,p=0.5'], seed });
    const queues = apis.map((api) => ({ api, statuses: [] as number[] }));
    // Calls of one API follow one another, so that each is the n-th of its key; APIs run at the same time.
    const askAll = async ({ api, statuses }: (typeof queues)[number]) => {
      for (let n = 0; n < 12; n += 1)
        statuses.push((await send(restage.url, `/restapis/${api}/stages`, {})).status);
    };
    if (concurrency === 1) for (const queue of queues) await askAll(queue);
    else await Promise.all(queues.map(askAll));
    await restage.close();
    return queues.map(({ statuses }) => statuses.join());
  };
  const [one, many, again, other] = [
    await statusesOf(7, 1),
    await statusesOf(7, 64),
    await statusesOf(7, 64),
    await statusesOf(8, 1),
  ];

  expect(many).toEqual(one);
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect(new Set(one).size).toBeGreaterThan(10);
});

test('64 calls of one key at once meet as many faults as one after the other', async () => {
  const countOf = async (concurrency: 1 | 64) => {
    const restage = await run('replay', { fault: ['throttle,p=0.3'], seed: 1 });
    const ask = async () => (await send(restage.url, target, {})).status;
    const statuses: number[] = [];
    if (concurrency === 64) statuses.push(...(await Promise.all(Array.from({ length: 64 }, ask))));
    else for (let n = 0; n < 64; n += 1) statuses.push(await ask());
    return statuses.filter((status) => status === 429).length;
  };
  const count = await countOf(1);

  expect(await countOf(64)).toBe(count);
  expect(count).toBeGreaterThan(5);
  expect(count).toBeLessThan(40);
});

test.each([
  ['operation=GetStages', [429, 429, 400]],
  ['operation=*Stages,method=HEAD', [200, 429, 400]],
  ['method=POST|GET', [429, 200, 429]],
  [`item=${API}`, [429, 429, 429]],
  ['item=live', [429, 429, 400]],
  ['item=beta', [200, 200, 429]],
])('a rule with %s is about these calls alone', async (scope, expected) => {
  const { dir } = await startRecorded();
  const restage = await run('replay', { dir, fault: [`throttle,${scope}`] });
  const statuses: number[] = [];
  for (const [method, path] of [
    ['GET', target],
    ['HEAD', target],
    ['GET', `${target}/beta/cache/data`],
  ])
    statuses.push((await send(restage.url, path ?? '', {}, { method: method ?? '' })).status);

  expect(statuses).toEqual(expected);
});
