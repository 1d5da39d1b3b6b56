import pc from 'picocolors';
import { CallError, errorCode, FailureError, reasonOf, UsageError } from '../errors.ts';
import { readVersion } from '../version.ts';
import { printableLine, printableLines } from './printable.ts';

/** Runs restage with these arguments, and ends the process with the status that comes of it. */
export async function runProgram(args: readonly string[]): Promise<never> {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      report(error);
      process.exit(statusOf(error));
    });
  }
  // Whoever read the output may have gone, as after '| head'; calls are answered all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  try {
    process.exit(await run(args));
  } catch (error) {
    report(error);
    process.exit(statusOf(error));
  }
}

/** Each part is loaded by whoever needs it. @returns the exit status. */
async function run(args: readonly string[]): Promise<number> {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  if (own.includes('--help') || own.includes('-h')) {
    const { renderHelp } = await import('./help.ts');
    process.stdout.write(renderHelp(own, process.stdout.columns ?? 100));
    return 0;
  }
  if (own.includes('--version')) {
    process.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  const { parseArguments } = await import('./arguments.ts');
  const request = parseArguments(args);
  if (request.mode === undefined) return request.errand.run(request.flags);
  const { serve } = await import('./serve.ts');
  return serve(request.mode, request.flags, request.command);
}

function statusOf(error: unknown): number {
  return error instanceof UsageError ? 2 : 1;
}

/** One line: what could not be done, why, and what to do. */
function report(error: unknown): void {
  const isExpected =
    error instanceof UsageError || error instanceof FailureError || error instanceof CallError;
  const line = isExpected
    ? error.message
    : `Cannot go on: ${reasonOf(error)}. Report this, with DEBUG=restage set.`;
  process.stderr.write(`${pc.red(printableLine(line))}\n`);
  if (process.env.DEBUG === 'restage' && error instanceof Error)
    process.stderr.write(`${printableLines(error.stack ?? '')}\n`);
}

function ignoreClosedPipe(error: Error): void {
  if (errorCode(error) !== 'EPIPE') throw error;
}
