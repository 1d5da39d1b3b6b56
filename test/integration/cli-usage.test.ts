import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { credentialVariables, restage, runRestage } from '../support/cli.ts';
import { credentials, readCassette, startService, temporaryFolder } from '../support/restage.ts';
import { send, sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const FAULT = 'Cannot use fault ';

test.each<[string[], RegExp]>([
  [['-p', '0'], /a mode is missing\. Modes are record, replay, auto, passthrough/],
  [['rewind'], /unknown .*rewind\. Modes are record, replay/],
  [['replay', 'extra'], /extra.*command comes after '--'/],
  [['replay', '--'], /no command comes after '--'/],
  [['replay', '--cassete', 'x'], /unknown option --cassete\. .*--cassette/],
  [['replay', '--cassette'], /cassette/],
  [['replay', '-c', '../x'], /^Cannot use --cassette "\.\.\/x": it must be 1 to 64 letters/],
  [['replay', '-c', 'a', '-c', 'b'], /^Cannot use --cassette.*\b(?:once|twice|1 to 64)\b/],
  [['replay', '--port', '70000'], /^Cannot use --port "70000": it must be a number from 0 to 65535/],
  [['record', '--upstream', 'ftp://x'], /^Cannot use --upstream: it must be an http or https URL/],
  [['record', '--client-key', 'just-an-id'], /^Cannot use --client-key: it must be ID:SECRET/],
  [['record', '--trust-clients', '--host', '0.0.0.0'], /^Cannot use '--trust-clients' on 0\.0\.0\.0/],
  [
    ['replay', '--fault', 'trottle'],
    new RegExp(
      `^${FAULT}'trottle': there is no kind 'trottle'\\. Did you mean 'throttle'\\? Known kinds are throttle, `,
    ),
  ],
  [
    ['replay', '--fault', 'throttle,frist=2'],
    new RegExp(`^${FAULT}.*no 'frist'\\. Did you mean 'first'\\? Known names are .*first, `),
  ],
  [
    ['replay', '--fault', 'throttle,p=2'],
    new RegExp(`^${FAULT}'throttle,p=2': 'p' takes a number from 0 to 1`),
  ],
  [['replay', '--faults', 'no-such-file.json'], /^Cannot read 'no-such-file\.json': there is no such file/],
])('%j is refused with one line and exit status 2', async (args, message) => {
  const { status, stdout, stderr } = await runRestage(args);

  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

const MEANT = 'FILE';

/** A slip of the finger for each kind of name: what is written, and what was meant. */
test.each<[args: string[], meant: string, file?: string]>([
  [['reply'], 'replay'],
  [['passthru'], 'passthrough'],
  [['retrys'], 'retries'],
  [['--port', '0', 'replya'], 'replay'],
  [['replay', '--cassete', 'x'], '--cassette'],
  [['replay', '--CASSETTE', 'x'], '--cassette'],
  [['replay', '--allow_host', 'x'], '--allow-host'],
  [['record', '--inter'], '--intercept'],
  [['replay', '--fail-on-mis'], '--fail-on-miss'],
  [['fault', 'ls', '--ulr', 'x'], '--url'],
  [['ca', '--cadir', 'x'], '--ca-dir'],
  [['fault', 'claer'], 'clear'],
  [['fault', 'add', 'brownuot'], 'brownout'],
  [['fault', 'add', 'throtle'], 'throttle'],
  [['replay', '--fault', 'latancy'], 'latency'],
  [['replay', '--fault', 'throttle,retry_after=1'], 'retry-after'],
  [['replay', '--fault', 'throttle,evry=2'], 'every'],
  [['replay', '--preset', 'brown-out'], 'brownout'],
  [['replay', '--preset', 'brownout', '--preset', 'slowtail'], 'slow-tail'],
  [['replay', '--quota', 'asw'], 'aws'],
  [['replay', '--order', 'strikt'], 'strict'],
  [['replay', '--log', 'jsn'], 'json'],
  [['record', '--no-redact', 'jwt'], 'jwts'],
  [['record', '--record-operation', 'TestInvokeMetod'], 'TestInvokeMethod'],
  [['replay', '--faults', MEANT], 'faults', '{"fautls":[]}'],
  [['replay', '--faults', MEANT], 'preset', '{"phases":[{"prset":"x"}]}'],
  [['replay', '--faults', MEANT], 'slow-tail', '[{"preset":"slow-tale"}]'],
  [['replay', '--faults', MEANT], 'unavailable', '["unavailible"]'],
])('%j is asked back: did you mean %j?', async (args, meant, file) => {
  const cwd = await temporaryFolder();
  if (file !== undefined) await writeFile(join(cwd, MEANT), file);
  const { status, stderr } = await runRestage(args, { cwd });

  expect(status).toBe(2);
  expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
  const [, before = '', asked = ''] = /^(.+)Did you mean '([^']+)'\? /.exec(stderr) ?? [];
  expect(asked).toBe(meant);
  // All that there is stands behind it.
  expect(before).not.toMatch(/Known|Modes|options are/);
  expect(stderr.slice(stderr.indexOf('?'))).toContain(meant);
});

test.each([
  [['fault', 'explode']],
  [['replay', '--zzzzzz']],
  [['replay', '--order', 'backwards']],
  [['replay', '--fault', 'x']],
])('%j is like nothing that there is, and is not asked back', async (args) => {
  const { status, stderr } = await runRestage(args);
  expect(status).toBe(2);
  expect(stderr).not.toContain('Did you mean');
});

test('an option that is given twice is refused as such', async () => {
  // In a process of its own: what ends all the others must end that one, too.
  const { status, stderr } = await restage(['replay', '-c', 'a', '-c', 'b']).ended;
  expect(stderr).toBe('Cannot use --cassette: it is given more than once. Give it once.\n');
  expect(status).toBe(2);
});

test('a secret on the command line is not repeated', async () => {
  const { stderr } = await runRestage(['record', '--client-key', 'bad id:the-secret']);

  expect(stderr).toMatch(/^Cannot use --client-key: /);
  expect(stderr).not.toContain('the-secret');
});

test('a port that is taken is one line with the remedy, and exit status 1', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, stdout, stderr } = await restage(['record', '--port', String(port)]).ended;
  server.close();

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    `Cannot listen on 127.0.0.1:${port}: the port is taken. Choose another with '--port', or '--port 0' for a free one.\n`,
  );
});

