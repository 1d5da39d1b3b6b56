import { Parser } from 'yargs/helpers';
import { UsageError } from '../errors.ts';
import { type Mode, modes } from '../sessions/mode.ts';
import { type Option, options } from '../settings/options.ts';
import type { Values } from '../settings/settings.ts';
import { controlOptions } from './control-options.ts';
import { type Errand, errandName, errands, findErrand } from './errands.ts';

/** What the command line asks for. */
export type Request =
  | { readonly mode: Mode; readonly flags: Values; readonly command: readonly string[] }
  | { readonly mode?: never; readonly errand: Errand; readonly flags: Values };

/**
 * Parses the command line. Help and version are answered before.
 * @throws {@link UsageError} that names the known modes, commands or options.
 */
export function parseArguments(args: readonly string[]): Request {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  const command = separator < 0 ? [] : args.slice(separator + 1);
  const request = parseOwn(own, command);
  if (separator >= 0 && command.length === 0) throw refuse("no command comes after '--'", own);
  if (command.length > 0 && request.mode === undefined)
    throw refuse(`'${request.errand.usage}' runs no command`, own);
  return request;
}

function parseOwn(own: readonly string[], command: readonly string[]): Request {
  // A mode's options are none that other commands know; its name may stand behind some of them.
  const isMode = modes.some((mode) => mode === own[0]);
  const errand = isMode ? undefined : (findErrand(own[0]) ?? findErrand(firstWord(own)));
  const known = errand?.options ?? options;
  const { argv, error } = Parser.detailed([...own], describeOptions(known));
  if (error !== null && error !== undefined) throw refuse(error.message, own);
  const { _: words, ...flags } = argv;
  const stray = Object.keys(flags).filter((flag) => !known.some((option) => option.name === flag));
  if (stray.length > 0) throw refuse(`Unknown argument: ${stray.join(', ')}`, own);
  const [name, ...rest] = words.map(String);
  if (name === undefined) throw refuse('a mode is missing', own);
  if (errand !== undefined) return { errand, flags: { ...flags, ...readPositionals(errand, rest, own) } };
  const mode = modes.find((known) => known === name);
  const [stranger] = mode === undefined ? [name] : rest;
  if (mode === undefined || stranger !== undefined) throw refuse(`Unknown argument: ${stranger}`, own);
  return { mode, flags, command };
}

/** The first word that is no option, nor what one takes. */
function firstWord(own: readonly string[]): string | undefined {
  const [word] = Parser([...own], describeOptions([...options, ...controlOptions]))._;
  return word === undefined ? undefined : String(word);
}

/** What stands behind an errand's name, by the names in its usage: `<needed>` and `[optional]`. */
function readPositionals({ usage }: Errand, words: readonly string[], own: readonly string[]): Values {
  const known = [...usage.matchAll(/[<[](\w+)[>\]]/g)];
  const missing = known.slice(words.length).find(([text]) => text.startsWith('<'));
  if (missing !== undefined) throw refuse(`${missing[1]} is missing`, own);
  const surplus = words[known.length];
  if (surplus !== undefined) throw refuse(`Unknown argument: ${surplus}`, own);
  return Object.fromEntries(known.slice(0, words.length).map(([, name], index) => [name, words[index]]));
}

/** Everything is parsed as text: what a value may be is known in one place, the options' schema. */
function describeOptions(known: readonly Option[]): Parser.Options {
  const namesOf = (isAsked: (option: Option) => boolean) => known.filter(isAsked).map(({ name }) => name);
  const texts = namesOf(({ type }) => type !== 'boolean');
  return {
    alias: Object.fromEntries(
      known.flatMap(({ name, alias }) => (alias === undefined ? [] : [[name, alias]])),
    ),
    boolean: namesOf(({ type }) => type === 'boolean'),
    string: texts,
    narg: Object.fromEntries(texts.map((name) => [name, 1])),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'strip-aliased': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    },
  };
}

function refuse(message: string, args: readonly string[]): UsageError {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1];
  const reason =
    unknown === undefined
      ? message.replace(/^./, (first) => first.toLowerCase())
      : `unknown argument ${unknown}`;
  const commands = errands.map(({ usage }) => errandName(usage)).join(', ');
  const errand = findErrand(args[0]);
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
