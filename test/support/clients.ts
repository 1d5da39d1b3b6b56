import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'vitest';

/** What a client's process left behind. */
export interface ClientResult {
  /** The exit code; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client of another make that tests can be run with where it is installed. */
export type ClientName = keyof typeof PROBES;

/** Variables that are added to the otherwise clean environment of a client. */
export type ClientEnv = Readonly<Record<string, string>>;

/** A Python that has these modules, and each of those that are named with a version no older one. */
function python(
  modules: string,
  versions: Readonly<Record<string, readonly [major: number, minor: number]>> = {},
): readonly string[] {
  const checks = Object.entries(versions).map(
    ([name, [major, minor]]) =>
      `assert [*map(int, ${name}.__version__.split(".")[:2])] >= [${major}, ${minor}]`,
  );
  return ['python3', '-c', [`import ${modules}`, ...checks].join('; ')];
}

/**
 * How to see whether a client works here: a command that exits with 0. Older ones than from July 2023 do not know the variables
 * that say where a service is, and would ask the real one.
 */
const PROBES = {
  'AWS CLI': [
    'sh',
    '-c',
    `aws --version 2>&1 | grep -Eq '^aws-cli/(1\\.(29|[3-9][0-9])|2\\.(1[3-9]|[2-9][0-9]))\\.'`,
  ],
  'AWS CLI of Python': python('awscli.clidriver, botocore', { botocore: [1, 31] }),
  boto3: python('boto3, botocore', { botocore: [1, 31] }),
  'boto3 of 2026': python('boto3, botocore', { botocore: [1, 43] }),
  botocore: python('botocore', { botocore: [1, 31] }),
  pytest: python('boto3, botocore, pytest', { botocore: [1, 31], pytest: [8, 0] }),
  curl: ['curl', '--aws-sigv4', 'aws:amz', '--version'],
  Python: ['python3', '-c', 'import ssl'],
} as const;

const TIMEOUT_MS = 60_000;
const found = new Map<ClientName, boolean>();

/** Whether the AWS CLI works here. */
export function hasAwsCli(): boolean {
  return hasClient('AWS CLI');
}

/** Whether Python and boto3 work here. */
export function hasBoto3(): boolean {
  return hasClient('boto3');
}

/** Whether the client works here, in the clean environment it will be run in. */
export function hasClient(name: ClientName): boolean {
  const known = found.get(name);
  if (known !== undefined) return known;
  const [command, ...args] = PROBES[name];
  const home = emptyHome();
  try {
    const { status } = spawnSync(command, args, { env: cleanEnv(home, {}), timeout: TIMEOUT_MS });
    found.set(name, status === 0);
    return status === 0;
  } finally {
    removeHome(home);
  }
}

/**
 * A `describe` for tests that need a client. Where it does not work there is one test in place of them: skipped with
 * the reason in its name, or failing when `RESTAGE_REQUIRE_CLIENTS` is 1.
 */
export function describeWithClient(name: ClientName, title: string, tests: () => void): void {
  if (hasClient(name)) {
    describe(title, tests);
    return;
  }
  const reason = `"${PROBES[name].join(' ')}" fails here`;
  describe(title, () => {
    if (process.env.RESTAGE_REQUIRE_CLIENTS === '1') {
      test(`needs ${name}`, () => {
        throw new Error(`Cannot test with ${name}: ${reason}. Install it, or unset RESTAGE_REQUIRE_CLIENTS.`);
      });
    } else {
      test(`needs ${name} (skipped: ${reason})`, (context) => {
        // Reporters count skipped tests and rarely name them.
        console.warn(`Skipped "${title}": ${reason}, so there is no ${name} to test with.`);
        context.skip(reason);
      });
    }
  });
}

/** Runs `aws` with a clean environment: PATH, an empty HOME, and what is given. */
export function runAwsCli(args: readonly string[], env: ClientEnv): Promise<ClientResult> {
  return runProgram('aws', args, env);
}

/** Runs a Python script with a clean environment: PATH, an empty HOME, and what is given. */
export function runPython(script: string, env: ClientEnv): Promise<ClientResult> {
  return runProgram('python3', ['-c', script], env);
}

/** Runs a program with a clean environment: PATH, an empty HOME, and what is given. */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: ClientEnv,
  cwd?: string,
): Promise<ClientResult> {
  // Not synchronously: the test's own servers are to answer meanwhile.
  const home = emptyHome();
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        env: cleanEnv(home, env),
        cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIMEOUT_MS,
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.once('error', reject);
      child.once('close', (status) => resolve({ status, stdout, stderr }));
    });
  } finally {
    removeHome(home);
  }
}

/** A client whose process answers one question after the other. */
export interface Conversation {
  /** Writes the question as a line of JSON, and gives what the line in answer holds; one question at a time. */
  readonly ask: (question: object) => Promise<unknown>;
  /** Ends the client; throws when it does not end well. */
  readonly end: () => Promise<void>;
}

/** Starts a client that answers questions on stdin, with a clean environment: PATH, an empty HOME, and what is given. */
export function converse(
  command: string,
  args: readonly string[],
  env: ClientEnv,
  timeoutMs = TIMEOUT_MS,
): Conversation {
  const home = emptyHome();
  const child = spawn(command, args, { env: cleanEnv(home, env), timeout: timeoutMs });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // Writing to a client that died: how it ended says more.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => removeHome(home));
  ended.catch(() => undefined);

  const refuseToEnd = async (): Promise<never> => {
    const status = await ended;
    throw new Error(`Cannot go on with ${command} ${args.join(' ')}: it ended with ${status}.\n${stderr}`);
  };
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      return done === true ? refuseToEnd() : JSON.parse(value);
    },
    end: async () => {
      child.stdin.end();
      if ((await ended) !== 0) await refuseToEnd();
    },
  };
}

/** Nothing of the developer's own configuration, credentials or proxies gets through. */
function cleanEnv(home: string, env: ClientEnv): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...env };
}

function emptyHome(): string {
  return mkdtempSync(join(tmpdir(), 'restage-client-'));
}

function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}
