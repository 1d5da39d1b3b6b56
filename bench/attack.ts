import { startDialog, startServer } from './children.ts';
import { makeFixture } from './fixtures.ts';
import { compilePrograms, type Load, prepareLoad } from './programs.ts';
import { filteredKeys } from './recordings.ts';
import { replay } from './servers.ts';
import { findBuilds, roundsOr } from './settings.ts';
import { summarise } from './statistics.ts';

/**
 * Requests a second of `restage replay` for one client that behaves, alone and beside thousands of connections of one that
 * does not: silent ones, unfinished heads, unfinished bodies. Printed is the median of the rounds' ratios.
 */
const rounds = roundsOr(5);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const attackers = Number(process.env.BENCH_CONNECTIONS ?? 2_000);
const TARGET = 0.9;

const build = findBuilds().at(-1);
if (build === undefined) throw new Error('there is no build');
compilePrograms();
const fixture = await makeFixture(build, 'attack', filteredKeys(1));
const server = await startServer(replay(build, fixture.name));
console.log(`${rounds} rounds of ${seconds} s each, alone and beside ${attackers} connections:`);
const ratios: number[] = [];
for (let round = 1; round <= rounds; round += 1) ratios.push(await measure());
await server.stop();
const { median } = summarise(ratios);
console.log(`  median ratio ${median.toFixed(2)} (wanted: ${TARGET})`);
process.exitCode = median >= TARGET ? 0 : 1;

async function measure(): Promise<number> {
  const load = await prepareLoad({
    port: server.port,
    file: fixture.file,
    connections: 32,
    outcome: 'replayed',
    phases: [1, seconds].map((time) => ({ from: 0, count: 1, repeats: true, seconds: time })),
  });
  const quiet = await rate(load);
  const url = `http://127.0.0.1:${server.port}`;
  const attacker = await startDialog(['--import', 'tsx', 'bench/attacker.ts', url, String(attackers)]);
  const attacked = await rate(load);
  await attacker.stop();
  await load.stop();
  const ratio = attacked / quiet;
  console.log(`  alone ${format(quiet)}/s   attacked ${format(attacked)}/s   ratio ${ratio.toFixed(2)}`);
  return ratio;
}

/** The first second is not counted, on either side: it is that of a server that has just closed or opened thousands. */
async function rate({ run }: Load): Promise<number> {
  await run(0);
  const { answered, seconds: taken } = await run(1);
  return answered / taken;
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en-US').padStart(7);
}
