import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { peers } from './tapes.ts';

/** A checkout whose built program is measured. */
export interface Build {
  readonly label: string;
  readonly folder: string;
  /** The program's file. */
  readonly program: string;
}

const env = process.env;

/** The rows to run: those whose name it fits. */
export const rowPattern = env.BENCH_ROWS === undefined ? undefined : new RegExp(env.BENCH_ROWS);

/** How long a server is loaded in one round. */
export const seconds = Number(env.BENCH_SECONDS ?? 0.5);

/** Variables that every process is given besides `PATH` and an empty `HOME`. */
export const passedVariables = (env.BENCH_PASS ?? '').split(',').filter((name) => name !== '');

/** `BENCH_ROUNDS`, or as many as suit the row. */
export function roundsOr(usual: number): number {
  return Number(env.BENCH_ROUNDS ?? usual);
}

/** The checkouts to measure, this one if no others are asked for. The last one is what the targets are for. */
export function findBuilds(): Build[] {
  const folders = (env.BENCH_BUILDS ?? '').split(',').filter((folder) => folder !== '');
  if (folders.length === 0) return [buildIn(join(import.meta.dirname, '..'), 'restage')];
  const builds = folders.map((folder) => buildIn(resolve(folder), basename(resolve(folder))));
  const labels = new Set(['bare', ...peers, ...builds.map(({ label }) => label)]);
  if (labels.size < 1 + peers.length + builds.length)
    throw new Error('Two columns would be called alike. Rename a folder of BENCH_BUILDS.');
  return builds;
}

const packageSchema = z.object({ bin: z.object({ restage: z.string() }) });

function buildIn(folder: string, label: string): Build {
  const { bin } = packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  return { label, folder, program: join(folder, bin.restage) };
}
