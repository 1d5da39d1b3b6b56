import { cpus } from 'node:os';
import { type Cell, meets, type Row } from './row.ts';
import { type Build, passedVariables } from './settings.ts';
import { peers } from './tapes.ts';

/** The table, with the columns aligned: Markdown that is read on a terminal, too. */
export function renderTable(rows: readonly Row[], builds: readonly Build[]): string {
  const labels = [...builds.map(({ label }) => label), ...peers];
  const lines = [['row', 'target', ...labels, 'bare'], ...rows.map((row) => lineOf(row, builds))];
  const widths = lines.reduce<number[]>(
    (most, line) => line.map((text, n) => Math.max(text.length, most[n] ?? 0)),
    [],
  );
  const drawn = lines.map((line) => `| ${line.map((text, n) => text.padEnd(widths[n] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [...drawn.slice(0, 1), rule, ...drawn.slice(1)].join('\n');
}

function lineOf(row: Row, builds: readonly Build[]): string[] {
  const { name, target, unit, bare, cells } = row;
  const wanted = 'atMost' in target ? `≤ ${show(target.atMost, unit)}` : `≥ ${show(target.atLeast, unit)}`;
  const own = builds.map(({ label }) => {
    const cell = cells.get(label);
    return `${meets(row, label) ? '✔' : '✘'} ${cell === undefined ? 'failed' : showCell(cell, unit)}`;
  });
  const others = peers.map((peer) => {
    const cell = cells.get(peer);
    // A peer's figure is a ratio to bare in every row.
    return cell === undefined ? '-' : showCell({ figure: cell.ratio ?? cell.figure }, '');
  });
  return [name, wanted, ...own, ...others, bare];
}

function showCell({ figure, ratio }: Cell, unit: Row['unit']): string {
  const { median, low, high } = figure;
  const spread = `${show(median, unit)} (${show(low, '')}..${show(high, '')})`;
  return ratio === undefined ? spread : `${spread}, ${show(ratio.median, '')} of bare`;
}

function show(value: number, unit: Row['unit']): string {
  const text = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
  return `${text}${unit}`;
}

/** What a full run leaves behind. `load`: the load average before it. */
export function renderResults(
  rows: readonly Row[],
  builds: readonly Build[],
  { took, load }: { readonly took: number; readonly load: number },
): string {
  const [processor] = cpus();
  return `# Results of \`npm run bench\`

${new Date().toISOString().slice(0, 10)}, ${processor?.model.trim()}, ${cpus().length} cores, Node ${process.version}, \
${(took / 60_000).toFixed(1)} minutes; ${load.toFixed(1)} processes wanted a processor before it began\
${passedVariables.length > 0 ? `, ${passedVariables.join(' and ')} passed` : ''}.

${renderTable(rows, builds)}

Each figure is the median of the rounds, with their quartiles behind it. It is the ratio to a bare program that runs in the same
round, unless it is counted in calls a second; \`bare\` is what that program gave. \`-\`: the peer cannot do it.

- 1, 2: the whole time of a process; bare is \`node -e 0\`. All processes have an empty home, and no variables but \`PATH\` and
  those that \`BENCH_PASS\` names: \`NODE_EXTRA_CA_CERTS\`, for one, makes every start longer and so the ratio smaller.
- 3: from the start of the process until the first answer is there and right, on a fresh connection. The bare server, here
  and below, is \`node:http\` with a \`Map\` of the same answers, head and body; it reads them from one JSON file.
- 4: 32 calls at once, each for an API of its own that lies in a file of its own, in the system's cache. 4a: 10,000 of them
  after 3,000 others; 4b: what a fresh process answers in its first second of load. talkback reads all its files at the start.
- 5, 6: 32 calls at once, all keys asked for before; ten keys a file. What is sent is what the AWS SDK for JavaScript v3 sends.
  The load's processor is kept awake: to wake it would cost the slower server alone.
- 7: resident memory of a fresh process that has served each key twice.
- 8: 32 signed calls at once, each for an API of its own; the recordings are looked at in the end. Bare is a \`node:http\` proxy
  with an agent that keeps connections. All are in front of a stand-in for the service.

Run it with \`npm run build && npm run bench\`. \`BENCH_ROWS='^[56]'\` runs some rows, \`BENCH_ROUNDS\` and \`BENCH_SECONDS\` set how
often and how long, and \`BENCH_BUILDS=before,after\` compares the builds in these checkouts; the last one is what the targets are for.
`;
}
