import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A run of a program. */
export interface ProgramRun {
  /** The path of the module that is the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What came of a run. */
export interface RunEnded {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Runner {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  stderr: string;
}

const script = fileURLToPath(new URL('./programs.mjs', import.meta.url));
const DEADLINE_MS = 15_000;
let runner: Runner | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Runs a program to its end in a process that ran others before; one after the other. */
export function runProgramAgain(run: ProgramRun): Promise<RunEnded> {
  const ended = last.then(() => runNext(run));
  last = ended.catch(() => undefined);
  return ended;
}

async function runNext(run: ProgramRun): Promise<RunEnded> {
  runner ??= startRunner();
  const { child, lines } = runner;
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  child.stdin?.write(`${JSON.stringify(run)}\n`);
  const { value, done } = await lines.next();
  clearTimeout(deadline);
  if (done !== true) return JSON.parse(value);
  const { stderr } = runner;
  runner = undefined;
  throw new Error(`Cannot see the end of ${JSON.stringify(run.args)} within ${DEADLINE_MS} ms.\n${stderr}`);
}

/** It ends when this process does, since its input then ends. */
function startRunner(): Runner {
  const child = spawn(process.execPath, [script], { stdio: 'pipe' });
  const started: Runner = {
    child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    stderr: '',
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    started.stderr += text;
  });
  // Writing to one that died: how it ended says more.
  child.stdin.on('error', () => undefined);
  return started;
}
