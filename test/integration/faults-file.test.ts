import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../src/chaos/fault.ts';
import { presets } from '../../src/chaos/preset.ts';
import { restage, runRestage } from '../support/cli.ts';
import { run } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const target = '/restapis/a1b2c3d4e5/stages';

async function statusesOf(url: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await send(url, target, {})).status);
  return statuses;
}

async function faultsOf(url: string) {
  return JSON.parse((await send(url, '/__restage/faults', {})).text);
}

/** A faults file in a folder of its own, and the command line of a program that replays nothing under it. */
function faultsFile(text: string, name = 'chaos.yaml') {
  const path = join(temporaryFolder(), name);
  const write = (next: string) => writeFileSync(path, next);
  write(text);
  return { path, write, args: ['replay', '--port', '0', '--log', 'silent', '--faults', path] };
}

const SCENARIO = `
# yaml-language-server: $schema=faults.schema.json
faults:
  - not-found,api=other
phases:
  - name: calm
    calls: 2
  - name: brownout
    calls: 3
    faults:
      - { kind: throttle, first: 2 }
  - name: outage
    calls: 2
    faults: [unavailable]
  - name: recovery
`;

describe('phases', () => {
  test('follow one another by calls, end to end', async () => {
    const url = await restage(faultsFile(SCENARIO).args).url;

    expect((await faultsOf(url)).phase).toEqual({ name: 'calm' });
    expect(await statusesOf(url, 9)).toEqual([400, 400, 429, 429, 400, 503, 503, 400, 400]);
    const { phase, faults } = await faultsOf(url);
    expect(phase).toEqual({ name: 'recovery' });
    expect(faults).toMatchObject([
      { name: 'not-found,api=other', state: 'armed', matched: 0 },
      { name: 'throttle,first=2', state: 'ended', phase: 'brownout', matched: 3, fired: 2 },
      { name: 'unavailable', state: 'ended', phase: 'outage', matched: 2, fired: 2 },
    ]);
  });

  test('follow one another by time, and their rules measure time from their beginning', async () => {
    const clock = virtualClock();
    const restaged = await run('replay', {}, clock);
    restaged.setFaults({
      phases: [
        { name: 'calm', for: 10 },
        { name: 'brownout', for: 20, faults: ['throttle,from=5,until=10', 'conflict,first=1'] },
        { name: 'outage', for: 5, faults: ['unavailable'] },
        { name: 'recovery', for: 60 },
      ],
    });
    const at = async (seconds: number) => {
      clock.advance(seconds * 1000 - clock.elapsed());
      const [status] = await statusesOf(restaged.url, 1);
      return [(await faultsOf(restaged.url)).phase, status];
    };

    expect(await at(0)).toEqual([{ name: 'calm', endsInSeconds: 10 }, 400]);
    expect(await at(9.999)).toEqual([{ name: 'calm', endsInSeconds: expect.closeTo(0.001) }, 400]);
    expect(await at(10)).toEqual([{ name: 'brownout', endsInSeconds: 20 }, 409]);
    expect(await at(14)).toEqual([{ name: 'brownout', endsInSeconds: 16 }, 400]);
    expect(await at(15)).toEqual([{ name: 'brownout', endsInSeconds: 15 }, 429]);
    expect(await at(20)).toEqual([{ name: 'brownout', endsInSeconds: 10 }, 400]);
    expect(await at(30)).toEqual([{ name: 'outage', endsInSeconds: 5 }, 503]);
    expect(await at(35)).toEqual([{ name: 'recovery', endsInSeconds: 60 }, 400]);
    // All are over, and nothing begins anew but by a reset.
    expect(await at(95)).toEqual([null, 400]);
    await send(restaged.url, '/__restage/reset', {}, { method: 'POST' });
    clock.advance(10_000);
    expect(await statusesOf(restaged.url, 1)).toEqual([409]);
  });

  test('begin again where they repeat, also after a long silence', async () => {
    const clock = virtualClock();
    const restaged = await run('replay', {}, clock);
    restaged.setFaults({
      repeat: true,
      phases: [
        { name: 'up', for: 50 },
        { name: 'down', for: 10, faults: ['unavailable'] },
      ],
    });
    const seen: number[] = [];
    for (const seconds of [0, 50, 10, 50, 10, 86_400 * 365 - 120, 50]) {
      clock.advance(seconds * 1000);
      seen.push(...(await statusesOf(restaged.url, 1)));
    }

    expect(seen).toEqual([400, 503, 400, 503, 400, 400, 503]);
  });
});

