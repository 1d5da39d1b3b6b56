import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { credentialVariables, type Ended, restage } from '../support/cli.ts';
import { CASSETTE, credentials, temporaryFolder } from '../support/restage.ts';
import { startUpstream } from '../support/upstream.ts';

/** Asks for these one after the other, whatever comes of it, and ends with 0. */
function swallower(targets: readonly string[]): string[] {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=A/20200101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0';
  const script = `
    const url = process.env.AWS_ENDPOINT_URL_API_GATEWAY;
    const headers = { authorization: ${JSON.stringify(authorization)}, accept: 'application/json' };
    (async () => {
      for (const target of ${JSON.stringify(targets)}) await fetch(url + target, { headers }).catch(() => {});
    })();`;
  return ['--', process.execPath, '-e', script];
}

const stages = (api: string, query = '') => `/restapis/${api}/stages${query}`;

async function replay(targets: readonly string[], args: readonly string[], env: Record<string, string> = {}) {
  return restage(['replay', ...args, ...swallower(targets)], { env }).ended;
}

/** The lines of a kind. */
function linesOf({ stderr }: Ended, pattern: RegExp): string[] {
  return stderr.split('\n').filter((line) => pattern.test(line));
}

const MISSED = /missed the recording/;
const UNRECORDED = /not recorded, and a replay will miss/;

test('record tells in the end what was not recorded, and a replay misses just that, though the tool says nothing', async () => {
  let attempts = 0;
  const upstream = await startUpstream((request, response) => {
    const [, , api] = request.url?.split('/') ?? [];
    if (api === 'soon') attempts += 1;
    const isBusy = api === 'busy' || (api === 'soon' && attempts === 1);
    response
      .writeHead(isBusy ? 503 : 200, { 'Content-Type': 'application/json' })
      .end(isBusy ? '{"message":"busy"}' : '{"item":[]}');
  });
  const dir = await temporaryFolder();
  const targets = [
    stages('good'),
    stages('soon'),
    stages('soon'),
    stages('busy'),
    stages('busy'),
    '/restapis/',
  ];
  const recorded = await restage(
    ['record', '--dir', dir, '--upstream', upstream, '--trust-clients', ...swallower(targets)],
    { env: credentialVariables(credentials) },
  ).ended;

  expect(recorded.status).toBe(0);
  expect((await readdir(join(dir, CASSETTE))).sort()).toEqual(['good.json', 'soon.json']);
  expect(linesOf(recorded, UNRECORDED)).toEqual([
    '3 calls were not recorded, and a replay will miss them: GetStages busy (answered with 503, 2×), ' +
      "GET /restapis/ (answered with 200, it is no operation of API Gateway's control plane that restage knows; nearest: GetRestApis 'GET /restapis'). " +
      'Record again once they are answered with what can be recorded; the log says why they were not.',
  ]);

  const [replayed, strict] = await Promise.all([
    replay(targets, ['--dir', dir], { CI: 'true' }),
    replay(targets, ['--dir', dir, '--fail-on-miss', '--log', 'silent']),
  ]);
  const line =
    "3 calls missed the recording: GetStages busy (2×), GET /restapis/ (it is no operation of API Gateway's control plane that restage knows; nearest: GetRestApis 'GET /restapis'). " +
    `Record what is missing: restage record -c default --dir '${dir}' -- <your command>.`;
  expect([replayed.status, strict.status]).toEqual([0, 1]);
  expect(linesOf(replayed, MISSED)).toEqual([line]);
  expect(linesOf(strict, MISSED)).toEqual([line]);
  expect(strict.stderr).not.toMatch(/ missed +400/);
});

