import { describe, expect, test } from 'vitest';
import { CASSETTE, getStages, readCassette, run, startService } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { type Credentials, type StandIn, sample } from '../support/stand-in.ts';

const APIS = [sample.twoStages, sample.oneStage, sample.noStages, sample.rich] as const;
const PLAIN = { accept: 'application/json' };
const HAL = { accept: 'application/hal+json' };

function ask(url: string, target: string, { credentials }: StandIn, headers: Record<string, string> = {}) {
  return sendSigned(url, { target, credentials, headers });
}

describe('the AWS SDK for JavaScript', () => {
  test('gets the same from the service, while recording, and from a replay without either', async () => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    const asked = [
      ...APIS.map((restApiId) => ({ restApiId })),
      { restApiId: sample.rich, deploymentId: 'dep001' },
    ];
    const direct = await Promise.all(asked.map((input) => getStages(service.url, input)));
    const recorded = await Promise.all(asked.map((input) => getStages(recording.url, input)));
    await recording.close();
    await service.close();

    const replaying = await run('replay', { dir: recording.dir, 'no-redact': ['secret-names'] });
    const nobody = { credentials: { accessKeyId: 'NOBODY', secretAccessKey: 'nothing' } };
    const replayed = await Promise.all(asked.map((input) => getStages(replaying.url, input, nobody)));

    expect(recorded).toEqual(direct);
    const withoutSecret = (text: unknown) => JSON.stringify(text).replaceAll(sample.secret, 'REDACTED');
    expect(withoutSecret(replayed)).toBe(withoutSecret(direct));
    expect(replaying.calls().map(({ outcome }) => outcome)).toEqual(asked.map(() => 'replayed'));
    expect(recording.failures).toEqual([]);
  });

  test("gets the service's own error, while recording and from a replay", async () => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    const failed = {
      name: 'NotFoundException',
      message: 'Invalid API identifier specified 123456789012:nosuchapi0',
    };

    await expect(getStages(recording.url, { restApiId: 'nosuchapi0' })).rejects.toMatchObject(failed);
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });

    await expect(getStages(replaying.url, { restApiId: 'nosuchapi0' })).rejects.toMatchObject(failed);
    expect(replaying.calls()).toMatchObject([{ outcome: 'replayed', status: 404 }]);
  });
});

describe('a raw client', () => {
  test.each([
    ['plain', PLAIN],
    ['HAL', HAL],
    ['nothing in particular, and so HAL', {}],
  ])('that asks for %s gets byte for byte what the service sends', async (_, headers) => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    for (const api of APIS) {
      const target = `/restapis/${api}/stages`;
      const direct = await ask(service.url, target, service, headers);
      const recorded = await ask(recording.url, target, service, headers);
      expect(recorded.headers['x-restage-outcome']).toBe('recorded');
      expect(recorded.text).toBe(direct.text);
    }
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });
    for (const api of APIS) {
      const target = `/restapis/${api}/stages`;
      const direct = await ask(service.url, target, service, headers);
      const replayed = await send(replaying.url, target, headers);
      expect(replayed.status).toBe(200);
      expect(replayed.headers['content-type']).toBe(direct.headers['content-type']);
      expect(JSON.parse(replayed.text)).toEqual(
        JSON.parse(direct.text.replaceAll(sample.secret, 'REDACTED')),
      );
    }
  });

  test.each([
    ['HAL', 'plain', PLAIN, HAL],
    ['plain', 'HAL', HAL, PLAIN],
  ])('gets %s from what was recorded as %s', async (_wanted, _recorded, recordedAs, asked) => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    for (const api of APIS) await ask(recording.url, `/restapis/${api}/stages`, service, recordedAs);
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });

    for (const api of APIS) {
      const target = `/restapis/${api}/stages`;
      const direct = await ask(service.url, target, service, asked);
      const replayed = await send(replaying.url, target, asked);
      const expected = JSON.parse(direct.text.replaceAll(sample.secret, 'REDACTED'));
      // Plain has no nulls, so HAL that is made of it cannot have them.
      const isMadeOfPlain = recordedAs === PLAIN;
      expect(JSON.parse(replayed.text)).toEqual(isMadeOfPlain ? withoutNulls(expected) : expected);
      expect(replayed.headers['content-type']).toBe(direct.headers['content-type']);
    }
  });

  test('gets numbers as the service wrote them', async () => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    await ask(recording.url, `/restapis/${sample.rich}/stages`, service, HAL);
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });
    const { text } = await send(replaying.url, `/restapis/${sample.rich}/stages`, PLAIN);

    expect(text).toContain('"throttlingRateLimit":10000.0');
    expect(text).toContain('"ratio":1.50');
    expect(text).toContain('"percentTraffic":10.0');
  });

  test('gets the same for every spelling of one filter', async () => {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    await ask(recording.url, `/restapis/${sample.rich}/stages?deployment_id=dep002`, service, PLAIN);
    await recording.close();
    const replaying = await run('replay', { dir: recording.dir });
    const stages = `/restapis/${sample.rich}/stages`;
    const names = async (target: string) => {
      const { text } = await send(replaying.url, target, PLAIN);
      return (JSON.parse(text).item ?? []).map((stage: { stageName: string }) => stage.stageName);
    };

    expect(await names(`${stages}?deploymentId=dep002`)).toEqual(['dev']);
    expect(await names(`${stages}?X-Amz-Date=1&deployment%5Fid=dep00%32`)).toEqual(['dev']);
    expect(
      await names(
        `/restapis/${encodeURIComponent(sample.rich).replace('r', '%72')}/stages?deployment_id=dep002`,
      ),
    ).toEqual(['dev']);
    expect(await names(stages)).toEqual([]);
    expect(await names(`${stages}?deploymentId=`)).toEqual([]);
    expect(replaying.calls().map(({ outcome }) => outcome)).toEqual([
      'replayed',
      'replayed',
      'replayed',
      'missed',
      'missed',
    ]);
  });
});

test('temporary credentials are verified, used, and not stored', async () => {
  const temporary: Credentials = {
    accessKeyId: 'ASIATEMPORARY',
    secretAccessKey: 's/ecret+',
    sessionToken: 'to/k+en==',
  };
  const service = await startService({ credentials: [temporary] });
  const recording = await run('record', {
    upstream: service.url,
    'client-key': ['CLIENT:client-secret'],
  });
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: temporary.accessKeyId,
    AWS_SECRET_ACCESS_KEY: temporary.secretAccessKey,
    AWS_SESSION_TOKEN: temporary.sessionToken,
  });
  try {
    const direct = await getStages(service.url, { restApiId: sample.rich }, { credentials: temporary });
    expect(await getStages(recording.url, { restApiId: sample.rich }, { credentials: temporary })).toEqual(
      direct,
    );
    const otherSession = { ...temporary, sessionToken: 'another' };
    await expect(
      getStages(recording.url, { restApiId: sample.rich }, { credentials: otherSession }),
    ).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  } finally {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example-secret' });
    delete process.env.AWS_SESSION_TOKEN;
  }
  expect(service.calls.map(({ signed }) => signed)).toEqual([true, true]);
  const stored = JSON.stringify(await readCassette(recording.dir, CASSETTE));
  expect(stored).toContain('"prod');
  for (const secret of Object.values(temporary)) expect(stored).not.toContain(secret);
});

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]));
}