describe('a faults file that changes', () => {
  test('is loaded again, and goes on counting where it says the same; a broken one leaves the last good one', async () => {
    const { path, write, args } = faultsFile('[throttle, "conflict,api=counted"]', 'chaos.yaml');
    const program = restage(args);
    const url = await program.url;
    expect(await statusesOf(url, 2)).toEqual([429, 429]);

    write('- { kind: unavailable, name: new }\n- conflict,api=counted\n');
    await program.said(/Loaded '\S+chaos\.yaml' again: its faults hold from now on\.\n/);
    expect(await statusesOf(url, 2)).toEqual([503, 503]);

    write('- { kind: explode }\n');
    const [unknown] = await program.said(/^Cannot use fault .*explode.*$/m);
    expect(unknown).toContain(`[0] of '${path}'`);
    expect(unknown).toMatch(/Known kinds are throttle, .*\. The faults from before stay\.$/);
    expect(await statusesOf(url, 1)).toEqual([503]);

    write('phases: [{ name: a, ');
    expect((await program.said(/^Cannot read .*$/m))[0]).toMatch(
      /Correct the file\. The faults from before stay\.$/,
    );
    expect((await faultsOf(url)).faults).toMatchObject([
      { name: 'new', matched: 3, fired: 3 },
      { name: 'conflict,api=counted' },
    ]);

    write(`phases: [{ name: burst, calls: 1, preset: quota }, { name: gone, faults: [not-found] }]`);
    await program.said(/(?:Loaded[\s\S]*){2}/);
    expect((await faultsOf(url)).phase).toEqual({ name: 'burst' });
    expect(await statusesOf(url, 2)).toEqual([400, 404]);

    rmSync(path);
    expect((await program.said(/^Cannot read .*there is no such file.*$/m))[0]).toContain('stay');
    expect(await statusesOf(url, 1)).toEqual([404]);
  });

  test('keeps the rules of the command line and those made meanwhile', async () => {
    const path = join(temporaryFolder(), 'chaos.json');
    writeFileSync(path, '["unavailable,first=1"]');
    const program = restage([
      ...['replay', '--port', '0', '--log', 'silent', '--faults', path],
      ...['--fault', 'not-found,api=other', '--quota', 'aws'],
    ]);
    const url = await program.url;
    await send(url, '/__restage/faults', {}, { method: 'POST', body: '{"kind":"conflict","name":"mine"}' });
    const names = async () =>
      (await faultsOf(url)).faults
        .map(({ name }: { name: string }) => name)
        .filter((name: string) => !name.startsWith('quota-'));

    expect(await names()).toEqual(['quota', 'not-found,api=other', 'unavailable,first=1', 'mine']);
    writeFileSync(path, '["internal,times=2"]');
    await program.said(/Loaded/);
    expect(await names()).toEqual(['quota', 'not-found,api=other', 'internal,times=2', 'mine']);
    expect(await statusesOf(url, 3)).toEqual([500, 500, 409]);
  });
});

describe('at the start', () => {
  const kinds = Object.keys(faultKinds);
  const named = Object.keys(presets);

  test.each<[what: string, content: unknown, words: readonly string[]]>([
    [
      'a contradicting schedule',
      [{ kind: 'throttle', cycle: '2/8', every: 2 }],
      ["'cycle'", "'every'", '[0] of'],
    ],
    [
      'an end before the beginning',
      ['throttle', 'throttle,from=9,until=3'],
      ["'from' 9", "'until' 3", '[1] of'],
    ],
    ['a negative number', { faults: [{ kind: 'latency', ms: -1 }] }, ["'ms'", '-1', 'faults[0] of']],
    ['an unknown kind', [{ kind: 'explode' }], ["'explode'", ...kinds]],
    ['an unknown name', [{ kind: 'throttle', frist: 1 }], ["'frist'", 'first', 'burst']],
    ['a preset that does not exist', [{ preset: 'doom' }], ["'doom'", '[0] of', ...named]],
    [
      "a phase's preset that does not exist",
      { phases: [{ preset: 'doom' }] },
      ["'doom'", 'phases[0].preset', ...named],
    ],
    ['a phase without an end', { phases: [{ name: 'a' }, { name: 'b' }] }, ["'a'", "'for'", "'calls'"]],
    ['a phase with two ends', { phases: [{ for: 1, calls: 1 }] }, ["'for' contradicts 'calls'", 'phases[0]']],
    [
      'a phase with an unknown name',
      { phases: [{ fautls: [] }] },
      ["'fautls'", 'name, for, calls, faults, preset'],
    ],
    ['an unknown name at the top', { fazes: [] }, ["'fazes'", 'faults', 'phases', 'repeat']],
    ['no list', 'throttle', ['not a list of faults']],
  ])('%s is refused with exit status 2, naming field, value and what is known', async (_, content, words) => {
    const { path, args } = faultsFile(JSON.stringify(content), 'chaos.json');
    const { status, stdout, stderr } = await runRestage(args);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
    for (const word of [`'${path}'`, ...words]) expect(stderr).toContain(word);
  });

  test.each<[args: readonly string[], words: readonly string[]]>([
    [
      ['--preset', 'doom'],
      ['--preset', 'doom', ...named],
    ],
    [
      ['--quota', 'gcp'],
      ['--quota', 'gcp', 'aws'],
    ],
    [
      ['--fault', 'throttle,rate=-1'],
      ["'rate'", '"-1"'],
    ],
    [
      ['--seed', '-1'],
      ['--seed', '-1'],
    ],
  ])('%j is refused with exit status 2, naming what is known', async (args, words) => {
    const { status, stdout, stderr } = await runRestage(['replay', ...args]);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Cannot [^\n]+\.\n$/);
    for (const word of words) expect(stderr).toContain(word);
  });
});

test('presets may be named on the command line and in the file', async () => {
  const path = join(temporaryFolder(), 'chaos.yaml');
  writeFileSync(path, '- preset: expired-token\n- preset: slow-tail\n');
  const program = restage([
    ...['replay', '--port', '0', '--log', 'silent', '--faults', path],
    ...['--preset', 'throttle-storm', '--preset', 'flaky-network'],
  ]);
  const names = (await faultsOf(await program.url)).faults.map(({ name }: { name: string }) => name);

  expect(names).toEqual(
    ['throttle-storm', 'flaky-network', 'expired-token', 'slow-tail'].flatMap(
      (name) => presets[name]?.faults,
    ),
  );
});
