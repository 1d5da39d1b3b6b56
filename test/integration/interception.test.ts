import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { describe, expect, test, vi } from 'vitest';
import { credentialVariables, jsClient, restage } from '../support/cli.ts';
import { type ClientEnv, describeWithClient, runAwsCli } from '../support/clients.ts';
import { credentials, startService, temporaryFolder } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';
import { HOST, SERVICE } from '../support/tunnel.ts';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 60_000 });

const API = sample.twoStages;
const watcher = fileURLToPath(new URL('../support/watch/watch.cjs', import.meta.url));
const resolver = fileURLToPath(new URL('../support/watch/resolver.cjs', import.meta.url));
const getStages = ['apigateway', 'get-stages', '--output', 'json', '--rest-api-id', API];
const printEnv = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];

/** Folders of a test's own for cassettes and the CA, and the flags that name them. */
async function folders() {
  const folder = await temporaryFolder();
  const [dir, caDir] = [join(folder, 'cassettes'), join(folder, 'ca')];
  return { dir, caDir, flags: ['--dir', dir, '--intercept', '--ca-dir', caDir, '--log', 'json'] };
}

/** The sockets that a watched process opened, and the names it asked for, but for the address it listened on. */
async function contactsOf(watchFile: string): Promise<string[]> {
  const notes = (await readFile(watchFile, 'utf8')).trim().split('\n');
  expect(notes.length, 'the watch works: it notes modules, too').toBeGreaterThan(10);
  return notes
    .map((note): { kind: string; detail: string } => JSON.parse(note))
    .filter(({ kind, detail }) => kind !== 'module' && detail !== 'lookup "127.0.0.1"')
    .map(({ detail }) => detail);
}

describeWithClient('AWS CLI', 'an unmodified AWS CLI', () => {
  function stagesIn(stdout: string): string[] {
    return JSON.parse(stdout).item.map(({ stageName }: { stageName: string }) => stageName);
  }

  test('records through HTTPS_PROXY without restage having credentials, and replays without a network', async () => {
    const service = await startService();
    const { caDir, flags } = await folders();
    const client = (HTTPS_PROXY: string): ClientEnv => ({
      ...credentialVariables(credentials),
      HTTPS_PROXY,
      AWS_CA_BUNDLE: join(caDir, 'bundle.pem'),
    });
    const recording = restage(['record', '--port', '0', '--upstream', service.url, ...flags]);
    const recorded = await runAwsCli(getStages, client(await recording.url));
    recording.kill('SIGTERM');
    expect(await recording.ended).toMatchObject({ status: 0 });
    await service.close();

    expect(recorded.stderr).toBe('');
    expect(stagesIn(recorded.stdout)).toEqual(['beta', 'prod']);
    expect(service.calls.map(({ signed, refusal }) => ({ signed, refusal }))).toEqual([
      { signed: true, refusal: undefined },
    ]);
    expect(service.calls[0]?.rawHeaders).toContain(HOST);

    const WATCH_FILE = join(await temporaryFolder(), 'notes');
    const nodeArgs = ['--require', watcher];
    const replaying = restage(['replay', '--port', '0', ...flags], { env: { WATCH_FILE }, nodeArgs });
    const replayed = await runAwsCli(getStages, client(await replaying.url));
    replaying.kill('SIGTERM');

    expect(replayed).toEqual(recorded);
    expect((await replaying.ended).stderr).toMatch(/"outcome":"replayed"/);
    expect(await contactsOf(WATCH_FILE)).toEqual([]);
  });

  test('records and replays as the command of restage, with its status', async () => {
    const service = await startService();
    const { flags } = await folders();
    const recorded = await restage(
      ['record', '--upstream', service.url, '--profile', 'none', ...flags, '--', 'aws', ...getStages],
      { env: { ...credentialVariables(credentials), NO_PROXY: '.amazonaws.com' } },
    ).ended;
    await service.close();
    const WATCH_FILE = join(await temporaryFolder(), 'notes');
    const nodeArgs = ['--require', watcher];
    const replay = (command: readonly string[], env: ClientEnv = {}) =>
      restage(['replay', ...flags, '--', 'aws', ...command], {
        env,
        nodeArgs: env.WATCH_FILE ? nodeArgs : [],
      }).ended;
    const [replayed, missed] = await Promise.all([
      replay(getStages, { WATCH_FILE }),
      replay([...getStages, '--deployment-id', 'other1']),
    ]);

    expect(recorded).toMatchObject({ status: 0, stderr: expect.stringMatching(/"outcome":"recorded"/) });
    expect(stagesIn(recorded.stdout)).toEqual(['beta', 'prod']);
    expect(service.calls).toMatchObject([{ signed: true }]);
    expect(replayed).toMatchObject({ status: 0, stdout: recorded.stdout });
    expect(await contactsOf(WATCH_FILE)).toEqual([]);
    expect(missed.status).toBeGreaterThan(0);
    expect(missed.stderr).toContain('RecordingNotFoundException');
  });

  test('that does not trust the CA fails, and restage says how it would', async () => {
    const { dir, caDir } = await folders();
    const flags = ['--dir', dir, '--intercept', '--ca-dir', caDir];
    const replaying = restage(['replay', '--port', '0', ...flags]);
    const client = {
      ...credentialVariables(credentials),
      HTTPS_PROXY: await replaying.url,
      AWS_MAX_ATTEMPTS: '1',
    };
    const { status, stderr } = await runAwsCli(getStages, client);
    replaying.kill('SIGTERM');

    expect(status).not.toBe(0);
    expect(stderr).toMatch(/SSL validation failed/);
    expect((await replaying.ended).stderr).toContain(
      `Cannot read the calls to ${HOST}: tlsv1 alert unknown ca. Let the client trust the local CA: 'restage ca' says how.\n`,
    );
  });
});

