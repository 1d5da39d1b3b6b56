import { describe, expect, test } from 'vitest';
import { type Ended, jsClient, restage } from '../support/cli.ts';
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

/** A client, and what it says when it succeeds and when it fails. */
const clients: ReadonlyArray<[ClientName | 'JS v3', string[], success: RegExp, failure: RegExp]> = [
  ['JS v3', [process.execPath, jsClient, API], /"beta".*"prod"/, /"TooManyRequestsException".*"attempts":3/],
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

function replay(dir: string, fault: string, command: readonly string[]): Promise<Ended> {
  const env = { AWS_RETRY_MODE: 'standard' };
  return restage(['replay', '--dir', dir, '--log', 'json', '--fault', fault, '--', ...command], { env })
    .ended;
}

function outcomesIn(stderr: string): string[] {
  return [...stderr.matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome ?? '');
}

for (const [name, command, success, failure] of clients) {
  const tests = () => {
    test('succeeds after two retries, or fails with TooManyRequestsException in the end', async () => {
      const dir = await recordedFolder();
      const [survived, failed] = await Promise.all([
        replay(dir, 'throttle,first=2', command),
        replay(dir, 'throttle,first=99', command),
      ]);

      expect(survived.status).toBe(0);
      expect(survived.stdout).toMatch(success);
      expect(outcomesIn(survived.stderr)).toEqual(['faulted', 'faulted', 'replayed']);
      expect(failed.status).not.toBe(0);
      expect(failed.stdout + failed.stderr).toMatch(failure);
      expect(outcomesIn(failed.stderr)).toEqual(['faulted', 'faulted', 'faulted']);
    });
  };
  if (name === 'JS v3') describe(name, tests);
  else describeWithClient(name, name, tests);
}
