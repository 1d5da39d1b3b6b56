import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Requests a second of `restage replay` for one client that behaves, alone and beside thousands of connections of one that
 * does not: silent ones, unfinished heads, unfinished bodies. Printed is the median of the rounds' ratios.
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const connections = Number(process.env.BENCH_CONNECTIONS ?? 2_000);
const TARGET = 0.9;

const folder = mkdtempSync(join(tmpdir(), 'restage-bench-'));
const children: ChildProcess[] = [];
try {
  const url = await start(
    ['dist/cli/main.cjs', 'replay', '-c', 'example', '--port', '0', '--log', 'silent'],
    /http:\/\/\S+/,
  );
  const file = join(folder, 'paths.json');
  writeFileSync(file, JSON.stringify({ paths: [process.env.BENCH_PATH ?? '/restapis/a1b2c3d4e5/stages'] }));
  console.log(`${rounds} rounds of ${seconds} s each, alone and beside ${connections} connections:`);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) ratios.push(await measure(url, file));
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
  console.log(`  median ratio ${median.toFixed(2)} (wanted: ${TARGET})`);
  process.exitCode = median >= TARGET ? 0 : 1;
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(url: string, file: string): Promise<number> {
  // The first second is not counted, on either side: it is that of a server that has just closed or opened thousands.
  await load(url, file, 1);
  const quiet = await load(url, file, seconds);
  await start(['--import', 'tsx', 'bench/attacker.ts', url, String(connections)], /holding/);
  const attacker = children.at(-1);
  await load(url, file, 1);
  const attacked = await load(url, file, seconds);
  attacker?.stdin?.end();
  if (attacker !== undefined && attacker.exitCode === null) await once(attacker, 'exit');
  const ratio = attacked / quiet;
  console.log(`  alone ${format(quiet)}/s   attacked ${format(attacked)}/s   ratio ${ratio.toFixed(2)}`);
  return ratio;
}

/** Starts a program and gives what its first line says. */
async function start(args: string[], pattern: RegExp): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return pattern.exec(line)?.[0] ?? '';
}

async function load(url: string, file: string, duration: number): Promise<number> {
  const line = await start(['--import', 'tsx', 'bench/load.ts', url, file, String(duration)], /.*/);
  const {
    total,
    seconds: taken,
    failed,
  } = JSON.parse(line) as Record<'total' | 'seconds' | 'failed', number>;
  if (failed > 0) throw new Error(`${failed} calls to ${url} failed`);
  return total / taken;
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en-US').padStart(7);
}
