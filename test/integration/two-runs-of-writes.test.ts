import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRestage } from '../../src/index.ts';
import { credentialVariables, restage } from '../support/cli.ts';
import { CASSETTE, credentials, readCassette, run, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { startUpstream } from '../support/upstream.ts';

/** Answers all that it is asked for, with the number of the run. */
async function startWorld() {
  let run = 0;
  const url = await startUpstream((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`{"name":"run ${run}"}`);
  });
  return {
    url,
    next: () => {
      run += 1;
    },
  };
}

type Calls = readonly (readonly [method: string, target: string])[];

const writeOf = (api: string): Calls[number] => ['PATCH', `/restapis/${api}`];
const readOf = (api: string): Calls[number] => ['GET', `/restapis/${api}`];
const body = '{"patchOperations":[]}';

async function make(url: string, calls: Calls) {
  const names: unknown[] = [];
  // A session's name stands before the path.
  const prefix = new URL(url).pathname.replace(/\/$/, '');
  for (const [method, path] of calls) {
    const target = prefix + path;
    const { text } = await sendSigned(url, {
      method,
      target,
      credentials,
      ...(method === 'PATCH' && { body }),
    });
    names.push(JSON.parse(text).name);
  }
  return names;
}

/** Records runs of these calls to one cassette. @returns its folder, and what each run warned of. */
async function recordRuns(runs: readonly Calls[], folder?: string) {
  const world = await startWorld();
  const dir = folder ?? (await temporaryFolder());
  const warnings: string[][] = [];
  for (const calls of runs) {
    world.next();
    const warned: string[] = [];
    const options = { port: 0, dir, upstream: world.url, 'trust-clients': true, 'allow-writes': true };
    const recording = await startRestage('record', options, { onWarning: (warning) => warned.push(warning) });
    await make(recording.url, calls);
    await recording.close();
    warnings.push(warned);
  }
  return { dir, warnings };
}

test('a second run of writes replaces the first as a whole, and says so', async () => {
  const { dir, warnings } = await recordRuns([
    [writeOf('a'), readOf('a'), ['GET', '/restapis/a/models']],
    [writeOf('a'), readOf('a')],
  ]);
  expect(warnings).toEqual([
    [],
    ["Cassette 'default': This run's writes replaced those of earlier runs in 'a.json'."],
  ]);
  const { interactions } = JSON.parse((await readCassette(dir))['a.json'] ?? '');
  expect(interactions.map(({ operation }: { operation: string }) => operation)).toEqual([
    'GetRestApi',
    'UpdateRestApi',
  ]);
  const replaying = await run('replay', { dir });
  expect(await make(replaying.url, [writeOf('a'), readOf('a'), ['GET', '/restapis/a/models']])).toEqual([
    'run 2',
    'run 2',
    undefined,
  ]);
});

test('a file that only the first run had is named, but not what cannot be read, nor one without writes', async () => {
  const { dir } = await recordRuns([[writeOf('old'), writeOf('a'), writeOf('broken'), readOf('read-only')]]);
  await writeFile(join(dir, CASSETTE, 'broken.json'), 'no cassette');
  const { warnings } = await recordRuns([[writeOf('new')]], dir);
  expect(warnings[0]).toEqual([
    "Cassette 'default': Writes of earlier runs alone are left in 'a.json', 'old.json': remove what this run no longer asks for.",
  ]);
});

test('a run of reads alone leaves the writes of an earlier run, and says nothing', async () => {
  const { warnings } = await recordRuns([[writeOf('a')], [readOf('a')]]);
  expect(warnings).toEqual([[], []]);
});

test('what a session has recorded is told of when it is closed, unless it was taken back', async () => {
  const { dir } = await recordRuns([[writeOf('a'), writeOf('b')]]);
  const world = await startWorld();
  const warned: string[] = [];
  const options = {
    port: 0,
    dir,
    cassette: 'other',
    upstream: world.url,
    'trust-clients': true,
    'allow-writes': true,
  };
  const recording = await startRestage('record', options, { onWarning: (warning) => warned.push(warning) });
  try {
    const discarding = await recording.session('discarding', { cassette: CASSETTE });
    await make(discarding.url, [writeOf('a')]);
    expect(await discarding.discard()).toEqual({ discarded: 1, kept: 0 });
    await discarding.close();
    expect(warned).toEqual([]);

    const keeping = await recording.session('keeping', { cassette: CASSETTE });
    await make(keeping.url, [writeOf('a')]);
    await keeping.close();
    expect(warned).toEqual([expect.stringMatching(/replaced .+ in 'a\.json'\. .+ are left in 'b\.json'/)]);
  } finally {
    await recording.close();
  }
});

test('the command line says it in the end, in json with the files', async () => {
  const { dir } = await recordRuns([Array.from({ length: 7 }, (_, index) => writeOf(`api${index}`))]);
  const world = await startWorld();
  const script = `fetch(process.env.AWS_ENDPOINT_URL_API_GATEWAY + '/restapis/api0', {
    method: 'PATCH', body: '${body}', headers: { authorization:
    'AWS4-HMAC-SHA256 Credential=A/20200101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0' } })`;
  const record = (log: string) =>
    restage(
      [
        ...[
          'record',
          '--dir',
          dir,
          '--upstream',
          world.url,
          '--trust-clients',
          '--allow-writes',
          '--log',
          log,
        ],
        ...['--', process.execPath, '-e', script],
      ],
      { env: credentialVariables(credentials) },
    ).ended;
  const inJson = (await record('json')).stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(inJson.find(({ event }) => event === 'timelines')).toMatchObject({
    level: 'warning',
    cassette: CASSETTE,
    dir,
    replaced: ['api0.json'],
    leftovers: ['api1.json', 'api2.json', 'api3.json', 'api4.json', 'api5.json', 'api6.json'],
  });
  expect((await record('silent')).stderr).toContain(
    "left in 'api1.json', 'api2.json', 'api3.json', 'api4.json', 'api5.json' and 1 more: ",
  );
});
