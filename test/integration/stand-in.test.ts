import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type RawAnswer, send, sendSigned } from '../support/stand-in/signed-request.ts';
import { type StandIn, type StandInOptions, sample, startStandIn } from '../support/stand-in.ts';

let standIn: StandIn;
let now = Date.UTC(2026, 1, 3);

async function restart(options: StandInOptions): Promise<void> {
  await standIn.close();
  standIn = await startStandIn({ now: () => now, ...options });
}

beforeEach(async () => {
  standIn = await startStandIn({ now: () => now });
});
afterEach(() => standIn.close());

function ask(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> {
  return sendSigned(standIn.url, { method, target, headers, credentials: standIn.credentials, date: now });
}

const PLAIN = { accept: 'application/json' };
const stages = `/restapis/${sample.twoStages}/stages`;

describe('every answer of the stand-in', () => {
  test('has the headers of the service, and no others', async () => {
    const names = ({ rawHeaders }: RawAnswer) => rawHeaders.filter((_, i) => i % 2 === 0).sort();
    const usual = [
      'Connection',
      'Content-Length',
      'Content-Type',
      'Date',
      'x-amz-apigw-id',
      'x-amzn-RequestId',
    ];
    const answer = await ask(stages, PLAIN);
    const error = await ask('/restapis/unknown123/stages');

    expect(names(answer)).toEqual(usual);
    expect(names(error)).toEqual([...usual, 'x-amzn-ErrorType'].sort());
    expect(answer.headers).toMatchObject({
      connection: 'keep-alive',
      date: new Date(now).toUTCString(),
      'x-amz-apigw-id': expect.stringMatching(/^[\w+/]{15}=$/),
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
    expect(error.headers['x-amzn-requestid']).not.toBe(answer.headers['x-amzn-requestid']);
  });

  test('ends the connection for a client that wants it closed', async () => {
    const { headers } = await ask(stages, { connection: 'close' });

    expect(headers.connection).toBe('close');
  });

  test.each([
    ['GET', '/restapis/unknown123/stages', 404, 'Invalid API identifier specified 999988887777:unknown123'],
    ['GET', '/restapis/no%20ne/stages', 404, 'Invalid API identifier specified 999988887777:no ne'],
    ['GET', `${stages}/gamma`, 404, 'Invalid stage identifier specified'],
    ['DELETE', `${stages}/beta`, 403, 'Missing Authentication Token'],
    ['PATCH', stages, 403, 'Missing Authentication Token'],
    ['GET', '/sdktypes/none', 403, 'Missing Authentication Token'],
    ['GET', '/restapis/%zz/stages', 403, 'Missing Authentication Token'],
  ])('to %s %s is an error in its shape', async (method, target, status, message) => {
    await restart({ accountId: '999988887777' });
    const type = status === 404 ? 'NotFoundException' : 'MissingAuthenticationTokenException';
    const answer = await ask(target, {}, method);

    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-amzn-errortype': type });
    expect({ status: answer.status, text: answer.text }).toEqual({
      status,
      text: `{"message":"${message}"}\n`,
    });
  });

  test('has the account of the options in its ARNs', async () => {
    await restart({ accountId: '999988887777' });
    const { text } = await ask(`/restapis/${sample.rich}/stages`, PLAIN);

    expect(text.match(/arn:aws:\w+:us-east-1:\d+/g)).toEqual([
      'arn:aws:logs:us-east-1:999988887777',
      'arn:aws:wafv2:us-east-1:999988887777',
    ]);
  });
});

describe('other operations of the stand-in', () => {
  test('are GetRestApis, GetStage and UpdateStage', async () => {
    const apis = JSON.parse((await ask('/restapis', PLAIN)).text).item.map((api: { id: string }) => api.id);

    expect(apis).toEqual([sample.twoStages, sample.oneStage, sample.noStages, sample.rich]);
    const [beta, prod] = [await ask(`${stages}/beta`, PLAIN), await ask(`${stages}/prod`, {}, 'PATCH')];
    const listed = `{"item":[${beta.text.trimEnd()},${prod.text.trimEnd()}]}\n`;
    expect(prod.status).toBe(200);
    expect((await ask(stages, PLAIN)).text).toBe(listed);
  });
});

describe('the quota of the stand-in', () => {
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let i = 0; i < count; i += 1) seen.push((await ask(stages)).status);
    return seen;
  };

  test('takes a burst, then what flows in by its clock', async () => {
    await restart({ quota: { rate: 2, burst: 3 } });
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    now += 500;
    expect(await statuses(2)).toEqual([200, 429]);
    now += 60_000;
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });

  test('throttles in the shape of the service, without Retry-After', async () => {
    standIn.setQuota({ rate: 1, burst: 1 });
    await ask(stages);
    const throttled = await ask(stages);

    expect(throttled.headers['x-amzn-errortype']).toBe('TooManyRequestsException');
    expect(throttled.headers).not.toHaveProperty('retry-after');
    expect(throttled.text).toBe('{"message":"Too Many Requests"}\n');
    standIn.setQuota(undefined);
    expect(await statuses(2)).toEqual([200, 200]);
  });
});

describe('the calls of the stand-in', () => {
  test('are kept as they stood on the wire', async () => {
    const target = `${stages}/beta?a=%2f+%2F`;
    const credentials = standIn.credentials;
    const headers = { 'X-Odd-Name': 'v' };
    await sendSigned(standIn.url, { method: 'PATCH', target, headers, body: '{ }', credentials, date: now });

    const [call] = standIn.calls;
    expect(call).toMatchObject({ method: 'PATCH', target, connection: 1 });
    expect(call?.body.toString()).toBe('{ }');
    expect(call?.rawHeaders.join('|')).toContain('|X-Odd-Name|v|');
  });

  test('can be waited for', async () => {
    const second = standIn.called(2);
    await send(standIn.url, '/first', {});
    await send(standIn.url, '/second', {});

    expect((await second).target).toBe('/second');
    expect((await standIn.called(1)).target).toBe('/first');
  });

  test('that never come are no call to wait for after closing', async () => {
    const first = standIn.called(1);
    await standIn.close();

    await expect(first).rejects.toThrow('Cannot wait for call 1: the stand-in was closed after 0.');
    standIn = await startStandIn();
  });
});

test('the stand-in tells on closing that it broke', async () => {
  const broken = await startStandIn();
  broken.setStages('a', [{ stageName: 's', createdDate: 1e20 }]);
  const credentials = broken.credentials;

  await expect(sendSigned(broken.url, { target: '/restapis/a/stages', credentials })).rejects.toThrow();
  await expect(broken.close()).rejects.toThrow('it broke');
});

test('stand-in-main says where it listens, heeds its environment, and ends on SIGTERM', async () => {
  const main = fileURLToPath(new URL('../support/stand-in-main.ts', import.meta.url));
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'AKIDMAIN',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SESSION_TOKEN: 't',
  };
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--quota', '1/1'], { env, stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /^stand-in listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line.toString())?.[1] ?? '';
  const credentials = { accessKeyId: 'AKIDMAIN', secretAccessKey: 's', sessionToken: 't' };

  expect((await sendSigned(url, { target: stages, credentials })).status).toBe(200);
  expect((await sendSigned(url, { target: stages, credentials })).status).toBe(429);

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
