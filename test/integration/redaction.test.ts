import { expect, test } from 'vitest';
import { credentials, readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const ACCOUNT = '987654321098';
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl';
const rich = `/restapis/${sample.rich}/stages`;
const made = '/restapis/made000001/stages';

const stage = {
  stageName: 'secret-password',
  deploymentId: `arn:aws:iam::${ACCOUNT}:role/known`,
  description: `signed in with ${KEY}`,
  variables: {
    API_KEY: 'k-1',
    'db.Pass-word': 'k-2',
    accessToken: 'k-3',
    url: 'https://me:k-4@example.com/x',
    jwt: JWT,
    image: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/x`,
    harmless: 'kept as it is',
  },
  canarySettings: { percentTraffic: 5, stageVariableOverrides: { clientSecret: 'k-5' } },
  tags: { private: 'k-6', team: 'kept too' },
};
const SECRETS = [sample.secret, ACCOUNT, KEY, JWT, 'k-1', 'k-2', 'k-3', 'k-4', 'k-5', 'k-6'];

test.each([
  ['plain', { accept: 'application/json' }],
  ['HAL', {}],
])('secrets and account ids in %s reach the client, and never a file', async (_, headers) => {
  const service = await startService({ accountId: ACCOUNT });
  service.setStages('made000001', [stage]);
  const recording = await run('record', { upstream: service.url });
  for (const target of [rich, made, '/restapis/nosuchapi0/stages']) {
    const direct = await sendSigned(service.url, { target, credentials, headers });
    const recorded = await sendSigned(recording.url, { target, credentials, headers });
    expect(recorded.text).toBe(direct.text);
    expect(recorded.headers['x-restage-outcome']).toBe('recorded');
  }
  await recording.close();
  const stored = Object.values(await readCassette(recording.dir)).join('');

  for (const secret of SECRETS) expect(stored).not.toContain(secret);
  for (const header of ['Credential=', 'x-amz', '"authorization', 'AWS4-HMAC', credentials.accessKeyId]) {
    expect(stored.toLowerCase()).not.toContain(header.toLowerCase());
  }
  for (const kept of ['kept as it is', 'kept too', 'secret-password']) expect(stored).toContain(kept);
  expect(stored).toContain('arn:aws:logs:us-east-1:123456789012:log-group:stage-access');
});

test("a replay gives what is left, in the service's own words", async () => {
  const service = await startService({ accountId: ACCOUNT });
  const recording = await run('record', { upstream: service.url });
  for (const target of [rich, '/restapis/nosuchapi0/stages']) {
    await sendSigned(recording.url, { target, credentials, headers: { accept: 'application/json' } });
  }
  await recording.close();
  const replaying = await run('replay', { dir: recording.dir });
  const stages = JSON.parse((await send(replaying.url, rich, { accept: 'application/json' })).text).item;
  const missing = await send(replaying.url, '/restapis/nosuchapi0/stages', {});

  expect(stages[0].variables).toEqual({ dbPassword: 'REDACTED', tableName: 'orders' });
  expect(missing.text).toBe('{"message":"Invalid API identifier specified 123456789012:nosuchapi0"}\n');
});

test('in auto, whoever comes later gets what was stored', async () => {
  const service = await startService({ accountId: ACCOUNT });
  const restage = await run('auto', { upstream: service.url });
  const asked = { target: rich, credentials };
  const [first, second] = [await sendSigned(restage.url, asked), await sendSigned(restage.url, asked)];

  expect(first.text).toContain(sample.secret);
  expect(second.headers['x-restage-outcome']).toBe('replayed');
  expect(second.text).not.toContain(sample.secret);
});

test('a rule that is switched off stores what it would have taken out', async () => {
  const service = await startService({ accountId: ACCOUNT });
  const restage = await run('record', { upstream: service.url, 'no-redact': ['account-ids'] });
  await sendSigned(restage.url, { target: rich, credentials });
  const stored = JSON.stringify(await readCassette(restage.dir));

  expect(stored).toContain(ACCOUNT);
  expect(stored).not.toContain(sample.secret);
});

test('what is recorded is found by what was asked for, even where that is redacted in the answer', async () => {
  const service = await startService({ accountId: ACCOUNT });
  service.setStages('made000001', [stage]);
  const target = `${made}?deploymentId=${encodeURIComponent(stage.deploymentId)}`;
  const recording = await run('record', { upstream: service.url });
  await sendSigned(recording.url, { target, credentials, headers: { accept: 'application/json' } });
  await recording.close();
  const replaying = await run('replay', { dir: recording.dir });
  const answer = await send(replaying.url, target, { accept: 'application/json' });

  expect(answer.headers['x-restage-outcome']).toBe('replayed');
  expect(JSON.parse(answer.text).item[0].deploymentId).toBe('arn:aws:iam::123456789012:role/known');
});

test('an API that has not changed is recorded again without a change, secrets and all', async () => {
  const service = await startService({ accountId: ACCOUNT });
  service.setStages('made000001', [stage]);
  const record = async (dir?: string) => {
    const recording = await run('record', { upstream: service.url, ...(dir !== undefined && { dir }) });
    for (const headers of [{ accept: 'application/json' }, {}]) {
      await sendSigned(recording.url, { target: made, credentials, headers });
    }
    await recording.close();
    return { dir: recording.dir, files: await readCassette(recording.dir) };
  };
  const first = await record();
  const second = await record(first.dir);

  expect(second.files).toEqual(first.files);
});
