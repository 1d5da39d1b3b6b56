import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDialog, temporary } from './children.ts';
import type { LoadPlan, PhaseResult } from './load-plan.ts';

const checkout = join(import.meta.dirname, '..');
const folder = join(temporary, 'compiled');

/**
 * Compiles the programs that run beside restage: a loader for TypeScript would slow their start and take memory, both of
 * which are measured.
 */
export function compilePrograms(): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const compiler = join(checkout, 'node_modules/typescript/bin/tsc');
  const project = join(checkout, 'bench/programs');
  const { status } = spawnSync(process.execPath, [compiler, '-p', project, '--outDir', folder], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the programs of bench cannot be compiled');
}

/** The file of a compiled program. */
export function programOf(name: string): string {
  return join(folder, 'programs', `${name}.js`);
}

/** A process that loads a server. */
export interface Load {
  /** Runs the phase of that number. @throws when an answer is not right. */
  readonly run: (phase: number) => Promise<PhaseResult>;
  readonly stop: () => Promise<void>;
}

/** Starts a process that can load a server by the plan's phases. */
export async function prepareLoad(plan: LoadPlan): Promise<Load> {
  const { say, stop } = await startDialog([programOf('load'), JSON.stringify(plan)]);
  return { run: async (phase) => JSON.parse(await say(String(phase))) as PhaseResult, stop };
}

/** Loads a server from a process of its own, one phase after another. @returns how the last one went. */
export async function load(plan: LoadPlan): Promise<PhaseResult> {
  const { run, stop } = await prepareLoad(plan);
  try {
    for (let n = 0; n < plan.phases.length - 1; n += 1) await run(n);
    return await run(plan.phases.length - 1);
  } finally {
    await stop();
  }
}
