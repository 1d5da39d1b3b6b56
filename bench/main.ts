import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getStages } from '../src/aws/apigateway/get-stages/get-stages.ts';
import { keyOf } from '../src/aws/apigateway/operation.ts';
import { Cassette } from '../src/cassette/cassette.ts';
import { type JsonObject, parseJson, sortKeys } from '../src/json.ts';

/**
 * Requests a second of `restage replay` beside those of a bare node:http server that looks a ready answer of the same
 * size, head and body, up in a Map. Both are loaded from another process, in turn; printed is the median of the rounds' ratios.
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const TARGET = 0.8;
/** What node:http adds to every answer, the bare server's too. */
const SET_BY_NODE = ['connection', 'date', 'keep-alive'];

const stages = ['beta', 'prod'].map((stageName) => ({
  cacheClusterEnabled: false,
  cacheClusterStatus: 'NOT_AVAILABLE',
  createdDate: '2016-04-15T17:38:08Z',
  deploymentId: 'vakw79',
  lastUpdatedDate: '2016-04-15T17:45:48Z',
  methodSettings: {},
  stageName,
  variables: { function: 'HelloWorld', url: 'myDomain.com', version: `v-${stageName}` },
}));

const folder = mkdtempSync(join(tmpdir(), 'restage-bench-'));
const children: ChildProcess[] = [];
let isGoodEnough = true;
try {
  for (const keys of [1, 1000]) isGoodEnough = (await measure(keys)) >= TARGET && isGoodEnough;
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isGoodEnough ? 0 : 1;

async function measure(keys: number): Promise<number> {
  const name = `keys-${keys}`;
  const paths = await makeCassette(name, keys);
  const restage = await startServer([
    'dist/cli/main.cjs',
    'replay',
    '-c',
    name,
    '--dir',
    folder,
    '--port',
    '0',
    '--log',
    'silent',
  ]);
  const answer = await fetch(restage + paths[0], { headers: { accept: 'application/json' } });
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !SET_BY_NODE.includes(name)));
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ paths, headers, body: await answer.text() }));
  const bare = await startServer(['--import', 'tsx', 'bench/bare-server.ts', file]);

  console.log(`\n${keys} key${keys === 1 ? '' : 's'}, ${rounds} rounds of ${seconds} s each:`);
  for (const url of [bare, restage]) await load(url, file, 1);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const bareRate = await load(bare, file, seconds);
    const restageRate = await load(restage, file, seconds);
    ratios.push(restageRate / bareRate);
    console.log(
      `  bare ${format(bareRate)}/s   restage ${format(restageRate)}/s   ratio ${(restageRate / bareRate).toFixed(2)}`,
    );
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
  console.log(`  median ratio ${median.toFixed(2)} (wanted: ${TARGET})`);
  return median;
}

async function makeCassette(name: string, keys: number): Promise<string[]> {
  const cassette = new Cassette(folder, name);
  await cassette.create();
  const paths: string[] = [];
  for (let n = 0; n < keys; n += 1) {
    const restApiId = `api${String(Math.floor(n / 10)).padStart(7, '0')}`;
    const deploymentId = `dep${String(n % 10).padStart(3, '0')}`;
    const content = sortKeys(parseJson(JSON.stringify({ stages })) as JsonObject);
    await cassette.open(restApiId);
    await cassette.save({
      key: keyOf('GetStages', restApiId, { deploymentId }),
      operation: getStages,
      takes: [
        {
          status: 200,
          representation: 'json',
          region: 'us-east-1',
          recordedAt: '2026-01-01T00:00:00Z',
          times: 1,
          content,
        },
      ],
    });
    paths.push(`/restapis/${restApiId}/stages?deploymentId=${deploymentId}`);
  }
  return paths;
}

async function startServer(args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return /http:\/\/\S+/.exec(line)?.[0] ?? '';
}

async function load(url: string, file: string, duration: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/load.ts', url, file, String(duration)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const {
    total,
    seconds: taken,
    failed,
  } = JSON.parse(line) as { total: number; seconds: number; failed: number };
  if (failed > 0) throw new Error(`${failed} calls to ${url} failed`);
  return total / taken;
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en-US').padStart(7);
}
