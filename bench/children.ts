import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { passedVariables } from './settings.ts';

/** A server that was started. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** A program that is talked with. */
export interface Dialog {
  /** @returns what it answers. @throws when it ended. */
  readonly say: (line: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface Start {
  /** What node is started with: a program and its arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Everything that is written goes in here. It is removed in the end, as every process is ended. */
export const temporary = mkdtempSync(join(tmpdir(), 'restage-bench-'));

/**
 * What every process has: nobody's settings, keys or home. Not even NODE_EXTRA_CA_CERTS, with which any Node takes longer to
 * start; `BENCH_PASS` names variables that are passed all the same.
 */
export const environment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: mkdtempSync(join(temporary, 'home-')),
  ...Object.fromEntries(passedVariables.map((name) => [name, process.env[name] ?? ''])),
};

const alive = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
  rmSync(temporary, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Starts a server and waits until it says where it listens. */
export async function startServer({ args, env, cwd = temporary }: Start): Promise<Running> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment, ...env },
    cwd,
  });
  watch(child);
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (said.includes('\n')) return;
      said += chunk.toString();
      const told = /listening on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(said)?.[1];
      if (told !== undefined) resolve(Number(told));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
  });
  return { port, pid: child.pid ?? 0, stop: () => stop(child) };
}

/** Starts a program that is told line by line what to do, and answers each line with one. The first one comes by itself. */
export async function startDialog(args: readonly string[]): Promise<Dialog> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment });
  watch(child);
  // It ended: its answer will not come either.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`${basename(args[0] ?? '')} failed`);
    return value;
  };
  await next();
  const say = (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`);
    return next();
  };
  return { say, stop: () => stop(child) };
}

function watch(child: ChildProcess): void {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
}

/** Ends a process, by force if it does not end. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}
