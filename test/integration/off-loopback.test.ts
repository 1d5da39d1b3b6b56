import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import type { Mode, RestageOptions } from '../../src/index.ts';
import { credentialVariables, restage, runRestage } from '../support/cli.ts';
import { type ClientEnv, converse, describeWithClient } from '../support/clients.ts';
import { recordInto } from '../support/recorded.ts';
import { credentials, type Running, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned, signedHeaders } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { agentThrough, askForTunnel, HOST, intercept, SERVICE } from '../support/tunnel.ts';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 60_000 });

const API = sample.twoStages;
const target = `/restapis/${API}/stages`;
/** With all that a URL must not have as it is. */
const TOKEN = 'token/of+sixteen=or.more~';
const IN_URL = encodeURIComponent(TOKEN);

/** A restage that listens on every address, and where this machine reaches it. */
async function listenEverywhere(mode: Mode, options: RestageOptions = {}): Promise<Running> {
  const restage = await intercept(mode, { host: '0.0.0.0', 'admin-token': TOKEN, ...options });
  return { ...restage, url: `http://127.0.0.1:${restage.port}` };
}

async function replaying(): Promise<Running> {
  return listenEverywhere('replay', { dir: await recordInto(await startService(), [target]) });
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

test.each(['record', 'replay'])('restage %s --host 0.0.0.0 does not start without a token', async (mode) => {
  const { status, stderr } = await runRestage([mode, '--port', '0', '--host', '0.0.0.0', '--intercept']);

  expect(status).toBe(2);
  expect(stderr).toMatch(/^Cannot listen on 0\.0\.0\.0: .+RESTAGE_ADMIN_TOKEN/);
});

describe('off loopback', () => {
  test.each([
    ['none', ''],
    ['another one', `Proxy-Authorization: ${basic('a', 'token-of-somebody-else')}\r\n`],
    ['the token as the user', `Proxy-Authorization: ${basic(TOKEN, '')}\r\n`],
    ['the token as a bearer', `Proxy-Authorization: Bearer ${TOKEN}\r\n`],
  ])('a tunnel asks for a password when there is %s', async (_, headers) => {
    const restage = await replaying();
    const answer = await askForTunnel(restage.port, `${HOST}:443`, headers);

    expect(answer).toMatch(/^HTTP\/1\.1 407 Proxy Authentication Required\r\n/);
    expect(answer).toContain('\r\nProxy-Authenticate: Basic realm="restage"\r\n');
    expect(restage.calls()).toMatchObject([
      { operation: `CONNECT ${HOST}:443`, outcome: 'refused', status: 407 },
    ]);
    expect(JSON.stringify(restage.calls())).not.toContain('token-of');
  });

  test('a tunnel with the token is taken, and its user is the session', async () => {
    const restage = await replaying();
    for (const user of ['a', '', '~']) {
      const agent = agentThrough(restage, `${user}:${IN_URL}`);
      expect(await send(SERVICE, target, { host: HOST }, { agent })).toMatchObject({ status: 200 });
    }

    expect(restage.calls().map(({ session }) => session)).toEqual(['a', undefined, undefined]);
  });

  test('a call in absolute form asks for the same password', async () => {
    const restage = await replaying();
    const url = `http://${HOST}${target}`;
    const refused = await send(restage.url, url, { host: HOST });
    const proxy = { 'proxy-authorization': basic('a', TOKEN) };
    const answered = await send(restage.url, url, { host: HOST, ...proxy });

    expect(refused).toMatchObject({
      status: 407,
      headers: { 'proxy-authenticate': 'Basic realm="restage"' },
    });
    expect(answered).toMatchObject({ status: 200, headers: { 'x-restage-outcome': 'replayed' } });
  });

  test('a kept call leaves without the password', async () => {
    const service = await startService();
    const restage = await listenEverywhere('record', { upstream: service.url });
    const headers = {
      ...signedHeaders(SERVICE, { target, credentials }),
      'proxy-authorization': basic('a', TOKEN),
    };
    const answers = [
      await send(restage.url, `http://${HOST}${target}`, headers),
      await sendSigned(SERVICE, { target, credentials }, agentThrough(restage, `a:${IN_URL}`)),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(service.calls.map(({ signed }) => signed)).toEqual([true, true]);
    expect(service.calls.flatMap(({ rawHeaders }) => rawHeaders).join()).not.toMatch(/proxy-auth|basic/i);
  });

  test('calls to restage itself are verified where they are signed again', async () => {
    const service = await startService();
    const restage = await listenEverywhere('record', {
      upstream: service.url,
      'client-key': ['CLIENT:made-up-secret'],
    });
    const asked = (secretAccessKey: string) =>
      sendSigned(restage.url, { target, credentials: { accessKeyId: 'CLIENT', secretAccessKey } });

    expect(await asked('guessed')).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'InvalidSignatureException' },
    });
    expect(await send(restage.url, target, { host: new URL(restage.url).host })).toMatchObject({
      status: 403,
    });
    // That restage has nothing to sign with is another matter.
    expect((await asked('made-up-secret')).headers['x-amzn-errortype']).toBe(
      'CredentialsUnavailableException',
    );
    expect(service.calls).toEqual([]);
  });

  test('control asks for the token as a bearer', async () => {
    const restage = await replaying();
    const ask = (authorization?: string) =>
      fetch(`${restage.url}/__restage/status`, { headers: authorization ? { authorization } : {} });

    expect((await ask()).status).toBe(401);
    expect((await ask(basic('a', TOKEN))).status).toBe(401);
    expect((await ask(`Bearer ${TOKEN}`)).status).toBe(200);
  });
});

