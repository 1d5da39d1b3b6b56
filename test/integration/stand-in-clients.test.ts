import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { describe, expect, test } from 'vitest';
import { describeWithClient, runAwsCli, runPython } from '../support/clients.ts';
import { type Credentials, type StandIn, sample, startStandIn } from '../support/stand-in.ts';

const permanent: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
const session: Credentials = {
  accessKeyId: 'ASIASESSION',
  secretAccessKey: 'other',
  sessionToken: 'tok/en+1=',
};

const ODD_IDS = [
  'abc 123/x',
  'é',
  '..%2F..',
  '../..',
  '..',
  '.',
  'a+b',
  "a*b!c'(d)",
  '~a_b-c.d',
  '%',
  'a//b',
  'a?b#c&d=e;f,g',
  '{x}|[y]"\\^`<>',
  '東京😀',
];

/** A stage that only its own API has, with its API's name for a deployment. */
function serveOddIds(standIn: StandIn): void {
  for (const id of ODD_IDS) {
    standIn.setStages(id, [
      { stageName: 'wanted', deploymentId: id, description: id },
      { stageName: 'unwanted', deploymentId: 'other' },
    ]);
  }
}

describe('the signatures of the AWS SDK for JavaScript', () => {
  test.each([permanent, session])('hold for odd ids and filters with $accessKeyId', async (credentials) => {
    const standIn = await startStandIn({ credentials: [credentials] });
    serveOddIds(standIn);
    const client = new APIGatewayClient({
      endpoint: standIn.url,
      region: 'eu-west-1',
      credentials,
      maxAttempts: 1,
    });

    for (const id of ODD_IDS) {
      const { item } = await client.send(new GetStagesCommand({ restApiId: id, deploymentId: id }));
      expect(item?.map((stage) => stage.description)).toEqual([id]);
    }
    expect(standIn.calls.map((call) => call.signed)).toEqual(ODD_IDS.map(() => true));
    client.destroy();
    await standIn.close();
  });
});

const BOTOCORE = `
import json, os, botocore.session
from botocore.config import Config
client = botocore.session.get_session().create_client(
    'apigateway', endpoint_url=os.environ['URL'], config=Config(retries={'max_attempts': 0}))
answers = [client.get_stages(restApiId=id, deploymentId=id)['item'] for id in json.loads(os.environ['IDS'])]
print(json.dumps([[stage['description'] for stage in item] for item in answers]))
`;

describeWithClient('botocore', 'the signatures of botocore', () => {
  test.each([permanent, session])('hold for odd ids and filters with $accessKeyId', async (credentials) => {
    const standIn = await startStandIn({ credentials: [credentials] });
    serveOddIds(standIn);

    const { stdout, stderr } = await runPython(BOTOCORE, {
      URL: standIn.url,
      IDS: JSON.stringify(ODD_IDS),
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    });

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(ODD_IDS.map((id) => [id]));
    expect(standIn.calls.map((call) => call.signed)).toEqual(ODD_IDS.map(() => true));
    await standIn.close();
  });
});

describeWithClient('AWS CLI', 'the AWS CLI against the stand-in', () => {
  test('lists the stages of a deployment', async () => {
    const cli = await startStandIn();
    const args = ['apigateway', 'get-stages', '--rest-api-id', sample.rich, '--deployment-id', 'dep002'];
    const { status, stdout, stderr } = await runAwsCli([...args, '--output', 'json'], {
      AWS_ENDPOINT_URL_API_GATEWAY: cli.url,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: cli.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cli.credentials.secretAccessKey,
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout).item).toMatchObject([{ stageName: 'dev', cacheClusterSize: '1.6' }]);
    expect(stdout).toContain('"throttlingRateLimit": 0.0');
    await cli.close();
  });
});
