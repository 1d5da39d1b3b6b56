import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Mode, startRestage } from '../../src/index.ts';
import { requestHead, sendRaw } from '../support/raw.ts';
import { credentials, type Running, readCassette, run } from '../support/restage.ts';
import { sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';

const target = '/restapis/a1b2c3d4e5/stages';
const BODY = '{"item":[{"stageName":"real"}]}\n';
const HEADERS = { 'Content-Type': 'application/json', 'x-amzn-RequestId': 'from-aws' };
let unmatched: string[];

beforeEach(() => {
  unmatched = [];
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
  nock.emitter.on('no match', (request: { options?: { host?: string }; host?: string }) => {
    unmatched.push(String(request.options?.host ?? request.host));
  });
});
afterEach(() => {
  nock.emitter.removeAllListeners('no match');
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
  nock.activate();
});

function ask({ url }: Running, region: string) {
  return sendSigned(url, { target, credentials, region, headers: { accept: 'application/json' } });
}

describe('without an upstream', () => {
  test.each([
    ['us-east-1', 'https://apigateway.us-east-1.amazonaws.com'],
    ['eu-west-3', 'https://apigateway.eu-west-3.amazonaws.com'],
    ['us-gov-west-1', 'https://apigateway.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'https://apigateway.cn-north-1.amazonaws.com.cn'],
  ])('a call of %s is signed for and sent to %s', async (region, endpoint) => {
    const { host } = new URL(endpoint);
    const aws = nock(endpoint, {
      reqheaders: {
        host,
        accept: 'application/json',
        authorization: (value) =>
          value.includes(`Credential=${credentials.accessKeyId}/`) &&
          value.includes(`/${region}/apigateway/aws4_request`) &&
          /SignedHeaders=[^,]*\bhost\b/.test(value),
      },
    })
      .get(target)
      .reply(200, BODY, HEADERS);
    const restage = await run('record');
    const answer = await ask(restage, region);

    expect(answer).toMatchObject({
      status: 200,
      text: BODY,
      headers: { 'x-amzn-requestid': 'from-aws', 'x-restage-outcome': 'recorded' },
    });
    expect(aws.isDone()).toBe(true);
    expect(Object.keys(await readCassette(restage.dir))).toEqual(['a1b2c3d4e5.json']);
  });

  test('a call that is kept is sent to the host it was signed for, by https', async () => {
    const host = 'apigateway-fips.us-east-2.amazonaws.com';
    const signed = signedHeaders(`http://${host}`, { target, credentials, region: 'us-east-2' });
    const aws = nock(`https://${host}`, { reqheaders: { host, authorization: signed.authorization } })
      .get(target)
      .reply(200, BODY, HEADERS);
    const restage = await run('passthrough');
    // Over a bare socket: nock would take the target for the one that it stands for.
    const answer = await sendRaw(restage.port, requestHead(`GET http://${host}${target}`, signed));

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(BODY);
    expect(aws.isDone()).toBe(true);
  });

  test('the endpoint that the environment configures is used, unless it is to be ignored', async () => {
    const configured = nock('http://localstack.test:4566').get(target).twice().reply(200, BODY, HEADERS);
    const aws = nock('https://apigateway.us-east-1.amazonaws.com').get(target).reply(200, BODY, HEADERS);
    const outcomes: unknown[] = [];
    for (const env of [
      { AWS_ENDPOINT_URL_API_GATEWAY: 'http://localstack.test:4566' },
      { AWS_ENDPOINT_URL: 'http://localstack.test:4566' },
      { AWS_ENDPOINT_URL: 'http://localstack.test:4566', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    ]) {
      Object.assign(process.env, env);
      const restage = await run('passthrough').finally(() => {
        for (const name of Object.keys(env)) delete process.env[name];
      });
      outcomes.push((await ask(restage, 'us-east-1')).status);
    }

    expect(outcomes).toEqual([200, 200, 200]);
    expect(configured.isDone() && aws.isDone()).toBe(true);
  });

  test('an endpoint that cannot be resolved is a 502 that says so', async () => {
    nock('https://apigateway.us-east-1.amazonaws.com')
      .get(target)
      .replyWithError(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    const restage = await run('record');

    expect(await ask(restage, 'us-east-1')).toMatchObject({
      status: 502,
      headers: { 'x-amzn-errortype': 'UpstreamUnreachableException' },
      text: expect.stringContaining('ENOTFOUND'),
    });
  });
});

test('replay reaches for no network, recorded or not', async () => {
  nock('https://apigateway.us-east-1.amazonaws.com').get(target).reply(200, BODY, HEADERS);
  const recording = await run('record');
  await ask(recording, 'us-east-1');
  await recording.close();
  // Whatever were asked of it now would be no match.
  const replaying = await run('replay', { dir: recording.dir });
  const answers = [await ask(replaying, 'us-east-1'), await ask(replaying, 'eu-west-1')];
  const missed = await sendSigned(replaying.url, { target: '/restapis/other/stages', credentials });

  expect(answers.map(({ text }) => text)).toEqual([BODY, BODY]);
  expect(missed.headers['x-restage-outcome']).toBe('missed');
  expect(unmatched.filter((host) => !host.startsWith('127.0.0.1'))).toEqual([]);
});

test('nothing is forwarded to restage itself', async () => {
  process.env.AWS_ENDPOINT_URL_API_GATEWAY = 'http://localhost:8480';
  try {
    await expect(startRestage('record' satisfies Mode, { port: 8480 })).rejects.toThrow(
      /^Cannot forward to http:\/\/localhost:8480: that is this restage itself\. /,
    );
  } finally {
    delete process.env.AWS_ENDPOINT_URL_API_GATEWAY;
  }
});
