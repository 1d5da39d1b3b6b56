import { describe, expect, test } from 'vitest';
import { restage, runRestage } from '../support/cli.ts';
import { run } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { deadUpstream } from '../support/upstream.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const TOKEN = 'a-token-of-24-characters';
const target = '/restapis/a1b2c3d4e5/stages';

/** Runs an errand to its end. */
function errand(args: readonly string[], env: Record<string, string> = {}) {
  return runRestage(args, { env });
}

async function statusesOf(url: string, count: number, path = target): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await send(url, path, {})).status);
  return statuses;
}

describe('restage fault', () => {
  test('adds, lists and removes the faults of a program that runs', { timeout: 60_000 }, async () => {
    const url = await restage(['replay', '--port', '0', '--log', 'silent']).url;
    const fault = (...args: readonly string[]) => errand(['fault', ...args, '--url', url]);

    expect(await fault('ls')).toMatchObject({ status: 0, stdout: 'There are no faults.\n', stderr: '' });
    expect(await fault('add', 'throttle,first=2,name=storm')).toMatchObject({
      status: 0,
      stdout: 'storm  throttle,first=2  armed  hit 0 of 0 calls, ends in 10m00s\n',
      stderr: '',
    });
    expect(await statusesOf(url, 3)).toEqual([429, 429, 400]);
    expect(await fault('add', 'not-found,name=a/b c,for=0')).toMatchObject({ status: 0, stderr: '' });
    expect((await fault('ls')).stdout).toMatch(
      /^storm {2}throttle,first=2 {2}armed {2}hit 2 of 3 calls, ends in \d+m\d\ds\na\/b c {2}not-found {9}armed {2}hit 0 of 0 calls\n$/,
    );
    expect(await statusesOf(url, 1)).toEqual([404]);

    expect(await fault('rm', 'a/b c')).toMatchObject({ status: 0, stdout: 'Removed a/b c.\n' });
    expect(await fault('add', 'flaky-network')).toMatchObject({ status: 0 });
    expect((await fault('ls')).stdout).toMatch(/^reset,p=0\.05 +armed {2}hit 0 of 0 calls, ends in/m);
    expect(await fault('clear')).toMatchObject({ status: 0, stdout: 'Removed every fault.\n' });
    expect(await statusesOf(url, 1)).toEqual([400]);
  });

  test('tells the state and the phase of each rule', async () => {
    const clock = virtualClock();
    const restaged = await run('replay', {}, clock);
    restaged.setFaults({
      faults: ['conflict,first=1,until=5'],
      phases: [
        { name: 'outage', calls: 1, faults: ['unavailable'] },
        { name: 'calm', faults: ['throttle,p=0'] },
      ],
    });
    const fault = (...args: readonly string[]) => errand(['fault', ...args, '--url', restaged.url]);
    const lines = async () => (await fault('ls')).stdout.trimEnd().split('\n');

    expect(await lines()).toEqual([
      'conflict,first=1,until=5  armed    hit 0 of 0 calls, ends in 5.0s',
      'unavailable               armed    hit 0 of 0 calls, in phase outage',
      'throttle,p=0              waiting  hit 0 of 0 calls, in phase calm',
    ]);
    await statusesOf(restaged.url, 1);
    clock.advance(5000);
    expect(await lines()).toEqual([
      'conflict,first=1,until=5  ended  hit 1 of 1 call',
      'unavailable               ended  hit 0 of 1 call, in phase outage',
      'throttle,p=0              armed  hit 0 of 0 calls, in phase calm',
    ]);
  });

  test('with --session or RESTAGE_SESSION steers a session alone', async () => {
    const { url } = await run('replay', {});
    const where = ['--url', url];
    expect((await errand(['fault', 'add', 'throttle', ...where, '--session', 'worker'])).status).toBe(0);
    const listed = await errand(['fault', 'ls'], { RESTAGE_URL: url, RESTAGE_SESSION: 'worker' });

    expect(listed.stdout).toMatch(/^throttle {2}armed/);
    expect((await errand(['fault', 'ls', ...where])).stdout).toBe('There are no faults.\n');
    expect(await statusesOf(url, 1, `/@worker${target}`)).toEqual([429]);
    expect(await statusesOf(url, 1)).toEqual([400]);
  });

  test('shows the admin token, of the flag or of RESTAGE_ADMIN_TOKEN', async () => {
    const { url } = await run('replay', { 'admin-token': TOKEN });
    const ls = ['fault', 'ls', '--url', url];
    const [flag, variable, none, wrong] = await Promise.all([
      errand([...ls, '--admin-token', TOKEN]),
      errand(ls, { RESTAGE_ADMIN_TOKEN: TOKEN }),
      errand(ls),
      errand(ls, { RESTAGE_ADMIN_TOKEN: 'another-token-of-28-characters' }),
    ]);

    expect([flag.status, variable.status]).toEqual([0, 0]);
    for (const refused of [none, wrong]) {
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toMatch(/^Cannot answer the call: it does not show the admin token\. [^\n]+\n$/);
      expect(refused.stderr).not.toContain('another-token');
    }
  });

  test.each([
    [['list'], /^Cannot carry out 'restage fault list': [^\n]+ Known are add, ls, rm, clear\.\n$/],
    [
      ['ls', '--fault', 'throttle'],
      /^Cannot read the command line: [^\n]+--url, --session, --admin-token\.\n$/,
    ],
  ])('refuses %j with exit status 2', async (args, message) => {
    const { url } = await run('replay', { fault: [{ kind: 'conflict', name: 'taken' }] });
    const { status, stdout, stderr } = await errand(['fault', ...args, '--url', url]);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each([
    [['rm', 'nope'], /^Cannot find fault 'nope': [^\n]+ Known are taken\.\n$/],
    [['rm', 'takne'], /^Cannot find fault 'takne': [^\n]+ Did you mean 'taken'\? Known are taken\.\n$/],
    [['add', 'throttle,name=taken'], /^Cannot add [^\n]+there is a rule of that name[^\n]+\n$/],
    [['ls', '--session', 'nobody'], /^Cannot find session 'nobody': [^\n]+\n$/],
  ])('what is understood and cannot be done, %j, is a failure with exit status 1', async (args, message) => {
    const { url } = await run('replay', { fault: [{ kind: 'conflict', name: 'taken' }] });
    const { status, stdout, stderr } = await errand(['fault', ...args, '--url', url]);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('says in one line, with exit status 1, that nothing listens', async () => {
    // In a process of its own, unlike the other errands.
    const { status, stdout, stderr } = await restage(['fault', 'ls', '--url', await deadUpstream()]).ended;

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Cannot reach restage at http:\S+: nothing listens there\. [^\n]+\n$/);
  });
});

describe('restage retries', () => {
  test('tells what clients tried again, of the server and of a session', async () => {
    const { url } = await run('replay', { fault: ['unavailable,first=1'] });
    await statusesOf(url, 1, `/@worker${target}`);
    const [all, own, stranger] = await Promise.all([
      errand(['retries', '--url', url]),
      errand(['retries', '--url', url, '--session', 'worker']),
      errand(['retries', '--url', url, '--session', 'stranger']),
    ]);

    expect(all).toMatchObject({ status: 0, stderr: '' });
    expect(all.stdout).toMatch(/^Retries: 1 call, 1 attempt, 1 faulted, 1 gave up\n/);
    expect(all.stdout).toMatch(/^ +1 {2}GetStages a1b2c3d4e5 @worker {2}503 +gave up$/m);
    expect(own.stdout).toBe(all.stdout);
    expect(stranger).toMatchObject({ status: 1, stdout: '' });
    expect(stranger.stderr).toContain("Cannot find session 'stranger'");
  });
});
