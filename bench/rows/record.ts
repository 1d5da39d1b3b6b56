import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Running, type Start, startServer, temporary } from '../children.ts';
import { cassettes, type Fixture, writeFixture } from '../fixtures.ts';
import type { Phase, PhaseResult } from '../load-plan.ts';
import { load } from '../programs.ts';
import { apisOfOneKey } from '../recordings.ts';
import { alternate, type Side, sidesOf } from '../rounds.ts';
import { type Group, perSecond, type Row, rowOf } from '../row.ts';
import { bareProxy, identity, peerServer, record, upstreamOf } from '../servers.ts';
import { type Build, roundsOr } from '../settings.ts';
import { peers, tapeExtensions } from '../tapes.ts';

/** Signed calls for APIs that were never asked for before, 32 at once, in front of a stand-in for the service. */
const NAME = '8 record';
const WARM_UP = 1_000;
const CALLS = 3_000;
const limits: Readonly<Record<Side['kind'], Pick<Phase, 'seconds' | 'repeats'>>> = {
  restage: {},
  // Who stores nothing has nothing to lose by calls that come again, and would be through with them too soon.
  bare: { seconds: 2, repeats: true },
  // talkback looks through all tapes for each call: with many it would take minutes.
  peer: { seconds: 3 },
};

export const recording: Group = { names: [NAME], measure };

async function measure(builds: readonly Build[]): Promise<Row[]> {
  const [{ body = '' } = {}] = apisOfOneKey(1);
  const answers = apisOfOneKey(WARM_UP + CALLS).map(({ path }) => [path, body] as const);
  const fixture = writeFixture('record', { headers: {}, answers });
  mkdirSync(cassettes, { recursive: true });
  const upstream = await startServer(upstreamOf(fixture.file));
  try {
    const measured = await alternate(sidesOf(builds, peers), roundsOr(5), (side) =>
      recordAll(side, fixture, `http://127.0.0.1:${upstream.port}`),
    );
    return [
      rowOf({
        name: NAME,
        target: { atLeast: 0.5 },
        measured,
        pick: ({ answered, seconds }) => answered / seconds,
        describe: perSecond,
      }),
    ];
  } finally {
    await upstream.stop();
  }
}

/** Starts the side anew, with nothing recorded, and sees in the end that everything is. */
async function recordAll(side: Side, fixture: Fixture, upstream: string): Promise<PhaseResult> {
  const folder = mkdtempSync(join(side.kind === 'restage' ? cassettes : temporary, 'record-'));
  const server = await startServer(startOf(side, folder, upstream));
  let result: PhaseResult | undefined;
  try {
    result = await loadIt(server, side, fixture);
  } finally {
    await server.stop();
  }
  if (side.kind === 'restage') checkCassette(folder);
  if (side.kind === 'peer') checkTapes(folder, tapeExtensions[side.peer], result.answered);
  return result;
}

function startOf(side: Side, folder: string, upstream: string): Start {
  if (side.kind === 'restage') return record(side.build, basename(folder), upstream);
  if (side.kind === 'bare') return bareProxy(upstream);
  if (side.peer === 'yakbak') writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  return peerServer(side.peer, folder, upstream);
}

function loadIt({ port }: Running, side: Side, { file }: Fixture): Promise<PhaseResult> {
  return load({
    port,
    file,
    connections: 32,
    signWith: identity,
    ...(side.kind === 'restage' && { outcome: 'recorded' }),
    phases: [
      { from: CALLS, count: WARM_UP },
      { from: 0, count: CALLS, ...limits[side.kind] },
    ],
  });
}

/** A file for each API that was asked for, which holds its recording, and nothing else. */
function checkCassette(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  if (names.length !== WARM_UP + CALLS)
    throw new Error(`${WARM_UP + CALLS} APIs were recorded, but there are ${names.length} files`);
  for (const name of names) {
    const { restApiId, interactions } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      restApiId: string;
      interactions: { takes: { status: number; stages: unknown[] }[] }[];
    };
    const take = interactions[0]?.takes[0];
    if (`${restApiId}.json` !== name || interactions.length !== 1 || take?.stages.length !== 2)
      throw new Error(`${name} does not hold what was recorded`);
  }
}

/** At least what was answered; calls that were under way when the time was over may have been recorded, too. */
function checkTapes(folder: string, extension: string, answered: number): void {
  const count = readdirSync(folder).filter((name) => name.endsWith(extension)).length;
  if (count < WARM_UP + answered)
    throw new Error(`${WARM_UP + answered} answers were recorded, but there are ${count} tapes`);
}
