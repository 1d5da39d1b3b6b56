import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import pc from 'picocolors';
import { startStandIn } from '../test/support/stand-in.ts';

/** Shows what restage is for, on this machine alone, and checks each step: it ends with 0 only if all of it was true. */
const API = 'a1b2c3d4e5';
const RESTAGE = 'dist/cli/main.js';
const SDK = 'demo/sdk-client.ts';
const HAL = 'demo/hal-client.ts';
const failures: string[] = [];
const dir = mkdtempSync(join(tmpdir(), 'restage-demo-'));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Logged = LoggedCall | { readonly event: 'retries' | 'verdict'; readonly message: string };

interface LoggedCall {
  readonly event: 'call';
  readonly at: string;
  readonly outcome: string;
  readonly status: number;
  readonly attempt?: number;
}

try {
  await demonstrate();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.log(pc.red(`\n${failures.length} of the steps did not hold: ${failures.join('; ')}`));
  process.exit(1);
}
console.log(
  `\n${pc.green('Everything above was checked.')} Next: ${pc.bold('npx restage replay -c example')}, and README.md.`,
);

async function demonstrate(): Promise<void> {
  console.log(`${pc.bold('restage')}: record, replay and break API Gateway calls. All on 127.0.0.1.`);

  const standIn = await startStandIn();
  title(1, `A stand-in for API Gateway, checking every signature: ${standIn.url}`);
  const { accessKeyId, secretAccessKey } = standIn.credentials;
  const keys = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1',
  };
  const direct = { ...keys, AWS_ENDPOINT_URL_API_GATEWAY: standIn.url };
  const [unsigned, sdkDirect, halDirect] = await Promise.all([
    fetch(`${standIn.url}/restapis/${API}/stages`),
    run([...nodeArgs(SDK), API], direct),
    run([...nodeArgs(HAL), API], direct),
  ]);
  check(unsigned.status === 403, 'an unsigned call gets 403');
  check(namesOf(sdkDirect) === 'beta, prod', 'the SDK reads two stages from it: beta, prod');

  title(2, 'Record: calls signed for restage are verified, signed again and stored');
  const sdkRecorded = await restage(['record', '--upstream', standIn.url], SDK, keys);
  check(isSame(sdkRecorded, sdkDirect), 'the AWS SDK for JavaScript v3 gets the same as without restage');
  const halRecorded = await restage(['record', '--upstream', standIn.url], HAL, keys);
  check(isSame(halRecorded, halDirect), 'a HAL client gets the same as without restage');
  const cassette = readFileSync(join(dir, 'demo', `${API}.json`), 'utf8');
  check(cassette.split('"recordedAt"').length === 2, 'both representations are one recording, kept once');

  title(3, 'Replay: the stand-in is stopped, there are no credentials');
  await standIn.close();
  check(await isUnreachable(standIn.url), 'nothing listens there any more');
  const sdkReplayed = await restage(['replay'], SDK, {});
  check(isSame(sdkReplayed, sdkDirect), 'the SDK gets the same, as plain JSON');
  const halReplayed = await restage(['replay'], HAL, {});
  check(isSame(halReplayed, halDirect), 'the HAL client gets the same, links and all');

  title(4, 'Inject: the first two calls are throttled');
  const throttled = await restage(
    ['replay', '--fault', 'throttle,first=2', '--expect', 'attempts<=3'],
    SDK,
    {},
  );
  const calls = readCalls(throttled.stderr);
  check(calls.map(({ status }) => status).join() === '429,429,200', 'the SDK got 429, 429 and then 200');
  check(readResult(throttled).attempts === 3, 'the SDK says so too: 3 attempts, and no error for its user');
  check(
    isDeepStrictEqual(readResult(throttled).stages, readResult(sdkDirect).stages),
    'with the same stages in the end',
  );
  const report = readLog(throttled.stderr).flatMap((line) =>
    line.event === 'retries' || line.event === 'verdict' ? [line.message] : [],
  );
  check(report.includes('✔ attempts<=3  1 call made 3 attempts'), 'restage reports what the SDK did:');
  console.log(indent(report.join('\n')));
}

/** A word as it would be typed: a shell would take `<` for something else. */
function shown(word: string): string {
  return /[<>]/.test(word) ? `'${word}'` : word;
}

/** Runs a client under restage and shows the command and the calls. */
async function restage(args: readonly string[], client: string, env: Record<string, string>): Promise<Ran> {
  const [mode = '', ...options] = args;
  console.log(
    pc.dim(
      `  $ restage ${[mode, '-c demo', ...options.map(shown)].join(' ')} -- node ${client.replace('demo/', '')} ${API}`,
    ),
  );
  const ran = await run(
    [
      RESTAGE,
      mode,
      '-c',
      'demo',
      '--dir',
      dir,
      ...options,
      '--log',
      'json',
      '--',
      process.execPath,
      ...nodeArgs(client),
      API,
    ],
    env,
  );
  showCalls(readCalls(ran.stderr));
  if (ran.status !== 0) console.log(pc.red(indent(ran.stderr)));
  check(ran.status === 0, 'it ends with 0', { isSilent: true });
  return ran;
}

function showCalls(calls: readonly LoggedCall[]): void {
  let previous: number | undefined;
  for (const { at, outcome, status, attempt } of calls) {
    const time = Date.parse(at);
    const waited = previous === undefined ? '' : pc.dim(`  after ${time - previous} ms`);
    previous = time;
    const color = status === 200 ? pc.green : pc.yellow;
    console.log(
      `    ${color(`${status} ${outcome.padEnd(9)}`)}${attempt === undefined ? '' : ` attempt ${attempt}`}${waited}`,
    );
  }
}

function readCalls(log: string): LoggedCall[] {
  return readLog(log).filter((line) => line.event === 'call');
}

function readLog(log: string): Logged[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Logged);
}

function readResult(ran: Ran): { stages?: { stageName: string }[]; attempts?: number } {
  return ran.stdout === '' ? {} : JSON.parse(ran.stdout);
}

function namesOf(ran: Ran): string {
  return (readResult(ran).stages ?? []).map(({ stageName }) => stageName).join(', ');
}

/** Whether two runs of a client said the same: a result, not nothing twice. */
function isSame(a: Ran, b: Ran): boolean {
  return namesOf(a) !== '' && isDeepStrictEqual(readResult(a), readResult(b));
}

async function isUnreachable(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

function nodeArgs(script: string): string[] {
  return ['--import', 'tsx', script];
}

function run(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const { PATH = '' } = process.env;
  // Nothing of the user's own AWS configuration may be needed here, or looked at.
  const nothing = { AWS_CONFIG_FILE: join(dir, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(dir, 'none') };
  const quiet = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const child = spawn(process.execPath, args, {
    env: { PATH, ...nothing, ...quiet, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

function title(step: number, text: string): void {
  console.log(`\n${pc.bold(pc.cyan(String(step)))}  ${pc.bold(text)}`);
}

function check(isTrue: boolean, what: string, { isSilent = false } = {}): void {
  if (!isTrue) failures.push(what);
  if (!isTrue || !isSilent) console.log(`  ${isTrue ? pc.green('✔') : pc.red('✘')} ${what}`);
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ');
}