describe('a client off loopback', () => {
  const script = (name: string) => fileURLToPath(new URL(`../support/clients/${name}`, import.meta.url));

  async function throughProxy(command: string, name: string): Promise<void> {
    const restage = await replaying();
    const env: ClientEnv = {
      ...credentialVariables(credentials),
      AWS_REGION: 'us-east-1',
      AWS_CA_BUNDLE: restage.trust?.bundlePath ?? '',
      NODE_EXTRA_CA_CERTS: restage.trust?.certificatePath ?? '',
    };
    const client = converse(command, [script(name)], env);
    const proxy = restage.url.replace('//', `//mine:${IN_URL}@`);
    const view = await client.ask({ proxy, restApiId: API });
    await client.end();

    expect(view).toEqual({ stages: ['beta', 'prod'] });
    expect(restage.calls()).toMatchObject([{ session: 'mine', outcome: 'replayed' }]);
  }

  test('is the AWS SDK for JavaScript v3 with the token in the URL of its agent', async () => {
    await throughProxy(process.execPath, 'js-v3-stages.mjs');
  });

  describeWithClient('boto3', 'in Python', () => {
    test('is boto3 with the token in the URL of its proxy', async () => {
      await throughProxy('python3', 'boto3_stages.py');
    });
  });

  describeWithClient('AWS CLI', 'the AWS CLI', () => {
    test('as the command of restage is given the token, and is in no session', async () => {
      const dir = await recordInto(await startService(), [target]);
      const flags = [
        '--dir',
        dir,
        '--intercept',
        '--ca-dir',
        join(await temporaryFolder(), 'ca'),
        '--log',
        'json',
      ];
      const { status, stderr } = await restage(
        [
          ...['replay', '--host', '0.0.0.0', ...flags],
          ...['--', 'aws', 'apigateway', 'get-stages', '--rest-api-id', API],
        ],
        { env: { RESTAGE_ADMIN_TOKEN: TOKEN } },
      ).ended;
      const line = stderr.split('\n').find((each) => each.includes('"event":"call"')) ?? '{}';

      expect(status).toBe(0);
      expect(JSON.parse(line)).toMatchObject({ outcome: 'replayed', status: 200 });
      expect(JSON.parse(line)).not.toHaveProperty('session');
      expect(stderr).not.toContain(TOKEN);
    });
  });
});
