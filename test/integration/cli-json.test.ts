import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { restage, runRestage } from '../support/cli.ts';
import { temporaryFolder } from '../support/restage.ts';
import { deadUpstream } from '../support/upstream.ts';

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Every line, each of which must be an object of its own. */
function linesOf(stderr: string): Line[] {
  expect(stderr).toMatch(/\n$/);
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const call = (path: string) => `fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '${path}')`;
const node = (script: string) => ['--', process.execPath, '-e', script];

describe('with the log in json every line on stderr is an object', () => {
  test.each<[name: string, args: string[], env: Record<string, string>, file: string | undefined]>([
    ['a mistyped option', ['replay', '--log', 'json', '--cassete', 'x'], {}, undefined],
    ['a mistyped option before it', ['replay', '--cassete', 'x', '--log=json'], {}, undefined],
    ['no command behind --', ['replay', '--log', 'json', '--'], {}, undefined],
    ['a value', ['replay', '--log', 'json', '--port', '70000'], {}, undefined],
    ['a fault', ['replay', '--fault', 'trottle'], { RESTAGE_LOG: 'json' }, undefined],
    ['a mode', ['rewind'], { RESTAGE_LOG: 'json' }, undefined],
    ['a setting of a file that says json', ['replay'], {}, '{"log":"json","casette":"x"}'],
    ['a value of a file that says json', ['replay', '--port', '-1'], {}, '{"log":"json"}'],
    ['an errand', ['fault', 'ad'], { RESTAGE_LOG: 'json' }, undefined],
  ])('%s is refused', async (_, args, env, file) => {
    const cwd = await temporaryFolder();
    if (file !== undefined) await writeFile(join(cwd, 'restage.config.json'), file);
    for (const DEBUG of ['', 'restage']) {
      const { status, stderr } = await runRestage(args, { cwd, env: { ...env, DEBUG } });

      expect(status).toBe(2);
      expect(linesOf(stderr)).toEqual([
        {
          at: expect.any(String),
          event: 'error',
          level: 'error',
          message: expect.stringMatching(/^Cannot .+\.$/),
          exitStatus: 2,
          ...(DEBUG !== '' && { stack: expect.stringContaining('\n    at ') }),
        },
      ]);
    }
  });

  test('of a run with a command: where it listens, the seed, calls, misses, the report, verdicts', async () => {
    const script = `${call('/restapis/a/stages')}.then(() => ${call('/restapis/b/stages')})`;
    const { status, stderr } = await restage([
      ...['replay', '--log', 'json', '--fault', 'throttle,p=0.999999,first=1'],
      ...['--expect', 'calls>=2', '--expect', 'all succeed', ...node(script)],
    ]).ended;
    const lines = linesOf(stderr);

    expect(status).toBe(1);
    expect(lines.map(({ event }) => event)).toEqual([
      ...['no-cassette', 'seed', 'listening', 'call', 'call', 'misses', 'retries', 'verdict', 'verdict'],
    ]);
    const [, seed, listening, faulted, missed, misses, retries, passed, failed] = lines;
    expect(seed).toMatchObject({ seed: expect.any(Number) });
    expect(listening).toMatchObject({
      mode: 'replay',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    expect([faulted, missed]).toMatchObject([{ outcome: 'faulted' }, { outcome: 'missed' }]);
    expect(misses).toMatchObject({ level: 'warning', calls: [{ restApiId: 'b', times: 1 }] });
    expect(retries).toMatchObject({ totals: { calls: 2, faultedAttempts: 1 } });
    expect(passed).toMatchObject({ level: 'info', passed: true, expected: 'calls>=2' });
    expect(failed).toMatchObject({
      level: 'error',
      passed: false,
      message: expect.stringMatching(/^✘ all succeed {2}/),
    });
  });

  test('of what cannot be started, of what is lost, and of warnings of Node.js', async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, 'lib'));
    await writeFile(
      join(cwd, 'lib', 'warn.cjs'),
      `let times = 0;
      process.on('newListener', (event) => {
        if (event === 'SIGTERM' && ++times === 1) process.emitWarning('odd', 'OddWarning');
      });`,
    );
    const env = {
      RESTAGE_LOG: 'json',
      AWS_ACCESS_KEY_ID: 'A',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_REGION: 'us-east-1',
    };
    const upstream = ['--upstream', await deadUpstream()];
    const [unstarted, warned] = await Promise.all([
      restage(['replay', '--', 'no-such-program'], { env }).ended,
      restage(['record', ...upstream, ...node('')], { env, cwd, nodeArgs: ['--require', './lib/warn.cjs'] })
        .ended,
    ]);

    expect(linesOf(unstarted.stderr).at(-1)).toMatchObject({ event: 'error', exitStatus: 127 });
    const events = linesOf(warned.stderr).map(({ event }) => event);
    expect(events.sort()).toEqual(['keys', 'listening', 'no-call', 'warning']);
  });
});