test('replay tells how to record what it missed of an account, and that the rest cannot be', async () => {
  const [account, neither] = await Promise.all([
    replay(['/restapis', '/restapis/'], []),
    replay(['/restapis/'], []),
  ]);

  const unknown =
    "GET /restapis/ (it is no operation of API Gateway's control plane that restage knows; nearest: GetRestApis 'GET /restapis')";
  expect(linesOf(account, MISSED)).toEqual([
    `2 calls missed the recording: GetRestApis, ${unknown}. ` +
      'Record what is missing: restage record -c default -- <your command>.',
  ]);
  expect(linesOf(neither, MISSED)).toEqual([
    `1 call missed the recording: ${unknown}. Keep them out of what is replayed: they cannot be recorded.`,
  ]);
});

test('a run that missed nothing says nothing, and neither does one whose misses were faults', async () => {
  const dir = await temporaryFolder();
  const ended = await replay([stages('a')], ['--dir', dir, '--fail-on-miss', '--fault', 'throttle']);

  expect(ended.status).toBe(0);
  expect(ended.stderr).not.toMatch(MISSED);
});

test('what was recorded before is no gap, even where nothing could be recorded now', async () => {
  let isBusy = false;
  const upstream = await startUpstream((_, response) => {
    response
      .writeHead(isBusy ? 503 : 200, { 'Content-Type': 'application/json' })
      .end(isBusy ? '{}' : '{"item":[]}');
  });
  const dir = await temporaryFolder();
  const env = credentialVariables(credentials);
  const args = ['record', '--dir', dir, '--upstream', upstream, '--trust-clients'];
  const first = await restage([...args, ...swallower([stages('a')])], { env }).ended;
  isBusy = true;
  const second = await restage([...args, ...swallower([stages('a')])], { env }).ended;

  for (const ended of [first, second]) expect(linesOf(ended, UNRECORDED)).toEqual([]);
  expect(second.stderr).toMatch(/ forwarded 503 /);
});

test('a miss that the command does not survive keeps the status of the command; many are named by the first five', async () => {
  const targets = Array.from({ length: 8 }, (_, i) => stages(`api${i}`, '?deploymentId=d'));
  const command = swallower(targets);
  const ended = await restage([
    'replay',
    '--fail-on-miss',
    ...command.slice(0, -1),
    `${command.at(-1)}; process.exitCode = 7`,
  ]).ended;

  expect(ended.status).toBe(7);
  expect(linesOf(ended, MISSED)).toEqual([
    expect.stringMatching(
      /^8 calls missed the recording: GetStages api0 deploymentId=d, .+ api4 deploymentId=d and 3 more\. /,
    ),
  ]);
});

test('a server that was told to fail on misses does so when it is stopped', async () => {
  const running = restage(['replay', '-p', '0', '--log', 'silent'], {
    env: { RESTAGE_FAIL_ON_MISS: 'true' },
  });
  await fetch((await running.url) + stages('a'));
  running.kill('SIGTERM');
  const ended = await running.ended;

  expect(ended.status).toBe(1);
  expect(linesOf(ended, MISSED)).toHaveLength(1);
});

test('behind --, off a terminal, the log is a calm line a call, and a miss is one, too', async () => {
  const { stderr } = await replay(
    [stages('a'), stages('b')],
    ['--seed', '1', '--fault', 'latency,ms=1', '--fault', 'throttle,first=1'],
  );

  expect(stderr.split('\n').slice(0, 4)).toEqual([
    expect.stringMatching(/^Cassette 'default' does not exist: every call will be a miss\./),
    expect.stringMatching(/^restage replay listening on http:/),
    expect.stringMatching(
      /^\d\d:\d\d:\d\d faulted {3}429 {2}GetStages a {2}us-east-1 {2}[\d.]+ ms {2}throttle,first=1$/,
    ),
    expect.stringMatching(
      /^\d\d:\d\d:\d\d missed {4}400 {2}GetStages b {2}us-east-1 {2}[\d.]+ ms {2}it is not in cassette 'default'$/,
    ),
  ]);
  expect(stderr).not.toMatch(/\x1b|\bseed\b/);
});
