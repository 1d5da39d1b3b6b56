import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { restage, runRestage } from '../support/cli.ts';
import { CASSETTE, temporaryFolder } from '../support/restage.ts';
import { send } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

const ID = 'a1b2c3d4e5';
/** Clears the screen, sets the title, turns the writing round, and ends the line. */
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\u009b2J\u202e\rx';
const ACTS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

/** A checkout with these files. */
async function checkout(files: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(cwd, name, '..'), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  return cwd;
}

describe('what a doctored checkout holds moves no cursor', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['a setting that there is not', { 'restage.config.json': JSON.stringify({ [HOSTILE]: 1 }) }, []],
    ['a value', { 'restage.config.json': JSON.stringify({ cassette: HOSTILE }) }, []],
    ['a folder', { 'restage.config.json': JSON.stringify({ dir: HOSTILE, host: 'x y' }) }, []],
    ['YAML that is none', { 'restage.config.yaml': `a: "${HOSTILE}\n: [` }, []],
    ['a fault', { 'restage.config.json': JSON.stringify({ fault: [`${HOSTILE}=1`] }) }, []],
    [
      'a field of a fault',
      { 'f.json': JSON.stringify([{ kind: 'throttle', [HOSTILE]: 1 }]) },
      ['--faults', 'f.json'],
    ],
    [
      'the name of a fault',
      { 'f.json': JSON.stringify([{ kind: 'throttle', name: HOSTILE }]) },
      ['--faults', 'f.json'],
    ],
    [
      'a phase',
      { 'f.json': JSON.stringify({ phases: [{ name: HOSTILE, [HOSTILE]: 1 }] }) },
      ['--faults', 'f.json'],
    ],
  ])('standing in %s', async (_, files, flags) => {
    const cwd = await checkout(files);
    for (const DEBUG of ['', 'restage']) {
      const { status, stdout, stderr } = await runRestage(['replay', '-p', '0', ...flags], {
        cwd,
        env: { DEBUG },
      });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^Cannot /);
      expect(stdout + stderr).not.toMatch(ACTS);
    }
  });

  test.each(['pretty', 'json'])('in ids, stage names and messages, with the log in %s', async (log) => {
    const take = {
      status: 404,
      representation: 'json',
      region: 'us-east-1',
      recordedAt: '2024-01-01T00:00:00Z',
    };
    const error = { type: 'NotFoundException', message: HOSTILE };
    const stages = [{ stageName: HOSTILE, description: HOSTILE }];
    const interactions = [
      { operation: 'GetStages', takes: [{ ...take, error }] },
      { operation: 'GetStages', deploymentId: HOSTILE, takes: [{ ...take, status: 200, stages }] },
    ];
    const odd = [{ operation: 'GetStages', [HOSTILE]: HOSTILE, takes: [{ ...take, error }] }];
    const fileOf = (restApiId: string, list: object[]) =>
      JSON.stringify({ restage: 1, restApiId, interactions: list });
    const cwd = await checkout({
      [`cassettes/${CASSETTE}/${ID}.json`]: fileOf(ID, interactions),
      [`cassettes/${CASSETTE}/odd.json`]: fileOf('odd', odd),
      [`cassettes/${CASSETTE}/another.json`]: fileOf(HOSTILE, []),
      'f.json': JSON.stringify([{ kind: 'throttle', api: HOSTILE, first: 1 }, `throttle,api=${HOSTILE}`]),
    });
    const running = restage(['replay', '-p', '0', '--log', log, '--faults', 'f.json'], { cwd });
    const url = await running.url;
    const host = { host: 'localhost', 'user-agent': 'x', 'amz-sdk-invocation-id': 'y' };
    const asked = [ID, 'odd', 'another', encodeURIComponent(HOSTILE)];
    for (const id of asked) await send(url, `/restapis/${id}/stages`, host);
    const filtered = await send(
      url,
      `/restapis/${ID}/stages?deploymentId=${encodeURIComponent(HOSTILE)}`,
      host,
    );
    running.kill('SIGTERM');
    const { stdout, stderr } = await running.ended;

    expect(filtered.status).toBe(200);
    expect(stderr.trim().split('\n').length).toBeGreaterThanOrEqual(asked.length + 1);
    expect(stdout + stderr).not.toMatch(ACTS);
  });
});

describe('what answers in the place of a restage moves no cursor', () => {
  const rule = {
    name: HOSTILE,
    rule: { kind: HOSTILE, [HOSTILE]: HOSTILE },
    state: HOSTILE,
    phase: HOSTILE,
    matched: 1,
    fired: 1,
  };
  const called = {
    operation: HOSTILE,
    restApiId: HOSTILE,
    region: HOSTILE,
    parameters: { [HOSTILE]: HOSTILE },
  };
  const call = {
    ...called,
    called,
    ending: HOSTILE,
    attemptCount: 2,
    gaveUpEarly: true,
    maxAttempts: HOSTILE,
    attempts: [
      { status: HOSTILE, outcome: HOSTILE },
      { status: HOSTILE, outcome: 'faulted' },
    ],
  };
  const totals = {
    calls: 1,
    attempts: HOSTILE,
    faultedAttempts: 1,
    retried: 1,
    succeeded: 0,
    gaveUp: HOSTILE,
  };
  const timeline = { from: 0, columnMs: 1, answered: [1], faulted: [1] };
  const faults = [{ rule: HOSTILE, attempts: HOSTILE }];
  const report = {
    totals,
    faults,
    shapes: [
      { calls: HOSTILE, targets: HOSTILE, waits: [{ shortestMs: 1, longestMs: HOSTILE }], first: call },
      { calls: 2, targets: 2, waits: [], first: call },
    ],
    otherShapes: { shapes: HOSTILE, calls: HOSTILE },
    timeline,
    peakPerSecond: 1,
    callsForgotten: 0,
    waits: undefined,
  };

  test.each<[string, string[], number, object]>([
    ['faults', ['fault', 'ls'], 200, { faults: [rule] }],
    ['a refusal', ['fault', 'clear'], 400, { message: HOSTILE }],
    ['retries', ['retries'], 200, report],
  ])('printed as %s', async (_, args, status, content) => {
    const url = await startUpstream((_request, response) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content)),
    );
    const ended = await runRestage([...args, '--url', url]);

    expect((ended.stdout + ended.stderr).length).toBeGreaterThan(10);
    expect(ended.stdout + ended.stderr).not.toMatch(ACTS);
    if (status === 200) expect(ended).toMatchObject({ status: 0, stderr: '' });
  });
});
