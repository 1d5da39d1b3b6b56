import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientEnv, runProgram } from '../clients.ts';
import type { Question, View } from './matrix.ts';

interface Named {
  readonly stageName: string;
}

/** What the service answers with, as `Accept` asked for it; HAL writes a single stage bare, and leaves out none. */
type Body =
  | { readonly item: readonly Named[] }
  | { readonly _embedded?: { readonly item: Named | readonly Named[] } };

/** Asks with `curl --aws-sigv4` and more options; the credentials are taken from the variables the SDKs know. */
export async function askWithCurl(
  question: Question,
  options: readonly string[],
  env: ClientEnv,
): Promise<View> {
  if ('proxy' in question) throw new Error('Cannot ask with curl through a proxy: no row does so yet.');
  const { endpoint, restApiId, deploymentId } = question;
  const filter = deploymentId === undefined ? '' : `?deploymentId=${deploymentId}`;
  const folder = await mkdtemp(join(tmpdir(), 'restage-curl-'));
  try {
    // In a file, since on stdout the bodies of all attempts would follow one another.
    const file = join(folder, 'body');
    const { status, stdout, stderr } = await runProgram(
      'curl',
      [
        ...['--silent', '--show-error', '--output', file, '--write-out', '%header{x-amzn-errortype}'],
        ...['--aws-sigv4', `aws:amz:${env.AWS_REGION}:apigateway`],
        ...['--user', `${env.AWS_ACCESS_KEY_ID}:${env.AWS_SECRET_ACCESS_KEY}`],
        ...(env.AWS_SESSION_TOKEN === undefined
          ? []
          : ['-H', `x-amz-security-token: ${env.AWS_SESSION_TOKEN}`]),
        ...options,
        `${endpoint}/restapis/${restApiId}/stages${filter}`,
      ],
      {},
    );
    if (status !== 0) throw new Error(`Cannot ask with curl: it ended with ${status}.\n${stderr}`);
    if (stdout !== '') return { error: stdout };
    const stages = stagesIn(JSON.parse(await readFile(file, 'utf8')));
    return { stages: stages.map(({ stageName }) => stageName) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function stagesIn(body: Body): readonly Named[] {
  if ('item' in body) return body.item;
  return [body._embedded?.item ?? []].flat();
}
