import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type RunEnded, runProgramAgain } from './programs.ts';
import type { Credentials } from './stand-in.ts';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A script that asks for stages with the AWS SDK for JavaScript v3: API, deployment. */
export const jsClient = fileURLToPath(new URL('./clients/get-stages.mjs', import.meta.url));

/** What a process left behind. */
export interface Ended {
  /** The exit code; null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Where it listens, once it says so on either stream. */
  readonly url: Promise<string>;
  readonly ended: Promise<Ended>;
  /** Waits until what was written so far to stdout or stderr matches; fails when the program ends without it. */
  readonly said: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** How to run the program. */
export interface ProgramOptions {
  /** Added to a clean environment: PATH and an empty HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working folder; an empty one if not given. */
  readonly cwd?: string;
  readonly nodeArgs?: readonly string[];
  /** Whether it leads a process group, as what a shell or a CI starts does. */
  readonly leadsGroup?: boolean;
}

/** Runs restage as a user does; it is ended when the test is over. */
export function restage(args: readonly string[], options: ProgramOptions = {}): Program {
  const home = mkdtempSync(join(tmpdir(), 'restage-home-'));
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), program, ...args], {
    cwd: options.cwd ?? home,
    env: environment(home, options),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.leadsGroup === true,
  });
  const watch = watchOutput(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await watch.ended;
    rmSync(home, { recursive: true, force: true });
  });
  const url = watch.said(/listening on (http:[^\s"]+)/).then((match) => match[1] ?? '');
  // Who runs a program that never listens does not ask for this.
  url.catch(() => undefined);
  return { child, url, kill: (signal) => child.kill(signal), ...watch };
}

/**
 * Runs restage to its end in a process that has run it before, which takes a tenth of the time: for what ends by itself,
 * starts nothing and is not told of its end by a signal.
 */
export function runRestage(
  args: readonly string[],
  options: Omit<ProgramOptions, 'nodeArgs' | 'leadsGroup'> = {},
): Promise<RunEnded> {
  const home = mkdtempSync(join(tmpdir(), 'restage-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const env = environment(home, options);
  return runProgramAgain({ program, args, env, cwd: options.cwd ?? home });
}

function environment(home: string, { env }: ProgramOptions): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...env,
  };
}

/** The variables that give a process credentials. */
export function credentialVariables(credentials: Credentials): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_DEFAULT_REGION: 'us-east-1',
  };
}

/** The variables that let a process record what a service answers. */
export function recordingVariables(service: {
  readonly url: string;
  readonly credentials: Credentials;
}): Record<string, string> {
  return {
    ...credentialVariables(service.credentials),
    AWS_REGION: 'us-east-1',
    RESTAGE_UPSTREAM: service.url,
  };
}

function watchOutput(child: ChildProcess): Pick<Program, 'ended' | 'said'> {
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const listener of [...listeners]) listener();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, ...output }));
  });
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (match === null) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      look();
      ended.then(
        () => reject(new Error(`Cannot find ${pattern} in:\n${output.stdout}${output.stderr}`)),
        reject,
      );
    });
  return { ended, said };
}
