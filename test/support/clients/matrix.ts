import { fileURLToPath } from 'node:url';
import { type ClientEnv, type ClientName, converse, runAwsCli } from '../clients.ts';
import { askWithCurl } from './curl.ts';

/** How a client gets to restage: an endpoint that it is told, or the proxy that it sends everything through. */
export type Way = 'endpoint' | 'proxy';

/** Where a client is to send a call. */
export type Where = { readonly endpoint: string } | { readonly proxy: string };

/** What a client asks for. */
export interface Wanted {
  readonly restApiId: string;
  readonly deploymentId?: string;
}

/** A call to make, as the clients' scripts read it. */
export type Question = Where & Wanted;

/** What the program that uses the client is given: the names of the stages, or the name of an error. */
export type View = { readonly stages: readonly string[] } | { readonly error: string };

/** A client that is ready to be asked. */
export interface Client {
  readonly ask: (question: Question) => Promise<View>;
  readonly end: () => Promise<void>;
}

/** One row of the matrix: a client, set up in one way. */
export interface Row {
  /** The client and what about its settings matters; no two rows of one way have the same. */
  readonly client: string;
  /** What has to be installed for it besides the project's own packages. */
  readonly needs?: ClientName;
  readonly way: Way;
  /** What points it at restage, in Markdown. */
  readonly pointedBy: string;
  /** How often it tries a call that is throttled each time. */
  readonly attempts: number;
  /**
   * Starts it with these variables in an otherwise clean environment: they hold its credentials and region, and what it
   * must trust.
   */
  readonly start: (env: ClientEnv) => Client;
}

const ENDPOINT_VARIABLE = '`AWS_ENDPOINT_URL_API_GATEWAY`';
/** What points clients at restage that go by their environment alone. */
const VARIABLES: Readonly<Record<Way, string>> = {
  endpoint: ENDPOINT_VARIABLE,
  proxy: '`HTTPS_PROXY`, `AWS_CA_BUNDLE`',
};
const ENDPOINT_OPTION = '`endpoint` in its options';
const URL_OF_CALL = 'the URL of the call';

/** Python runs the `sitecustomize.py` in there: botocore then sleeps for no second between its attempts. */
export const withoutWaiting: ClientEnv = {
  PYTHONPATH: fileURLToPath(new URL('./no-waiting', import.meta.url)),
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Every client that is tested. */
export const matrix: readonly Row[] = [
  boto3('legacy', 5, 'endpoint'),
  boto3('standard', 3, 'endpoint'),
  boto3('adaptive', 3, 'endpoint'),
  awsCli('endpoint'),
  {
    client: 'AWS SDK for JavaScript v2',
    way: 'endpoint',
    pointedBy: ENDPOINT_OPTION,
    attempts: 4,
    start: (env) =>
      nodeScript('js-v2-stages.mjs', { AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1', ...env }),
  },
  jsV3('endpoint', ENDPOINT_VARIABLE),
  curl('curl `--aws-sigv4`, HAL', [], 1),
  curl("curl `--aws-sigv4 -H 'Accept: application/json'`", ['-H', 'Accept: application/json'], 1),
  // Its own waits would double from a second on.
  curl('curl `--aws-sigv4 --retry 2`, HAL', ['--retry', '2', '--retry-delay', '1'], 3),
  {
    client: "`aws4` and Node's `http`",
    way: 'endpoint',
    pointedBy: URL_OF_CALL,
    attempts: 1,
    start: (env) => nodeScript('aws4-stages.mjs', env),
  },
  boto3('legacy', 5, 'proxy'),
  boto3('standard', 3, 'proxy'),
  awsCli('proxy'),
  // It takes no notice of the variable.
  jsV3('proxy', 'a proxy agent, `NODE_EXTRA_CA_CERTS`'),
];

function boto3(mode: 'legacy' | 'standard' | 'adaptive', attempts: number, way: Way): Row {
  return {
    client: `boto3, \`AWS_RETRY_MODE=${mode}\``,
    needs: 'boto3',
    way,
    pointedBy: VARIABLES[way],
    attempts,
    start: (env) => script('python3', 'boto3_stages.py', { AWS_RETRY_MODE: mode, ...withoutWaiting, ...env }),
  };
}

function awsCli(way: Way): Row {
  return {
    client: 'AWS CLI, `AWS_RETRY_MODE=standard`',
    needs: 'AWS CLI',
    way,
    pointedBy: VARIABLES[way],
    attempts: 3,
    // Versions 1 and 2 of the CLI have different defaults.
    start: (env) => each((question) => askAwsCli(question, { AWS_RETRY_MODE: 'standard', ...env })),
  };
}

function jsV3(way: Way, pointedBy: string): Row {
  return {
    client: 'AWS SDK for JavaScript v3',
    way,
    pointedBy,
    attempts: 3,
    start: (env) =>
      nodeScript('js-v3-stages.mjs', { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env }),
  };
}

function curl(client: string, options: readonly string[], attempts: number): Row {
  return {
    client,
    needs: 'curl',
    way: 'endpoint',
    pointedBy: URL_OF_CALL,
    attempts,
    start: (env) => each((question) => askWithCurl(question, options, env)),
  };
}

function nodeScript(name: string, env: ClientEnv): Client {
  return script(process.execPath, name, env);
}

/** A client that is one process for all that it is asked. */
function script(program: string, name: string, env: ClientEnv): Client {
  const path = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const { ask, end } = converse(program, [path], env);
  return { ask: async (question) => (await ask(question)) as View, end };
}

/** A client that is a process for each call. */
function each(ask: Client['ask']): Client {
  return { ask, end: async () => undefined };
}

async function askAwsCli(question: Question, env: ClientEnv): Promise<View> {
  const pointed: ClientEnv =
    'proxy' in question
      ? { HTTPS_PROXY: question.proxy }
      : { AWS_ENDPOINT_URL_API_GATEWAY: question.endpoint };
  const filter = question.deploymentId === undefined ? [] : ['--deployment-id', question.deploymentId];
  const { status, stdout, stderr } = await runAwsCli(
    ['apigateway', 'get-stages', '--output', 'json', '--rest-api-id', question.restApiId, ...filter],
    { ...withoutWaiting, ...env, ...pointed },
  );
  if (status === 0) {
    const { item } = JSON.parse(stdout) as { item: { stageName: string }[] };
    return { stages: item.map(({ stageName }) => stageName) };
  }
  return { error: /An error occurred \((\w+)\)/.exec(stderr)?.[1] ?? stderr };
}
