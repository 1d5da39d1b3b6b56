import { describe, expect, test } from 'vitest';
import { type Ended, jsClient, restage } from '../support/cli.ts';
import { withoutWaiting } from '../support/clients/matrix.ts';
import { type ClientName, describeWithClient } from '../support/clients.ts';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { sample } from '../support/stand-in.ts';

const API = sample.twoStages;
const PYTHON = `
import boto3
from botocore.config import Config
client = boto3.client('apigateway', config=Config(retries={'mode': 'standard'}))
try:
    print([stage['stageName'] for stage in client.get_stages(restApiId='${API}')['item']])
except client.exceptions.TooManyRequestsException as error:
    print('TooManyRequestsException', error.response['ResponseMetadata']['RetryAttempts'])
    raise SystemExit(1)
`;

/** The SDK for JavaScript multiplies its waits by a number of chance: with 0 it tries as often, and does not wait. */
const WITHOUT_CHANCE = 'data:text/javascript,Math.random = () => 0';

/** A client, and what it says when it succeeds and when it fails. */
const clients: ReadonlyArray<[ClientName | 'JS v3', string[], success: RegExp, failure: RegExp]> = [
  [
    'JS v3',
    [process.execPath, '--import', WITHOUT_CHANCE, jsClient, API],
    /"beta".*"prod"/,
    /"TooManyRequestsException".*"attempts":3/,
  ],
  [
    'AWS CLI',
    ['aws', 'apigateway', 'get-stages', '--rest-api-id', API],
    /"beta"[\s\S]*"prod"/,
    /\(TooManyRequestsException\).*\(reached max retries: 2\)/,
  ],
  ['boto3', ['python3', '-c', PYTHON], /\['beta', 'prod'\]/, /TooManyRequestsException 2/],
];

async function recordedFolder(): Promise<string> {
  const dir = await temporaryFolder();
  const service = await startService();
  const recording = await run('record', { dir, upstream: service.url });
  await sendSigned(recording.url, { target: `/restapis/${API}/stages`, credentials });
  await recording.close();
  return dir;
}

/** Runs a command twice under one restage, the second time whatever came of the first. */
function replayTwice(dir: string, faults: readonly string[], command: readonly string[]): Promise<Ended> {
  const env = { AWS_RETRY_MODE: 'standard', ...withoutWaiting };
  const flags = ['--dir', dir, '--log', 'json', ...faults.flatMap((fault) => ['--fault', fault])];
  const twice = ['sh', '-c', '"$@"; echo "ended with $?"; "$@"', 'sh', ...command];
  return restage(['replay', ...flags, '--', ...twice], { env }).ended;
}

function outcomesIn(stderr: string): string[] {
  return [...stderr.matchAll(/^\{"event":"call".*"outcome":"(\w+)"/gm)].map(([, outcome]) => outcome ?? '');
}

for (const [name, command, success, failure] of clients) {
  const tests = () => {
    test('succeeds after two retries, or fails with TooManyRequestsException in the end', async () => {
      // Throttled are the first two attempts, and all that come after the third.
      const faults = ['throttle,first=2', 'throttle,after=3'];
      const { status, stdout, stderr } = await replayTwice(await recordedFolder(), faults, command);
      expect(stdout).toContain('ended with 0\n');
      const [survived = '', failed = ''] = stdout.split('ended with 0\n');

      expect(survived).toMatch(success);
      expect(status).not.toBe(0);
      expect(failed + stderr).toMatch(failure);
      expect(outcomesIn(stderr)).toEqual([
        ...['faulted', 'faulted', 'replayed'],
        ...['faulted', 'faulted', 'faulted'],
      ]);
    });
  };
  if (name === 'JS v3') describe(name, tests);
  else describeWithClient(name, name, tests);
}
