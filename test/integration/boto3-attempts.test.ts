import { expect, test } from 'vitest';
import type { RestageOptions } from '../../src/index.ts';
import { credentialVariables } from '../support/cli.ts';
import { withoutWaiting } from '../support/clients/matrix.ts';
import { describeWithClient, runPython } from '../support/clients.ts';
import { recordInto } from '../support/recorded.ts';
import { credentials, type Running, run, startService } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';

/** Asks each `MODE URL` once, and prints what came of each. */
const SCRIPT = `
import json, os
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
results = []
for line in os.environ['ASKED'].split(';'):
    mode, url = line.split()
    client = boto3.client('apigateway', endpoint_url=url, config=Config(retries={'mode': mode}))
    try:
        results.append([stage['stageName'] for stage in client.get_stages(restApiId=os.environ['API'])['item']])
    except ClientError as error:
        results.append(error.response['Error']['Code'])
print(json.dumps(results))
`;

/** What boto3 makes of each proxy's answers in a retry mode; waits between attempts are skipped. */
async function askEach(asked: ReadonlyArray<readonly [mode: string, restage: Running]>, api: string) {
  const result = await runPython(SCRIPT, {
    ...credentialVariables(credentials),
    ...withoutWaiting,
    ASKED: asked.map(([mode, { url }]) => `${mode} ${url}`).join(';'),
    API: api,
  });
  expect(result.stderr).toBe('');
  return JSON.parse(result.stdout);
}

function outcomesOf({ calls }: Running): string {
  return calls()
    .map(({ outcome }) => outcome)
    .join(' ');
}

describeWithClient('boto3', 'boto3 tries', () => {
  test('a throttled call five times in legacy mode and three times in standard and adaptive mode', async () => {
    const service = await startService();
    const dir = await recordInto(service, [`/restapis/${sample.twoStages}/stages`]);
    const replay = (fault: string, options: RestageOptions = {}) =>
      run('replay', { dir, fault: [fault], ...options });
    const asked = [
      ['legacy', await replay('throttle,first=2')],
      ['standard', await replay('throttle,first=2')],
      ['legacy', await replay('throttle,first=99')],
      ['standard', await replay('throttle,first=99')],
      ['adaptive', await replay('throttle,first=99')],
      // Legacy mode goes by the status, whatever the type.
      ['legacy', await replay('limit-exceeded,first=99')],
    ] as const;

    expect(await askEach(asked, sample.twoStages)).toEqual([
      ['beta', 'prod'],
      ['beta', 'prod'],
      'TooManyRequestsException',
      'TooManyRequestsException',
      'TooManyRequestsException',
      'LimitExceededException',
    ]);
    expect(asked.map(([, restage]) => outcomesOf(restage))).toEqual([
      'faulted faulted replayed',
      'faulted faulted replayed',
      'faulted faulted faulted faulted faulted',
      'faulted faulted faulted',
      'faulted faulted faulted',
      'faulted faulted faulted faulted faulted',
    ]);
  });

  test('a miss once, in every mode', async () => {
    const asked = await Promise.all(
      ['legacy', 'standard', 'adaptive'].map(async (mode) => [mode, await run('replay')] as const),
    );

    expect(await askEach(asked, 'nosuchapi0')).toEqual(asked.map(() => 'RecordingNotFoundException'));
    expect(asked.map(([, restage]) => outcomesOf(restage))).toEqual(['missed', 'missed', 'missed']);
  });
});
