import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';

/** What came of tormenting restage in one way. */
export interface Outcome {
  readonly tried: number;
  readonly crashes: number;
  readonly largestMb: number;
  /** The longest that a good call waited meanwhile; absent where none was made. */
  readonly longestWaitMs: number | undefined;
  /** What went wrong, and what else is to be told. */
  readonly failures: readonly string[];
  readonly remarks?: readonly string[];
}

export const credentials = {
  accessKeyId: 'AKIDTORTURE',
  secretAccessKey: 'torture-needs-no-real-secret',
} as const;
/** Where all is written to; removed in the end. */
export const folder = mkdtempSync(join(tmpdir(), 'restage-torture-'));
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A restage of the build, in a process of its own. */
export class Victim {
  readonly port: number;
  readonly child: ChildProcess;
  readonly said: { stderr: string };

  private constructor(port: number, child: ChildProcess, said: { stderr: string }) {
    this.port = port;
    this.child = child;
    this.said = said;
  }

  static async start(args: readonly string[]): Promise<Victim> {
    const child = spawn(
      process.execPath,
      [resolve('dist/cli/main.js'), ...args, '--port', '0', '--log', 'silent'],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: folder,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_REGION: 'us-east-1',
          AWS_EC2_METADATA_DISABLED: 'true',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    running.add(child);
    child.once('exit', () => running.delete(child));
    const said = { stderr: '' };
    child.stderr?.on('data', (chunk: Buffer) => {
      said.stderr = (said.stderr + chunk.toString()).slice(-10_000);
    });
    let stdout = '';
    const port = await new Promise<number>((found, fail) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        if (stdout.length > 10_000) return;
        stdout += chunk.toString();
        const told = /listening on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(stdout)?.[1];
        if (told !== undefined) found(Number(told));
      });
      child.once('exit', () => fail(new Error(`restage did not start: ${said.stderr}`)));
    });
    return new Victim(port, child, said);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get hasCrashed(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The most memory it has had, where the system tells. */
  get largestMb(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasCrashed) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

const PAUSE_MS = 20;

/** Makes a good call again and again, and tells the longest that one waited. */
export class Witness {
  longestWaitMs = 0;
  answered = 0;
  readonly failures: string[] = [];
  readonly #port: number;
  readonly #target: string;
  readonly #isGood: RegExp;
  #isOver = false;
  readonly #done: Promise<void>;

  /** @param isGood what a good call may be answered with. */
  constructor(port: number, target: string, isGood = /^HTTP\/1\.1 200 /) {
    this.#port = port;
    this.#target = target;
    this.#isGood = isGood;
    this.#done = this.#watch();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const begin = performance.now();
      const answer = await exchange(
        this.#port,
        `GET ${this.#target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
        30_000,
      );
      this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - begin);
      if (this.#isGood.test(answer)) this.answered += 1;
      else if (this.failures.length < 5)
        this.failures.push(`a good call was answered ${JSON.stringify(answer.slice(0, 300))}`);
      await new Promise((wake) => setTimeout(wake, PAUSE_MS));
    }
  }
}

/** Sends bytes, one character each, and gives what comes back until the other end closes or the time is over. */
export function exchange(port: number, bytes: string, patienceMs = 2_000): Promise<string> {
  return new Promise((answered) => {
    const socket: Socket = connect(port, '127.0.0.1');
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('connect', () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.on('data', (chunk: Buffer) => {
      if (answer.length < 1e6) answer += chunk.toString('latin1');
    });
    // However it ends: what came is the answer.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      answered(answer);
    });
  });
}

/** Does something so many times, so many at once. */
export async function repeat(
  times: number,
  atOnce: number,
  act: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < times; n = next++) await act(n);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, times) }, work));
}

/** What is told of a victim and its witness, once all is over. */
export async function outcomeOf(
  victim: Victim,
  witness: Witness,
  tried: number,
  failures: readonly string[] = [],
): Promise<Outcome> {
  await witness.end();
  const crashes = victim.hasCrashed ? 1 : 0;
  const largestMb = crashes === 0 ? victim.largestMb : 0;
  await victim.stop();
  const exit = victim.child.exitCode;
  return {
    tried,
    crashes,
    largestMb,
    longestWaitMs: witness.longestWaitMs,
    failures: [
      ...failures,
      ...witness.failures,
      ...(crashes > 0 ? [`restage crashed: ${victim.said.stderr.slice(-2_000)}`] : []),
      ...(crashes === 0 && exit !== 0
        ? [`restage ended with ${exit}: ${victim.said.stderr.slice(-2_000)}`]
        : []),
    ],
  };
}
