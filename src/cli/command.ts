import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { errorCode, FailureError, reasonOf } from '../errors.ts';

/** A command that runs; standard input and output are its own. */
export interface RunningCommand {
  /** Its exit status, 128+n after signal n. */
  readonly status: Promise<number>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Runs a command. The status rejects with {@link FailureError} when it cannot be started. */
export function runCommand(command: readonly string[], env: Record<string, string>): RunningCommand {
  const [program = '', ...args] = command;
  if (program === '')
    throw new FailureError("Cannot run '': a command's name is empty. Name one after '--'.");
  const child = spawn(program, args, { stdio: 'inherit', env });
  const status = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      const reason = errorCode(cause) === 'ENOENT' ? 'there is no such program on the PATH' : reasonOf(cause);
      reject(new FailureError(`Cannot run '${program}': ${reason}. Check its name.`, { cause }));
    });
    child.once('exit', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
  });
  return { status, kill: (signal) => child.kill(signal) };
}
