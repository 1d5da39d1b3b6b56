#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import pc from 'picocolors';
import yargs from 'yargs';
import { CallError, errorCode, FailureError, reasonOf, UsageError } from '../errors.ts';
import { type Option, options } from '../options.ts';
import { type Mode, modes } from '../session.ts';
import type { Values } from '../settings.ts';
import { printableLine } from './printable.ts';
import { serve } from './serve.ts';

const descriptions: Readonly<Record<Mode, string>> = {
  record: 'forward to the real endpoint, and store',
  replay: 'answer from the cassette; no connection to anywhere',
  auto: 'replay what is recorded, record what is not',
  passthrough: 'forward, store nothing: faults against the real endpoint',
};

/** What the command line asks for. */
interface Request {
  readonly mode: Mode;
  readonly flags: Values;
  readonly command: readonly string[];
}

async function main(args: readonly string[]): Promise<number> {
  const request = await parse(args);
  return request === undefined ? 0 : serve(request.mode, request.flags, request.command);
}

/** Parses the command line; nothing when help or the version was asked for, and shown. */
async function parse(args: readonly string[]): Promise<Request | undefined> {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  const command = separator < 0 ? [] : args.slice(separator + 1);
  let request: Request | undefined;
  const parser = yargs()
    .scriptName('restage')
    .usage(
      'Records, replays and breaks Amazon API Gateway GetStages calls.\n\nUsage: $0 <mode> [options] [-- command …]',
    )
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'strip-aliased': true,
      'parse-numbers': false,
    })
    .options(Object.fromEntries(options.map((option) => [option.name, describeOption(option)])))
    .demandCommand(1, 'a mode is missing')
    .strict()
    .version(readVersion())
    .help()
    .alias('help', 'h')
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .epilogue('Without a command, restage listens until it is stopped. With one, it stops with it.')
    .exitProcess(false)
    .fail((message, error) => {
      // yargs throws some of its own findings and only passes on the others.
      throw error === undefined || error.name === 'YError' ? refuse(message ?? error.message, own) : error;
    });
  for (const mode of modes) {
    parser.command(mode, descriptions[mode], {}, ({ _, $0, help, version, ...flags }) => {
      request = { mode, flags, command };
    });
  }
  await parser.parseAsync(own);
  if (separator >= 0 && request !== undefined && command.length === 0)
    throw refuse("no command comes after '--'", own);
  return request;
}

/** Everything is parsed as text: what a value may be is known in one place, the options' schema. */
function describeOption({ alias, type, describes, default: preset, isPersonal }: Option) {
  const notes = [
    preset === undefined ? '' : `[default: ${preset}]`,
    isPersonal ? '[not from a config file]' : '',
  ];
  return {
    ...(alias !== undefined && { alias }),
    describe: [describes, ...notes].filter((part) => part !== '').join(' '),
    ...(type === 'boolean'
      ? { boolean: true as const, default: undefined }
      : { string: true as const, requiresArg: true }),
  };
}

function refuse(message: string, args: readonly string[]): UsageError {
  const unknown = /^Unknown (?:arguments?|commands?): (.+)$/.exec(message)?.[1];
  const reason =
    unknown === undefined
      ? message.replace(/^./, (first) => first.toLowerCase())
      : `unknown argument ${unknown}`;
  // Without dashes it was meant as a mode, or as the command to run.
  const isWord = unknown?.split(', ').some((name) => args.includes(name)) ?? /mode|command/.test(reason);
  const remedy = isWord
    ? `Modes are ${modes.join(', ')}, and a command comes after '--': see 'restage --help'`
    : `Modes are ${modes.join(', ')}; options are ${options.map(({ name }) => `--${name}`).join(', ')}`;
  return new UsageError(`Cannot read the command line: ${reason.replace(/\.$/, '')}. ${remedy}.`);
}

function readVersion(): string {
  return String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version);
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
  if (process.env.DEBUG === 'restage' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
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
