import { describe, expect, test } from 'vitest';
import { credentialVariables, jsClient, restage } from '../support/cli.ts';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const UNUSED = /The command made no call through restage/;
const printEnv = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];
const callOnce = [
  process.execPath,
  '-e',
  `fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/x/stages').then((answer) => console.log(answer.status))`,
];

describe('restage … -- command', () => {
  test("exits with the command's status, and leaves stdout to it", async () => {
    const { status, stdout, stderr } = await restage([
      'replay',
      '--',
      'sh',
      '-c',
      'echo mine; echo theirs >&2; exit 7',
    ]).ended;

    expect({ status, stdout }).toEqual({ status: 7, stdout: 'mine\n' });
    expect(stderr).toMatch(/^restage replay listening on http:\/\/127\.0\.0\.1:\d+$/m);
    expect(stderr).toContain('theirs\n');
    expect(stderr).toMatch(UNUSED);
  });

  test.each([1, 252, 255])(
    'says that there was no call, though its status is %i, as that of the AWS CLI may be',
    async (status) => {
      const ended = await restage(['replay', '--', 'sh', '-c', `exit ${status}`]).ended;
      expect(ended.status).toBe(status);
      expect(ended.stderr).toMatch(UNUSED);
    },
  );

  test('exits with 128+n after a signal', async () => {
    expect((await restage(['replay', '--', 'sh', '-c', 'kill -KILL $$']).ended).status).toBe(128 + 9);
    expect((await restage(['replay', '--', 'sh', '-c', 'kill -TERM $$']).ended).status).toBe(128 + 15);
  });

  test('says that there is no such program', async () => {
    const { status, stdout, stderr } = await restage([
      'replay',
      '--log',
      'silent',
      '--',
      'no-such-program-here',
    ]).ended;

    expect({ status, stdout }).toEqual({ status: 127, stdout: '' });
    expect(stderr).toContain("Cannot run 'no-such-program-here': there is no such program on the PATH.");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('does not warn when the command made a call, not even one that cleared the journal', async () => {
    const clear = `${callOnce[2]}.then(() => fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/__restage/reset', { method: 'POST' }))`;
    const [called, cleared] = await Promise.all([
      restage(['replay', '--', ...callOnce]).ended,
      restage(['replay', '--', process.execPath, '-e', clear]).ended,
    ]);

    expect(called).toMatchObject({ status: 0, stdout: '400\n' });
    expect(called.stderr).not.toMatch(UNUSED);
    expect(cleared).toMatchObject({ status: 0, stdout: '400\n' });
    expect(cleared.stderr).not.toMatch(UNUSED);
  });

  test('in replay gives dummy credentials and a region where there are none, and keeps those that are there', async () => {
    const endpoint = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
    const [bare, own] = await Promise.all([
      restage(['replay', '--', ...printEnv], { env: { AWS_PROFILE: 'work', NO_PROXY: 'internal.example' } })
        .ended,
      restage(['replay', '--', ...printEnv], {
        env: {
          ...credentialVariables(credentials),
          AWS_REGION: 'eu-north-1',
          AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
        },
      }).ended,
    ]);
    const given = JSON.parse(bare.stdout);

    expect(given).toMatchObject({
      AWS_ENDPOINT_URL_API_GATEWAY: endpoint,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
      AWS_ACCESS_KEY_ID: expect.any(String),
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_REGION: expect.stringMatching(/^[a-z]{2}-[a-z]+-\d$/),
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(given).not.toHaveProperty('AWS_PROFILE');
    expect(given.NO_PROXY.split(',')).toEqual(
      expect.arrayContaining(['internal.example', '127.0.0.1', 'localhost', '::1']),
    );
    expect(JSON.parse(own.stdout)).toMatchObject({
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: 'eu-north-1',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    });
  });

  test('in record gives the very credentials that restage resolved, or a client key, without a profile', async () => {
    const upstream = ['--upstream', 'http://127.0.0.1:9', '--dir', await temporaryFolder()];
    const env = credentialVariables({ ...credentials, sessionToken: 'to+ken=' });
    const [own, key] = await Promise.all([
      restage(['record', ...upstream, '-c', 'a', '--', ...printEnv], { env }).ended,
      restage(['record', ...upstream, '-c', 'b', '--client-key', 'MADEUP:of-my-own', '--', ...printEnv], {
        env,
      }).ended,
    ]);

    expect(JSON.parse(own.stdout)).toMatchObject({
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SESSION_TOKEN: 'to+ken=',
      AWS_REGION: 'us-east-1',
    });
    const withKey = JSON.parse(key.stdout);
    expect(withKey).toMatchObject({ AWS_ACCESS_KEY_ID: 'MADEUP', AWS_SECRET_ACCESS_KEY: 'of-my-own' });
    expect(withKey).not.toHaveProperty('AWS_SESSION_TOKEN');
  });

  test('without credentials records nothing: one line, exit status 1, and the command is not run', async () => {
    const { status, stdout, stderr } = await restage(['record', '--', 'echo', 'ran']).ended;

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Cannot sign the call: no AWS credentials come from the default chain \([^\n]+\)\. Set AWS_ACCESS_KEY_ID[^\n]+\.\n$/,
    );
  });

  test('takes a free port, whatever variables say, so that two can run at once', async () => {
    const args = ['replay', '--', ...callOnce];
    const env = { RESTAGE_PORT: '1' };
    const both = await Promise.all([restage(args, { env }).ended, restage(args, { env }).ended]);

    expect(both.map(({ status }) => status)).toEqual([0, 0]);
  });

  test('with a signal stops the command first, and answers its last calls', async () => {
    const script = `
      const url = process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/x/stages';
      process.once('SIGTERM', () => fetch(url).then((answer) => { console.log('last', answer.status); process.exit(5); }));
      setInterval(() => {}, 1000);
      console.log('ready');`;
    const running = restage(['replay', '--', process.execPath, '-e', script]);
    await running.said(/ready/);
    running.kill('SIGTERM');

    expect(await running.ended).toMatchObject({ status: 5, stdout: 'ready\nlast 400\n' });
  });
});

describe('the log', () => {
  async function replayLog(format: string): Promise<string> {
    const service = await startService();
    const recording = await run('record', { upstream: service.url });
    await sendSigned(recording.url, {
      target: `/restapis/${sample.oneStage}/stages?deploymentId=only01`,
      credentials,
    });
    await recording.close();
    const args = [
      'replay',
      '--dir',
      recording.dir,
      '--log',
      format,
      '--',
      process.execPath,
      jsClient,
      sample.oneStage,
      'only01',
    ];
    return (await restage(args).ended).stderr;
  }

  test('in json is one object a call, without secrets', async () => {
    const line = (await replayLog('json')).split('\n').find((each) => each.includes('"event":"call"')) ?? '';

    expect(JSON.parse(line)).toMatchObject({
      operation: 'GetStages',
      restApiId: sample.oneStage,
      parameters: { deploymentId: 'only01' },
      region: 'us-east-1',
      outcome: 'replayed',
      status: 200,
      attempt: 1,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(line).not.toMatch(/signature|credential/i);
  });

  test('in pretty is one line a call for people', async () => {
    expect(await replayLog('pretty')).toMatch(
      new RegExp(
        `^\\d\\d:\\d\\d:\\d\\d replayed +200 +GetStages ${sample.oneStage} deploymentId=only01 +us-east-1 .*ms$`,
        'm',
      ),
    );
  });

  test('in silent says nothing of calls', async () => {
    expect(await replayLog('silent')).not.toMatch(/replayed/);
  });
});
