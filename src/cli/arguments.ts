import yargs from 'yargs';
import { UsageError } from '../errors.ts';
import { type Mode, modes } from '../sessions/mode.ts';
import { type Option, options } from '../settings/options.ts';
import type { Values } from '../settings/settings.ts';
import { type Errand, errands } from './errands.ts';

/** What the command line asks for. */
export type Request =
  | { readonly mode: Mode; readonly flags: Values; readonly command: readonly string[] }
  | { readonly mode?: never; readonly errand: Errand; readonly flags: Values };

const descriptions: Readonly<Record<Mode, string>> = {
  record: 'forward to the real endpoint, and store',
  replay: 'answer from the cassette; no connection to anywhere',
  auto: 'replay what is recorded, record what is not',
  passthrough: 'forward, store nothing: faults against the real endpoint',
};

/**
 * Parses the command line; nothing when help or the version was asked for, and shown.
 * @throws {@link UsageError} that names the known modes, commands or options.
 */
export async function parseArguments(args: readonly string[], version: string): Promise<Request | undefined> {
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
      'parse-positional-numbers': false,
    })
    .demandCommand(1, 'a mode is missing')
    .strict()
    .version(version)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .epilogue('Without a command, restage listens until it is stopped. With one, it stops with it.')
    .exitProcess(false)
    .fail((message, error) => {
      // yargs throws some of its own findings and only passes on the others.
      throw error === undefined || error.name === 'YError' ? refuse(message ?? error.message, own) : error;
    });
  // A mode's options are shown by 'restage --help'; those of other commands are none that a mode knows.
  const asked = errands.find(({ usage }) => nameOf(usage) === own[0]);
  // yargs writes its help in every run, shown or not, and measures each word of it: that takes longer than all else.
  const isShown = own.includes('--help') || own.includes('-h');
  parser.options(describeOptions(asked?.options ?? options, isShown));
  for (const mode of modes) {
    parser.command(mode, descriptions[mode], {}, ({ _, $0, help, version: _shown, ...flags }) => {
      request = { mode, flags, command };
    });
  }
  for (const errand of errands) {
    parser.command(errand.usage, errand.describes, {}, ({ _, $0, help, version: _shown, ...flags }) => {
      request = { errand, flags };
    });
  }
  await parser.parseAsync(own);
  if (separator >= 0 && request !== undefined && command.length === 0)
    throw refuse("no command comes after '--'", own);
  if (command.length > 0 && request !== undefined && request.mode === undefined)
    throw refuse(`'${request.errand.usage}' runs no command`, own);
  return request;
}

/** The first word of a command's usage. */
function nameOf(usage: string): string {
  return usage.split(' ', 1)[0] ?? '';
}

function describeOptions(known: readonly Option[], isShown: boolean) {
  return Object.fromEntries(
    known.map((option) => [option.name, { ...describeOption(option), hidden: !isShown }]),
  );
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
  const commands = errands.map(({ usage }) => nameOf(usage)).join(', ');
  const errand = errands.find(({ usage }) => nameOf(usage) === args[0]);
  // Without dashes it was meant as a mode, or as the command to run.
  const isWord = unknown?.split(', ').some((name) => args.includes(name)) ?? /mode|command/.test(reason);
  const names = (known: readonly Option[]) => known.map(({ name }) => `--${name}`).join(', ');
  const remedy =
    errand !== undefined
      ? `Write 'restage ${errand.usage}'; its options are ${names(errand.options) || 'none'}`
      : isWord
        ? `Modes are ${modes.join(', ')}, and a command comes after '--'; other commands are ${commands}: see 'restage --help'`
        : `Modes are ${modes.join(', ')}; options are ${names(options)}`;
  return new UsageError(`Cannot read the command line: ${reason.replace(/\.$/, '')}. ${remedy}.`);
}
