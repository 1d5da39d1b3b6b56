import { Parser } from 'yargs/helpers';
import { UsageError } from '../errors.ts';
import { nearestName } from '../known-names.ts';
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
  if (separator >= 0 && command.length === 0) throw usageError("no command comes after '--'", COMMANDS);
  if (command.length > 0 && request.mode === undefined)
    throw usageError(`'${request.errand.usage}' runs no command`, remedyOf(request.errand));
  return request;
}

function parseOwn(own: readonly string[], command: readonly string[]): Request {
  // A mode's options are none that other commands know; its name may stand behind some of them.
  const isMode = modes.some((mode) => mode === own[0]);
  const errand = isMode ? undefined : (findErrand(own[0]) ?? findErrand(firstWord(own)));
  const known = errand?.options ?? options;
  const { argv, error } = Parser.detailed([...own], describeOptions(known));
  if (error !== null && error !== undefined) {
    const reason = error.message.replace(/^./, (first) => first.toLowerCase()).replace(/\.$/, '');
    throw usageError(reason, remedyOf(errand));
  }
  const { _: words, ...flags } = argv;
  const stray = Object.keys(flags).find((flag) => !known.some((option) => option.name === flag));
  if (stray !== undefined) throw unknownOption(stray, known, errand);
  const [name, ...rest] = words.map(String);
  if (name === undefined) throw usageError('a mode is missing', COMMANDS);
  if (errand !== undefined) return { errand, flags: { ...flags, ...readPositionals(errand, rest) } };
  const mode = modes.find((known) => known === name);
  if (mode === undefined) throw unknownWord(name, [...modes, ...errandNames]);
  const [surplus] = rest;
  if (surplus !== undefined) throw unknownWord(surplus, []);
  return { mode, flags, command };
}

/** The first word that is no option, nor what one takes. */
function firstWord(own: readonly string[]): string | undefined {
  const [word] = Parser([...own], describeOptions([...options, ...controlOptions]))._;
  return word === undefined ? undefined : String(word);
}

/** What stands behind an errand's name, by the names in its usage: `<needed>` and `[optional]`. */
function readPositionals(errand: Errand, words: readonly string[]): Values {
  const { usage } = errand;
  const known = [...usage.matchAll(/[<[](\w+)[>\]]/g)];
  const missing = known.slice(words.length).find(([text]) => text.startsWith('<'));
  if (missing !== undefined) throw usageError(`${missing[1]} is missing`, remedyOf(errand));
  const surplus = words[known.length];
  if (surplus !== undefined) throw usageError(`unknown argument ${surplus}`, remedyOf(errand));
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

/** An option that is not known, as it was most likely typed. */
function unknownOption(name: string, known: readonly Option[], errand: Errand | undefined): UsageError {
  const typed = name.length === 1 ? `-${name}` : `--${name}`;
  const names = known.map((option) => `--${option.name}`);
  const nearest = nearestName(typed, names);
  const question = nearest === undefined ? '' : `Did you mean '${nearest}'? `;
  return usageError(`unknown option ${typed}`, `${question}${remedyOf(errand)}`);
}

/** A word that is neither a mode nor another command, or one too many. */
function unknownWord(word: string, known: readonly string[]): UsageError {
  const nearest = nearestName(word, known);
  const question = nearest === undefined ? '' : `Did you mean '${nearest}'? `;
  return usageError(`unknown argument ${word}`, `${question}${COMMANDS}`);
}

const errandNames = errands.map(({ usage }) => errandName(usage));
const COMMANDS = `Modes are ${modes.join(', ')}, and a command comes after '--'; other commands are ${errandNames.join(', ')}: see 'restage --help'`;

/** What can be written instead. */
function remedyOf(errand: Errand | undefined): string {
  const names = (known: readonly Option[]) => known.map(({ name }) => `--${name}`).join(', ');
  if (errand === undefined) return `Modes are ${modes.join(', ')}; options are ${names(options)}`;
  return `Write 'restage ${errand.usage}'; its options are ${names(errand.options) || 'none'}`;
}

function usageError(reason: string, remedy: string): UsageError {
  return new UsageError(`Cannot read the command line: ${reason}. ${remedy}.`);
}