test('DEBUG=restage adds the trace, and nothing else does', async () => {
  const args = ['replay', '--fault', 'nonsense'];
  const [plain, debug] = await Promise.all([
    runRestage(args),
    runRestage(args, { env: { DEBUG: 'restage' } }),
  ]);

  expect(plain.stderr).not.toMatch(/^\s+at /m);
  expect(debug.stderr).toMatch(/^\s+at /m);
});

test('help and version are on stdout, with exit status 0', async () => {
  const [help, version] = await Promise.all([restage(['--help']).ended, restage(['--version']).ended]);

  expect(help).toMatchObject({ status: 0, stderr: '' });
  for (const word of ['record', 'passthrough', '--cassette', '--client-key', '--fault', '[default: 8480]'])
    expect(help.stdout).toContain(word);
  expect(version).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test('nothing at all, and the word help, show the help', async () => {
  const help = await runRestage(['--help']);
  const ofReplay = await runRestage(['replay', '--help']);

  expect(await runRestage([])).toEqual(help);
  expect(await runRestage(['help'])).toEqual(help);
  expect(await runRestage(['help', 'replay'])).toEqual(ofReplay);
  expect(ofReplay.stdout).toMatch(/^restage replay \[options\]/);
});

test.each([
  ['NO_COLOR=1 FORCE_COLOR=1', false],
  ['CI=true', false],
  ['FORCE_COLOR=1', true],
])('with %s colours in a pipe: %s', async (variables, color) => {
  const env = Object.fromEntries(variables.split(' ').map((pair) => pair.split('=')));
  // In processes of their own: what is found out once, at the start, counts as well.
  const [{ stderr }, { stdout }] = await Promise.all([
    restage(['replay', '--nope', '--', 'x', '--color'], { env }).ended,
    restage(['faults'], { env }).ended,
  ]);

  expect(stderr.includes('\x1b[31m')).toBe(color);
  expect(stdout.includes('\x1b[1m')).toBe(color);
});

describe('settings', () => {
  test('come from the config file, from variables, and from flags, the later winning', async () => {
    const cwd = await temporaryFolder();
    await writeFile(
      join(cwd, 'restage.config.yaml'),
      'cassette: from-file\norder: last\nport: 0\nfault:\n  - kind: not-found\n    api: a\n  - conflict,api=b\n',
    );
    const env = { RESTAGE_CASSETTE: 'from-variable', RESTAGE_DIR: 'elsewhere', RESTAGE_LOG: 'silent' };
    const url = await restage(['replay', '--dir', 'by-flag'], { cwd, env }).url;
    const host = { host: 'localhost' };
    const status = JSON.parse((await send(url, '/__restage/status', host)).text);

    expect(status).toMatchObject({ cassette: 'from-variable', folder: join('by-flag', 'from-variable') });
    expect((await send(url, '/restapis/a/stages', host)).status).toBe(404);
    expect((await send(url, '/restapis/b/stages', host)).status).toBe(409);
  });

  test('that a variable most likely meant are asked back, and what is no name of one is left alone', async () => {
    const env = { RESTAGE_FAIL_ON_MIS: 'true', RESTAGE_OWN_THING: 'x' };
    const { status, stderr } = await runRestage(['replay', '--', 'true'], { env });
    expect(status).toBe(0);
    expect(stderr).toContain(
      'The variable RESTAGE_FAIL_ON_MIS is no setting and counts for nothing. Did you mean RESTAGE_FAIL_ON_MISS?',
    );
    expect(stderr).not.toContain('RESTAGE_OWN_THING');
  });

  test('of a list in a variable are split at blanks', async () => {
    const env = { RESTAGE_FAULT: 'not-found,api=a conflict,api=b', RESTAGE_PORT: '0', RESTAGE_SEED: '7' };
    const url = await restage(['replay'], { env }).url;

    expect((await send(url, '/restapis/b/stages', {})).status).toBe(409);
    expect(JSON.parse((await send(url, '/__restage/status', {})).text).seed).toBe(7);
  });

  test('with rules of a file follow those of the flags', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'rules.json'), '[{"kind":"conflict"}]');
    const url = await restage(
      ['replay', '-p', '0', '--fault', 'not-found,first=1', '--faults', 'rules.json'],
      { cwd },
    ).url;

    expect((await send(url, '/restapis/a/stages', {})).status).toBe(404);
    expect((await send(url, '/restapis/a/stages', {})).status).toBe(409);
  });

  test.each([
    [
      'profile: production',
      /^Cannot take 'profile' from 'restage\.config\.yaml': .+ Use --profile or RESTAGE_PROFILE\.\n$/,
    ],
    ['upstream: http://evil.example', /^Cannot take 'upstream' from/],
    ['trust-clients: true', /^Cannot take 'trust-clients' from/],
    ['client-key: [A:b]', /^Cannot take 'client-key' from/],
    ['allow-host: [evil.example]', /^Cannot take 'allow-host' from/],
    [
      'casette: x',
      /^Cannot use 'restage\.config\.yaml': there is no setting 'casette'\. Did you mean 'cassette'\? Known are cassette, /,
    ],
    ['cassette: ../x', /^Cannot use 'cassette' in restage\.config\.yaml "\.\.\/x": /],
    ['- a list', /^Cannot use 'restage\.config\.yaml': it does not hold an object/],
    ['a: [', /^Cannot read 'restage\.config\.yaml': /],
  ])('of a config file with %j are refused', async (text, message) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'restage.config.yaml'), text);
    const { status, stderr } = await runRestage(['record'], { cwd });

    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('of the config file redact what is recorded', async () => {
    const service = await startService();
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, 'cassettes'));
    await writeFile(
      join(cwd, 'restage.config.json'),
      '{"redact":[{"match":"only stage","replace":"REMOVED"}]}',
    );
    const env = credentialVariables(credentials);
    const recorder = restage(['record', '-p', '0', '--upstream', service.url], { cwd, env });
    const target = `/restapis/${sample.oneStage}/stages`;
    const answer = await sendSigned(await recorder.url, { target, credentials });

    expect(answer.text).toContain('the only stage');
    const stored = JSON.stringify(await readCassette(join(cwd, 'cassettes')));
    expect(stored).toContain('the REMOVED');
    expect(stored).not.toContain('only stage');
  });
});
