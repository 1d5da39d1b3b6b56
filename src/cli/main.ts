#!/usr/bin/env node
import pc from 'picocolors';
import { CallError, errorCode, FailureError, reasonOf, UsageError } from '../errors.ts';
import { readVersion } from '../version.ts';
import { parseArguments } from './arguments.ts';
import { printableLine, printableLines } from './printable.ts';

async function main(args: readonly string[]): Promise<number> {
  const request = await parseArguments(args, readVersion());
  if (request === undefined) return 0;
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

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => {
    report(error);
    process.exit(statusOf(error));
  });
}
// Whoever read the output may have gone, as after '| head'; calls are answered all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);

function ignoreClosedPipe(error: Error): void {
  if (errorCode(error) !== 'EPIPE') throw error;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  report(error);
  process.exit(statusOf(error));
}
