import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { credentialVariables, restage } from '../support/cli.ts';
import { credentials, startService } from '../support/restage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const env = credentialVariables(credentials);

describe('what cannot be understood ends with 2 and one line', () => {
  test.each([
    [['replay', '--colour'], /unknown argument colour.*--cassette.*--no-redact/],
    [['replay', '--fault', 'throtle'], /no kind 'throtle'.*throttle, limit-exceeded/],
    [['replay', '--fault', 'throttle,frist=2'], /no 'frist'.*first, every/],
    [['replay', '--fault', 'throttle,p=2'], /'p' takes a number from 0 to 1, not "2"/],
    [['replay', '-c', '../x'], /--cassette "..\/x": it is 1 to 64 letters/],
    [['replay', '--order', 'random'], /one of sequence, loop, last, strict/],
    [['replay', '--port', '70000'], /number from 0 to 65535/],
    [['record', '--upstream', 'ftp://x'], /http or https URL/],
    [['record', '--trust-clients', '--host', '0.0.0.0'], /'--trust-clients' on 0.0.0.0/],
    [['replay', '--no-redact', 'everything'], /account-ids, secret-names/],
    [['replay', '--faults', 'nowhere.yaml'], /no such file/],
    [['rewind'], /Modes are record, replay, auto, passthrough/],
    [[], /a mode is missing/],
    [['replay', '--'], /no command comes after '--'/],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await restage(args).ended;
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('a config file that decides where calls and credentials go', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'restage.config.yaml'), 'upstream: http://evil.example\n');
    const { status, stderr } = await restage(['replay'], { cwd }).ended;
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^Cannot take 'upstream' from 'restage.config.yaml': .*--upstream or RESTAGE_UPSTREAM\.\n$/,
    );
  });
});

describe('what fails ends with 1 and one line', () => {
  test('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { status, stderr } = await restage(['record', '--port', String(port)], { env }).ended;
    expect(stderr).toBe(
      `Cannot listen on 127.0.0.1:${port}: the port is taken. Choose another with '--port', or '--port 0' for a free one.\n`,
    );
    expect(status).toBe(1);
  });

  test('a command without credentials to give it', async () => {
    const { status, stderr } = await restage(['record', '--', process.execPath, '-e', '0']).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/no AWS credentials .* '--profile'\.\n$/);
    expect(stderr).not.toContain('    at ');
  });

  test('a command that does not exist', async () => {
    const { status, stderr } = await restage(['replay', '--', 'no-such-program']).ended;
    expect(status).toBe(1);
    expect(stderr).toContain(
      "Cannot run 'no-such-program': there is no such program on the PATH. Check its name.",
    );
  });

  test('an endpoint that is restage itself', async () => {
    const own = { ...env, AWS_ENDPOINT_URL_API_GATEWAY: 'http://127.0.0.1:8480' };
    const { status, stderr } = await restage(['record', '--port', '8480'], { env: own }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot forward to http:\/\/127.0.0.1:8480: that is this restage itself\./);
  });
});

describe('a command', () => {
  const node = (script: string) => ['--', process.execPath, '-e', script];
  const ask = "await fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/x/stages');";

  test.each([
    ['process.exit(7)', 7],
    ["process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)", 143],
  ])('%s gives its status', async (script, expected) => {
    expect((await restage(['replay', ...node(script)]).ended).status).toBe(expected);
  });

  test('has standard output for itself', async () => {
    const { stdout, stderr } = await restage(['replay', ...node("console.log('mine')")]).ended;
    expect(stdout).toBe('mine\n');
    expect(stderr).toMatch(/restage replay listening on http:\/\/127\.0\.0\.1:\d+/);
  });

  test('that made no call through restage gets a warning', async () => {
    const none = await restage(['replay', ...node('0')]).ended;
    expect(none.stderr).toContain('The command made no call through restage.');
    const one = await restage(['replay', ...node(`import('node:http').then(async () => { ${ask} })`)]).ended;
    expect(one.stderr).not.toContain('made no call');
  });

  test('gets the very credentials of restage when it records, without the profile', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'aws'));
    writeFileSync(
      join(dir, 'aws', 'credentials'),
      '[work]\naws_access_key_id=AKIDWORK\naws_secret_access_key=s\naws_session_token=t\n',
    );
    writeFileSync(join(dir, 'aws', 'config'), '[profile work]\nregion=eu-west-1\n');
    const files = {
      AWS_SHARED_CREDENTIALS_FILE: join(dir, 'aws', 'credentials'),
      AWS_CONFIG_FILE: join(dir, 'aws', 'config'),
      AWS_PROFILE: 'other',
    };
    const show = 'console.log(JSON.stringify(process.env))';
    const { stdout } = await restage(['record', '--profile', 'work', '--dir', dir, ...node(show)], {
      env: files,
    }).ended;
    const given = JSON.parse(stdout);
    expect(given).toMatchObject({
      AWS_ACCESS_KEY_ID: 'AKIDWORK',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
      NO_PROXY: '127.0.0.1,localhost,::1',
    });
    expect(given).not.toHaveProperty('AWS_PROFILE');
  });

  test('is ended by the signal that restage gets', async () => {
    const script =
      "process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1000)";
    const program = restage(['replay', ...node(script)]);
    await program.said(/up/);
    program.kill('SIGTERM');
    expect((await program.ended).status).toBe(5);
  });
});

