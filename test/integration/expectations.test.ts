import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { restage, runRestage } from '../support/cli.ts';
import { describeWithClient } from '../support/clients.ts';

const cassettes = fileURLToPath(new URL('../../cassettes', import.meta.url));
const script = fileURLToPath(new URL('../support/clients/hundred_calls.py', import.meta.url));
const example = ['replay', '-c', 'example', '--dir', cassettes];

/** Runs a command under restage; what it says of each call is left out. */
async function runUnder(options: readonly string[], command: readonly string[]) {
  const { status, stdout, stderr } = await restage([...example, ...options, '--', ...command]).ended;
  const lines = stripVTControlCharacters(stderr).split('\n');
  return { status, stdout, report: lines.filter((line) => !line.startsWith('{')).join('\n') };
}

function hundredCalls(...retries: readonly [mode: string, attempts: string]) {
  return runUnder(['--quota', 'aws', '--expect', 'all succeed'], ['python3', script, ...retries]);
}

describeWithClient('boto3', '100 calls of boto3 under --quota aws, expected all to succeed', () => {
  test('fail without retries and pass with a client that backs off; the report says why', {
    timeout: 60_000,
  }, async () => {
    const [hasty, patient] = await Promise.all([hundredCalls('standard', '1'), hundredCalls('legacy', '12')]);
    const succeeded = Number(/^(\d+) of 100$/m.exec(hasty.stdout)?.[1]);
    const lost = 100 - succeeded;

    expect(hasty.status).toBe(1);
    // 40 at once, and as many as fit into the time that it took.
    expect(succeeded).toBeGreaterThanOrEqual(40);
    expect(succeeded).toBeLessThan(100);
    expect(hasty.report).toContain(
      `Retries: 100 calls, 100 attempts, ${lost} faulted, ${succeeded} succeeded, ${lost} gave up\n`,
    );
    expect(hasty.report).toContain(`faulted by quota ${lost}×\nnothing was tried again\n`);
    expect(hasty.report).toMatch(new RegExp(`^ +1 {2}GetStages a1b2c3d4e5 +429 +gave up ×${lost}$`, 'm'));
    expect(hasty.report).toMatch(/^answered +[▁-█]/m);
    expect(hasty.report).toMatch(/^faulted +[▁-█]/m);
    expect(hasty.report).toMatch(
      /^✘ all succeed {2}GetStages a1b2c3d4e5 us-east-1 at \S+ gave up after 1 attempt, last with 429;/m,
    );

    expect(patient).toMatchObject({ status: 0, stdout: '100 of 100\n' });
    expect(patient.report).toMatch(/^Retries: 100 calls, 1\d\d attempts, \d+ faulted, 100 succeeded$/m);
    expect(patient.report).toMatch(/^waits \d+ms to [\d.]+s, median /m);
    expect(patient.report).toMatch(/^ +\d+ {2}GetStages .*429 .*200 +succeeded(?: ×\d+)?$/m);
    expect(patient.report).toMatch(/^✔ all succeed {2}100 calls succeeded$/m);
  });
});

describe('what is expected of a command', () => {
  const call = (times: number) => [
    process.execPath,
    '-e',
    `const url = process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/a1b2c3d4e5/stages';
     (async () => { for (let n = 0; n < ${times}; n += 1) await (await fetch(url)).text(); })();`,
  ];

  test('that fails outweighs the command, and one that holds leaves its status', async () => {
    const fails = ['sh', '-c', 'exit 7'];
    const [passed, failed, own] = await Promise.all([
      runUnder(['--fault', 'throttle,first=1', '--expect', 'all succeed', '--expect', 'attempts=2'], call(2)),
      runUnder(['--fault', 'throttle,first=1', '--expect', 'calls>=5'], call(2)),
      runUnder([], fails),
    ]);

    expect(passed).toMatchObject({ status: 0, report: expect.stringMatching(/^✔ attempts=2 /m) });
    expect(failed).toMatchObject({ status: 1, report: expect.stringMatching(/^✘ calls>=5 {2}1 call$/m) });
    expect(own.status).toBe(7);
  });

  test('cannot hold where nothing was called', async () => {
    const { status, report } = await runUnder(['--expect', 'all succeed'], ['true']);

    expect(status).toBe(1);
    expect(report).toContain('✘ all succeed  nothing was tested: there was no call');
  });

  test('is not reported on where no fault fired and nothing is expected', async () => {
    const { status, report } = await runUnder(['--fault', 'throttle,first=0'], call(1));

    expect(status).toBe(0);
    expect(report).not.toContain('Retries:');
  });

  test.each([
    [['--expect', 'all good'], /'all good'.*Known forms are 'attempts<=N'.*'all succeed'/],
    [['--expect', 'attempts<=0'], /'0' is no whole number from 1 to 1000/],
    [['--expect', 'gap>=1h'], /'1h' is no time from 1ms/],
  ])('is refused at the start when it cannot be read: %s', async (options, message) => {
    const { status, stderr } = await runRestage([...example, ...options, '--', 'true']);

    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('needs a command', async () => {
    const { status, stderr } = await runRestage([...example, '--expect', 'all succeed']);

    expect(status).toBe(2);
    expect(stderr).toMatch(/^Cannot check '--expect': there is no command/);
  });
});
