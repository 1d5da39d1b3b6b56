import { spawnSync } from 'node:child_process';
import { environment } from '../children.ts';
import { alternate, type Side, sidesOf } from '../rounds.ts';
import { type Group, milliseconds, type Row, rowOf } from '../row.ts';
import { type Build, roundsOr } from '../settings.ts';

/** How long a whole process takes, beside one that does nothing. */
const nodeMajor = Number(process.versions.node.split('.', 1)[0]);

export const version: Group = groupOf('1 restage --version', 1.8, ['--version'], /^\d+\.\d+\.\d+\n$/);

export const command: Group = groupOf(
  '2 restage replay -c example -- true',
  nodeMajor >= 22 ? 2.2 : 2.6,
  ['replay', '-c', 'example', '--', 'true'],
  /^$/,
);

function groupOf(name: string, atMost: number, args: readonly string[], expected: RegExp): Group {
  const measure = async (builds: readonly Build[]): Promise<Row[]> => {
    const sides = sidesOf(builds);
    const once = async (side: Side): Promise<number> => {
      if (side.kind !== 'restage') return time(['-e', '0'], undefined, /^$/);
      return time([side.build.program, ...args], side.build.folder, expected);
    };
    // The first run may fill caches: it is not counted.
    await alternate(sides, 1, once);
    const measured = await alternate(sides, roundsOr(21), once);
    return [rowOf({ name, target: { atMost }, measured, pick: (ms) => ms, describe: milliseconds })];
  };
  return { names: [name], measure };
}

function time(args: readonly string[], cwd: string | undefined, expected: RegExp): number {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env: environment });
  const ms = performance.now() - started;
  if (status !== 0 || !expected.test(stdout.toString()))
    throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return ms;
}