describe('a server', () => {
  test('says on stdout where it listens, and ends with 0 when it is told to', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const program = restage(['replay', '--port', '0']);
      await program.url;
      program.kill(signal);
      const { status, stdout } = await program.ended;
      expect(stdout).toMatch(/^restage replay listening on http:\/\/127\.0\.0\.1:\d+\n$/);
      expect(status).toBe(0);
    }
  });

  test('finishes the calls in flight before it ends', async () => {
    const service = await startService();
    const slow = service.fail('slow');
    const program = restage(['passthrough', '--port', '0', '--upstream', service.url, '--trust-clients'], {
      env,
    });
    const answer = fetch(`${await program.url}/restapis/a1b2c3d4e5/stages`);
    await service.called(1);
    program.kill('SIGTERM');
    slow.release();
    expect((await answer).status).toBe(200);
    expect((await program.ended).status).toBe(0);
  });

  test('ends at once with the second signal', async () => {
    const service = await startService();
    service.fail('slow');
    const program = restage(['passthrough', '--port', '0', '--upstream', service.url, '--trust-clients'], {
      env,
    });
    const answer = fetch(`${await program.url}/restapis/a1b2c3d4e5/stages`).catch(() => 'broken');
    await service.called(1);
    program.kill('SIGTERM');
    program.kill('SIGINT');
    expect(await answer).toBe('broken');
    expect((await program.ended).status).toBeGreaterThanOrEqual(128);
  });

  test.each([
    ['json', /^\{"at":"[^"]+Z","operation":"GetStages","restApiId":"x",.*"outcome":"missed","status":400,/m],
    ['pretty', /^\d\d:\d\d:\d\d missed {4}400 {2}GetStages x /m],
  ])('logs a line a call as %s', async (format, line) => {
    const program = restage(['replay', '--port', '0', '--log', format]);
    await fetch(`${await program.url}/restapis/x/stages`);
    program.kill('SIGTERM');
    expect((await program.ended).stderr).toMatch(line);
  });

  test('logs nothing when silent', async () => {
    const program = restage(['replay', '--port', '0', '--log', 'silent']);
    await fetch(`${await program.url}/restapis/x/stages`);
    program.kill('SIGTERM');
    expect((await program.ended).stderr).toBe('');
  });

  test('takes settings from variables and the config file, in that order', async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'restage.config.yaml'),
      'port: 0\ncassette: from-file\nseed: 5\nfault: [throttle]\n',
    );
    const program = restage(['replay'], { cwd, env: { RESTAGE_SEED: '6' } });
    const url = await program.url;
    const status = await (await fetch(`${url}/__restage/status`)).json();
    expect(status).toMatchObject({
      mode: 'replay',
      cassette: 'from-file',
      seed: 6,
      faults: [{ kind: 'throttle' }],
    });
  });
});

test('no warning is printed by node or a library while recording', async () => {
  const service = await startService();
  const dir = temporaryFolder();
  const script = "await fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/a1b2c3d4e5/stages');";
  const { status, stderr } = await restage(
    [
      ...['record', '--dir', dir, '--upstream', service.url, '--trust-clients', '--log', 'json'],
      ...['--', process.execPath, '--input-type=module', '-e', script],
    ],
    { env, nodeArgs: ['--trace-warnings', '--pending-deprecation'] },
  ).ended;
  expect(status).toBe(0);
  expect(stderr.replace(/^restage record listening.*\n|^\{.*"outcome":"recorded".*\n/gm, '')).toBe('');
});
