import { CallError, errorCode, FailureError, reasonOf, UsageError } from '../errors.ts';
import { readVersion } from '../version.ts';
import { askedFormat, Reporter } from './reporter.ts';

/** Runs restage with these arguments, and ends the process with the status that comes of it. */
export async function runProgram(args: readonly string[]): Promise<never> {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  const reporter = new Reporter(process.stderr, askedFormat(own, process.env));
  const failWith = (error: unknown): never => {
    report(error, reporter);
    process.exit(exitStatusOf(error));
  };
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, failWith);
  // Whoever read the output may have gone, as after '| head'; calls are answered all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  try {
    process.exit(await run(args, own, reporter));
  } catch (error) {
    return failWith(error);
  }
}

/** Each part is loaded by whoever needs it. @returns the exit status. */
async function run(args: readonly string[], own: readonly string[], reporter: Reporter): Promise<number> {
  const [first, ...rest] = own;
  if (args.length === 0 || first === 'help' || own.includes('--help') || own.includes('-h')) {
    const { renderHelp } = await import('./help.ts');
    process.stdout.write(renderHelp(first === 'help' ? rest : own, process.stdout.columns || 100));
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
  return serve(request, reporter);
}

function exitStatusOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  return error instanceof FailureError ? error.exitStatus : 1;
}

/** One line: what could not be done, why, and what to do. */
function report(error: unknown, reporter: Reporter): void {
  const isExpected =
    error instanceof UsageError || error instanceof FailureError || error instanceof CallError;
  const message = isExpected
    ? error.message
    : `Cannot go on: ${reasonOf(error)}. Report this, with DEBUG=restage set.`;
  reporter.fail(message, error, { exitStatus: exitStatusOf(error) });
}

function ignoreClosedPipe(error: Error): void {
  if (errorCode(error) !== 'EPIPE') throw error;
}
