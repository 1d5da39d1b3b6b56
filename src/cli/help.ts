import { type Mode, type ModeNeeds, modeNeeds, modes } from '../sessions/mode.ts';
import { type Option, type OptionGroup, options } from '../settings/options.ts';
import { type Errand, errands, findErrand } from './errands.ts';

const modeDescriptions: Readonly<Record<Mode, string>> = {
  record: 'forward to the real endpoint, and store',
  replay: 'answer from the cassette; no connection to anywhere',
  auto: 'replay what is recorded, record what is not',
  passthrough: 'forward, store nothing: faults against the real endpoint',
};

/** What the options of a mode are about, in this order. */
const groupTitles: Readonly<Record<OptionGroup, string>> = {
  recordings: 'What to record and replay',
  upstream: 'Where to forward',
  callers: 'Who may call',
  faults: 'Faults',
  output: 'Output',
};

const recordingTitles: Readonly<Record<Mode, string>> = {
  record: 'What to record',
  replay: 'What to replay',
  auto: 'What to replay and record',
  passthrough: '',
};

/** Which modes have an option that only some have. */
const abilities: Readonly<Record<NonNullable<Option['needs']>, (needs: ModeNeeds) => boolean>> = {
  upstream: ({ upstream }) => upstream,
  recordings: ({ recordings }) => recordings,
  playing: ({ recordings, recorder }) => recordings && recorder !== 'anew',
  recording: ({ recorder }) => recorder !== undefined,
};

const examples: Readonly<Record<Mode, readonly [string, string]>> = {
  record: [
    'restage record -c mine -- aws apigateway get-stages --rest-api-id a1b2c3d4e5',
    'restage record -c mine --profile staging -- npm test',
  ],
  replay: [
    'restage replay -c mine -- npm test',
    "restage replay -c mine --fault throttle,first=2 --expect 'attempts<=3' -- npm test",
  ],
  auto: [
    'restage auto -c mine -- npm test',
    'restage auto -c mine --upstream http://127.0.0.1:4566 -- npm test',
  ],
  passthrough: [
    "restage passthrough --quota aws --expect 'all succeed' -- npm test",
    'restage passthrough --preset brownout -- npm test',
  ],
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
    'Records, replays and breaks calls to the control plane of Amazon API Gateway.',
    'Usage: restage <mode> [options] [-- command …]',
    list('Commands:', commands, width),
    ...grouped(options, groupTitles, width),
    breakLines(
      "Without a command, restage listens until it is stopped. With one, it stops with it. 'restage <command> --help' shows what that command has.",
      width,
    ).join('\n'),
  ];
}

function helpOfMode(mode: Mode, width: number): string[] {
  const titles = { ...groupTitles, recordings: recordingTitles[mode] };
  const own = options.filter(({ needs }) => needs === undefined || abilities[needs](modeNeeds[mode]));
  return [
    `restage ${mode} [options] [-- command …]`,
    modeDescriptions[mode],
    ...grouped(own, titles, width),
    ['Examples:', ...examples[mode].map((example) => `  ${example}`)].join('\n'),
  ];
}

/** A list for each group; one column for all of them. */
function grouped(
  own: readonly Option[],
  titles: Readonly<Record<OptionGroup, string>>,
  width: number,
): string[] {
  const groups = Object.keys(titles) as OptionGroup[];
  const rows = groups.map((name) => optionRows(own.filter(({ group }) => group === name)));
  const first = firstColumn([...rows.flat(), ...general]);
  return [
    ...groups.flatMap((name, i) => {
      const [title, of] = [titles[name], rows[i] ?? []];
      return of.length === 0 ? [] : [list(`${title}:`, of, width, first)];
    }),
    list('Besides:', general, width, first),
  ];
}

function helpOfErrand({ usage, describes, options: own }: Errand, width: number): string[] {
  return [`restage ${usage}`, describes, list('Options:', [...optionRows(own), ...general], width)];
}

function optionRows(known: readonly Option[]): Row[] {
  return known.map(({ name, alias, valueName, describes, default: preset, isPersonal }): Row => {
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
}

/** A title, and the rows beneath it in two columns; the second is broken at blanks. */
function list(title: string, rows: readonly Row[], width: number, first = firstColumn(rows)): string {
  const rest = Math.max(MIN_DESCRIPTION, width - first);
  const lines = rows.flatMap(([name, describes]) =>
    breakLines(describes, rest).map(
      (line, index) => `${(index === 0 ? `  ${name}` : '').padEnd(first)}${line}`,
    ),
  );
  return [title, ...lines].join('\n');
}

function firstColumn(rows: readonly Row[]): number {
  return Math.max(...rows.map(([name]) => name.length)) + 4;
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
