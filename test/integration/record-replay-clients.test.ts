import { describe, expect, test } from 'vitest';
import { credentialVariables, type Ended, jsClient, restage } from '../support/cli.ts';
import { type ClientName, describeWithClient, runProgram } from '../support/clients.ts';
import { readCassette, startService, temporaryFolder } from '../support/restage.ts';
import { type Credentials, sample } from '../support/stand-in.ts';

const PYTHON = `
import boto3, sys
answer = boto3.client('apigateway').get_stages(restApiId=sys.argv[1], **({'deploymentId': sys.argv[2]} if sys.argv[2:] else {}))
del answer['ResponseMetadata']
print(answer)
`;

interface Client {
  readonly name: ClientName | 'JS v3';
  readonly credentials: Credentials;
  readonly command: (api: string, deployment?: string) => string[];
}

const permanent: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
const temporary: Credentials = {
  accessKeyId: 'ASIASESSION',
  secretAccessKey: 'oth/er',
  sessionToken: 'tok/en+1=',
};

const clients: readonly Client[] = [
  {
    name: 'JS v3',
    credentials: permanent,
    command: (...asked) => [process.execPath, jsClient, ...definedOf(asked)],
  },
  {
    name: 'AWS CLI',
    credentials: temporary,
    command: (api, deployment) => [
      ...['aws', 'apigateway', 'get-stages', '--output', 'json', '--rest-api-id', api],
      ...(deployment === undefined ? [] : ['--deployment-id', deployment]),
    ],
  },
  {
    name: 'boto3',
    credentials: temporary,
    command: (...asked) => ['python3', '-c', PYTHON, ...definedOf(asked)],
  },
];

/** `restage MODE -- COMMAND`: what the command prints is all there is on stdout. */
function runUnder(
  mode: string,
  options: string[],
  command: string[],
  env: Record<string, string>,
): Promise<Ended> {
  return restage([mode, ...options, '--log', 'json', '--', ...command], { env }).ended;
}

/** The same command without restage. */
async function runDirectly(
  [program = '', ...args]: string[],
  url: string,
  credentials: Credentials,
): Promise<string> {
  const env = {
    ...credentialVariables(credentials),
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_API_GATEWAY: url,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const { stdout, status } = await runProgram(program, args, env);
  expect(status).toBe(0);
  return stdout;
}

for (const { name, credentials, command } of clients) {
  const tests = () => {
    test('prints the same while recording, and from a replay with the endpoint stopped and no credentials', async () => {
      const service = await startService({ credentials: [credentials] });
      const dir = await temporaryFolder();
      const env = credentialVariables(credentials);
      const ask = command(sample.twoStages, 'vakw79');
      const folder = ['--dir', dir, '-c', 't'];
      const recorded = await runUnder('record', [...folder, '--upstream', service.url], ask, env);
      const files = await readCassette(dir, 't');
      const [again, expected] = await Promise.all([
        runUnder('record', [...folder, '--upstream', service.url], ask, env),
        runDirectly(ask, service.url, credentials),
      ]);
      await service.close();
      const replayed = await runUnder('replay', folder, ask, {});

      expect(recorded).toMatchObject({ status: 0, stdout: expected });
      expect(recorded.stdout).toContain('beta');
      expect(recorded.stderr).toContain('"outcome":"recorded"');
      expect(again).toMatchObject({ status: 0, stdout: expected });
      expect(await readCassette(dir, 't')).toEqual(files);
      expect(replayed).toMatchObject({ status: 0, stdout: expected });
      expect(replayed.stderr).toContain('"outcome":"replayed"');
      expect(service.calls.every(({ signed }) => signed)).toBe(true);
    });
  };
  if (name === 'JS v3') describe(`the command of ${name}`, tests);
  else describeWithClient(name, `the command of ${name}`, tests);
}

describeWithClient('AWS CLI', 'the AWS CLI and curl', () => {
  const url = `$AWS_ENDPOINT_URL_API_GATEWAY/restapis/${sample.rich}/stages`;
  const signedCurl = `curl -sS --aws-sigv4 aws:amz:us-east-1:apigateway --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "${url}"`;
  const get = ['aws', 'apigateway', 'get-stages', '--output', 'json', '--rest-api-id', sample.rich];

  test('curl without Accept gets HAL from what the CLI recorded', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const env = credentialVariables(service.credentials);
    await runUnder('record', ['--dir', dir, '--upstream', service.url], get, env);
    const { stdout } = await runUnder('replay', ['--dir', dir], ['sh', '-c', `curl -sS "${url}"`], {});

    const hal = JSON.parse(stdout);
    expect(hal._embedded.item.map(({ stageName }: { stageName: string }) => stageName)).toEqual([
      'prod',
      'staging',
      'dev',
    ]);
    expect(hal._embedded.item[0]).toMatchObject({
      createdDate: '2024-03-01T00:00:00Z',
      _links: { 'stage:flush-cache': { href: `/restapis/${sample.rich}/stages/prod/cache/data` } },
    });
  });

  test('the CLI gets plain from what curl --aws-sigv4 recorded', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    const env = credentialVariables(service.credentials);
    const recorded = await runUnder(
      'record',
      ['--dir', dir, '--upstream', service.url],
      ['sh', '-c', signedCurl],
      env,
    );
    const expected = await runDirectly(get, service.url, service.credentials);
    const replayed = await runUnder('replay', ['--dir', dir], get, {});

    expect(recorded.stdout).toContain('"_embedded"');
    expect(Object.values(await readCassette(dir))[0]).toContain('"representation": "hal"');
    expect(replayed.stdout).toBe(expected.replace(sample.secret, 'REDACTED'));
  });
});

function definedOf(values: ReadonlyArray<string | undefined>): string[] {
  return values.filter((value) => value !== undefined);
}