describe('restage … --intercept -- command', () => {
  test('leads the command through restage, with the identity that it has', async () => {
    const { caDir, flags } = await folders();
    const env = {
      ...credentialVariables(credentials),
      AWS_PROFILE: 'work',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      NO_PROXY: 'internal.example,.amazonaws.com',
      https_proxy: 'http://127.0.0.1:9',
    };
    const { status, stdout, stderr } = await restage(
      ['record', '--upstream', 'http://127.0.0.1:9', ...flags, '--', ...printEnv],
      { env },
    ).ended;
    const given = JSON.parse(stdout);

    expect(status).toBe(0);
    const url = /listening on (http:[^\s"]+)/.exec(stderr)?.[1];
    expect(given).toMatchObject({
      ...credentialVariables(credentials),
      AWS_PROFILE: 'work',
      HTTPS_PROXY: url,
      https_proxy: url,
      NO_PROXY: 'internal.example,127.0.0.1,localhost,::1',
      NODE_EXTRA_CA_CERTS: join(caDir, 'ca.pem'),
      AWS_CA_BUNDLE: join(caDir, 'bundle.pem'),
    });
    expect(given).not.toHaveProperty('AWS_ENDPOINT_URL');
    expect(given).not.toHaveProperty('AWS_ENDPOINT_URL_API_GATEWAY');
  });

  test('gives the command a dummy identity in replay, and needs no credentials in record', async () => {
    const { flags } = await folders();
    const [replayed, recorded] = await Promise.all([
      restage(['replay', ...flags, '--', ...printEnv], { env: { AWS_PROFILE: 'sso' } }).ended,
      restage(['record', ...flags, '--', ...printEnv]).ended,
    ]);

    expect(JSON.parse(replayed.stdout)).toMatchObject({
      AWS_ACCESS_KEY_ID: 'AKIDRESTAGE',
      AWS_REGION: 'us-east-1',
    });
    expect(JSON.parse(replayed.stdout)).not.toHaveProperty('AWS_PROFILE');
    expect(recorded.status).toBe(0);
    expect(JSON.parse(recorded.stdout)).not.toHaveProperty('AWS_ACCESS_KEY_ID');
  });

  test('warns of an SDK that went past it: that for JavaScript has no proxy agent of its own', async () => {
    const { flags } = await folders();
    const command = [process.execPath, '--require', resolver, jsClient, API];
    const { status, stdout, stderr } = await restage(['replay', ...flags, '--', ...command], {
      env: { RESOLVES_TO: '' },
    }).ended;

    expect(status).toBe(1);
    expect(stdout).toContain('ENOTFOUND');
    expect(stderr).toMatch(
      /The command made no call through restage\. Does it take HTTPS_PROXY\? SDKs for JavaScript need a proxy agent/,
    );
  });
});

describe('restage … --intercept', () => {
  test('says once how clients get there, and of each one that does not trust it', async () => {
    const { flags } = await folders();
    const replaying = restage(['replay', '--port', '0', ...flags]);
    const url = await replaying.url;
    await replaying.said(/Taking tunnels: give clients HTTPS_PROXY=http:\S+ and the CA/);
    for (let i = 0; i < 3; i += 1)
      await expect(send(SERVICE, '/', { host: HOST }, { agent: new HttpsProxyAgent(url) })).rejects.toThrow();
    await replaying.said(/Cannot read the calls to /);
    replaying.kill('SIGTERM');
    const { stderr } = await replaying.ended;

    expect(stderr).toContain(`HTTPS_PROXY=${url} and`);
    expect(stderr.match(/Cannot read the calls/g)).toHaveLength(1);
  });
});
