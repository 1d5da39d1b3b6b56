import { type Mode, modes } from '../sessions/mode.ts';
import { type Option, options } from '../settings/options.ts';
import { type Errand, errands, findErrand } from './errands.ts';

const modeDescriptions: Readonly<Record<Mode, string>> = {
  record: 'forward to the real endpoint, and store',
  replay: 'answer from the cassette; no connection to anywhere',
  auto: 'replay what is recorded, record what is not',
  passthrough: 'forward, store nothing: faults against the real endpoint',
};

/** One line of a list, and what it says. */
type Row = readonly [name: string, describes: string];

const general: readonly Row[] = [
  ['    --version', 'show the version'],
  ['-h, --help', 'show this'],
];
const MAX_WIDTH = 100;
const MIN_DESCRIPTION = 30;

/** What `--help` shows: of the command that the arguments name, or of all. `width`: the terminal's, in characters. */
export function renderHelp(args: readonly string[], width: number): string {
  const lineWidth = Math.min(MAX_WIDTH, width);
  const mode = modes.find((known) => known === args[0]);
  const errand = findErrand(args[0]);
  const blocks =
    errand !== undefined
      ? helpOfErrand(errand, lineWidth)
      : mode !== undefined
        ? helpOfMode(mode, lineWidth)
        : helpOfAll(lineWidth);
  return `${blocks.join('\n\n')}\n`;
}

function helpOfAll(width: number): string[] {
  const commands: Row[] = [
    ...modes.map((mode): Row => [`restage ${mode}`, modeDescriptions[mode]]),
    ...errands.map(({ usage, describes }): Row => [`restage ${usage}`, describes]),
  ];
  return [
    'Records, replays and breaks Amazon API Gateway GetStages calls.',
    'Usage: restage <mode> [options] [-- command …]',
    list('Commands:', commands, width),
    list('Options:', optionRows(options), width),
    breakLines(
      'Without a command, restage listens until it is stopped. With one, it stops with it.',
      width,
    ).join('\n'),
  ];
}

function helpOfMode(mode: Mode, width: number): string[] {
  return [
    `restage ${mode} [options] [-- command …]`,
    modeDescriptions[mode],
    list('Options:', optionRows(options), width),
  ];
}

function helpOfErrand({ usage, describes, options: own }: Errand, width: number): string[] {
  return [`restage ${usage}`, describes, list('Options:', optionRows(own), width)];
}

function optionRows(known: readonly Option[]): Row[] {
  const rows = known.map(({ name, alias, valueName, describes, default: preset, isPersonal }): Row => {
    const short = alias === undefined ? '   ' : `-${alias},`;
    const notes = [
      ...(preset === undefined ? [] : [`[default: ${preset}]`]),
      ...(isPersonal ? ['[not from a config file]'] : []),
    ];
    return [
      [short, `--${name}`, ...(valueName === undefined ? [] : [valueName])].join(' '),
      [describes, ...notes].join(' '),
    ];
  });
  return [...rows, ...general];
}

/** A title, and the rows beneath it in two columns; the second is broken at blanks. */
function list(title: string, rows: readonly Row[], width: number): string {
  const first = Math.max(...rows.map(([name]) => name.length)) + 4;
  const rest = Math.max(MIN_DESCRIPTION, width - first);
  const lines = rows.flatMap(([name, describes]) =>
    breakLines(describes, rest).map(
      (line, index) => `${(index === 0 ? `  ${name}` : '').padEnd(first)}${line}`,
    ),
  );
  return [title, ...lines].join('\n');
}

function breakLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
