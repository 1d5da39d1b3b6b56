import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isatty } from 'node:tty';
import { errorCode, FailureError, reasonOf } from '../errors.ts';
import { statusOfSignal } from './signals.ts';

/** A command that runs; standard input, output and errors are its own. */
export interface RunningCommand {
  /** Its exit status, 128+n after signal n. */
  readonly status: Promise<number>;
  /** Hands on that restage was asked to stop; the second time the command is ended at once. */
  readonly stop: (signal: NodeJS.Signals, times: number) => void;
}

/** Where a command runs. */
export interface Surroundings {
  readonly isWindows: boolean;
  /** Whether restage's input is a terminal, which sends its keys' signals to the command, too. */
  readonly onTerminal: boolean;
}

/** A command that cannot be run, with the status that `env` has for that. */
export class CommandError extends FailureError {
  override readonly exitStatus: number;

  constructor(program: string, reason: string, exitStatus: number, options?: ErrorOptions) {
    super(`Cannot run '${program}': ${reason}.`, options);
    this.exitStatus = exitStatus;
  }
}

/** What a terminal's keys send to all that runs there; of Windows' consoles that is everything. */
const KEYS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/**
 * Runs a command. Where restage has no terminal, the command leads a group of its own: what is sent to restage's group would
 * reach it twice else, since restage hands it on. On a terminal it stays in the group that Ctrl-C goes to.
 * @throws {@link CommandError} like the status does, when it cannot be started.
 */
export async function runCommand(
  command: readonly string[],
  env: Record<string, string>,
  { isWindows, onTerminal }: Surroundings = {
    isWindows: process.platform === 'win32',
    onTerminal: isatty(0),
  },
): Promise<RunningCommand> {
  const [program = '', ...args] = command;
  if (program === '') throw new CommandError('', "a command's name is empty. Name one after '--'", NOT_FOUND);
  const isLeader = !isWindows && !onTerminal;
  let child: ChildProcess;
  try {
    child = (await findSpawn(isWindows))(program, args, { stdio: 'inherit', env, detached: isLeader });
  } catch (cause) {
    throw notStarted(program, cause);
  }
  const endWithRestage = (): void => send('SIGTERM');
  const status = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(program, cause)));
    child.once('exit', (code, signal) => {
      process.off('exit', endWithRestage);
      afterwards();
      resolve(signal === null ? (code ?? 1) : statusOfSignal(signal));
    });
  });
  // Who ends on a mistake must leave no command behind that calls nobody.
  process.once('exit', endWithRestage);
  let afterwards = (): void => {};

  function send(signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(isLeader ? -child.pid : child.pid, signal);
    } catch (error) {
      // It has ended meanwhile, or became another user's.
      if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
    }
  }

  const stop = (signal: NodeJS.Signals, times: number): void => {
    if (times > 1) {
      send('SIGKILL');
      return;
    }
    // First of all: whoever is impatient may kill restage as soon as the command knows.
    if (child.pid !== undefined && !isWindows)
      afterwards = endWithoutRestage(isLeader ? -child.pid : child.pid);
    if (!isWindows && !(onTerminal && KEYS.includes(signal))) send(signal);
  };
  return { status, stop };
}

/**
 * Whoever asks restage to stop may lose patience and kill it, which it cannot hand on: a shell waits for its end, and ends
 * the command then. @returns what is done when the command has ended by itself.
 */
function endWithoutRestage(target: number): () => void {
  const script = `read -r line || kill -s KILL -- ${target}`;
  const watchdog = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Without a shell there is nobody to wait: all else goes on.
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  return () => void watchdog.stdin.write('over\n');
}

/** On Windows, `npm` and its like are scripts that only a shell can run: quoting for that is left to those who know how. */
async function findSpawn(isWindows: boolean): Promise<typeof spawn> {
  if (!isWindows) return spawn;
  const { default: crossSpawn } = await import('cross-spawn');
  return crossSpawn as typeof spawn;
}

function notStarted(program: string, cause: unknown): CommandError {
  const code = errorCode(cause);
  if (code !== 'ENOENT') {
    const why = code === 'EACCES' ? 'it is not executable (EACCES)' : reasonOf(cause);
    return new CommandError(program, `${why}. Check that it is a program`, NOT_EXECUTABLE, { cause });
  }
  const reason = !/[\\/]/.test(program)
    ? 'there is no such program on the PATH. Check its name'
    : existsSync(program)
      ? 'the interpreter that its first line names is not there. Correct that line'
      : 'there is no such file. Check its path';
  return new CommandError(program, reason, NOT_FOUND, { cause });
}
