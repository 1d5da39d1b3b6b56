import pc from 'picocolors';
import type { Ending } from '../retries/attempt.ts';
import { describeCalled } from '../retries/called.ts';
import type { ReportedAttempt, ReportedCall, RetryReport } from '../retries/report.ts';
import { formatDuration } from './duration.ts';
import { printable } from './printable.ts';
import { renderTimeline } from './timeline-chart.ts';

/** How a report is to look. */
export interface Look {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

/** How many calls are shown. */
const MAX_ROWS = 10;
const MIN_WIDTH = 40;
const MAX_WIDTH = 120;
/** Below, a call takes two lines. */
const TABLE_WIDTH = 72;
const ANSWERS = 'Answers and waits';
const ENDING_WIDTH = 'succeeded'.length;

/** A retry report for a terminal: totals, the calls that were tried again or did not succeed, attempts over time. */
export function renderRetryReport(report: RetryReport, { width, color }: Look): string {
  const { totals } = report;
  if (totals.calls === 0) return 'Retries: no call came through restage.\n';
  const look: Look = { width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)), color };
  const calls = report.calls.filter(({ attemptCount, ending }) => attemptCount > 1 || ending !== 'succeeded');
  const blocks = [renderSummary(report, look)];
  if (calls.length > 0) blocks.push(renderCalls(calls, report, look));
  if (calls.length > 0 && totals.attempts > 1) blocks.push(renderTimeline(report.timeline, look));
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function renderSummary({ totals, waits, peakPerSecond }: RetryReport, { width, color }: Look): string[] {
  const { bold, dim, green, red, yellow } = pc.createColors(color);
  const parts = [
    `${bold('Retries:')} ${count(totals.calls, 'call')}`,
    count(totals.attempts, 'attempt'),
    ...(totals.faultedAttempts > 0 ? [yellow(`${totals.faultedAttempts} faulted`)] : []),
    ...some(totals.succeeded, 'succeeded', green),
    ...some(totals.gaveUp, 'gave up', red),
    ...some(totals.failed, 'failed', red),
    ...some(totals.abandoned, 'abandoned', red),
  ];
  const waited =
    waits === undefined
      ? [dim('nothing was tried again')]
      : [
          dim(`waits ${formatDuration(waits.shortestMs)} to ${formatDuration(waits.longestMs)}`),
          dim(`median ${formatDuration(waits.medianMs)}`),
          dim(`at most ${count(peakPerSecond, 'attempt')} in a second`),
        ];
  return [...fill(parts, width), ...fill(waited, width)];
}

/** The parts with commas between them, in as few lines as they need. */
function fill(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line}, ${part}`;
    if (line !== '' && visibleLength(longer) >= width) {
      lines.push(`${line},`);
      line = `  ${part}`;
    } else line = longer;
  }
  return [...lines, line];
}

function renderCalls(calls: readonly ReportedCall[], report: RetryReport, look: Look): string[] {
  const { dim } = pc.createColors(look.color);
  const shown = calls.slice(0, MAX_ROWS);
  const rows = look.width < TABLE_WIDTH ? renderNarrow(shown, look) : renderTable(shown, look);
  const { retried, succeeded } = report.totals;
  // Those that are not in the report may have been retried or not; as many as there are for sure.
  const more = Math.max(retried, report.totals.calls - succeeded, calls.length) - shown.length;
  const notes = [
    ...(more > 0
      ? [`and ${report.callsLeftOut > 0 ? 'at least ' : ''}${count(more, 'other call')} like these`]
      : []),
    ...(shown.some(({ attempts }) => attempts.some(({ damaged }) => damaged))
      ? ['! cut off, or no readable answer']
      : []),
    ...(report.callsForgotten > 0 ? [`no longer kept: ${count(report.callsForgotten, 'earlier call')}`] : []),
  ];
  return [...rows, ...notes.map((note) => dim(note))];
}

/** One line a call: `    3  GetStages a1b2c3d4e5  429 +34ms 429 +71ms 200  succeeded`. */
function renderTable(calls: readonly ReportedCall[], { width, color }: Look): string[] {
  const { dim } = pc.createColors(color);
  const names = describeAll(calls);
  const room = width - 'Attempts'.length - ENDING_WIDTH - 6;
  const longestName = Math.max('Call'.length, ...names.map((name) => name.length));
  const longestAnswers = Math.max(ANSWERS.length, ...calls.map((call) => lengthOf(piecesOf(call))));
  const nameWidth = Math.min(longestName, Math.max(Math.floor(room * 0.45), room - longestAnswers));
  const answerWidth = Math.min(longestAnswers, room - nameWidth);
  const heading = ['Attempts', 'Call'.padEnd(nameWidth), ANSWERS.padEnd(answerWidth), 'Ended'];
  const rows = calls.map((call, i) =>
    [
      String(call.attemptCount).padStart('Attempts'.length),
      cut(names[i] ?? '', nameWidth).padEnd(nameWidth),
      renderAnswers(call, answerWidth, color),
      colorOfEnding(call.ending, color)(call.ending),
    ].join('  '),
  );
  return [dim(heading.join('  ')), ...rows];
}

/** Two lines a call: how often and what, then the answers. */
function renderNarrow(calls: readonly ReportedCall[], { width, color }: Look): string[] {
  const names = describeAll(calls);
  return calls.flatMap((call, i) => {
    const attempts = `${call.attemptCount}x `;
    const nameWidth = width - attempts.length - ENDING_WIDTH - 2;
    const name = cut(names[i] ?? '', nameWidth).padEnd(nameWidth);
    const ending = colorOfEnding(call.ending, color)(call.ending);
    return [`${attempts}${name}  ${ending}`, `   ${renderAnswers(call, width - 3, color).trimEnd()}`];
  });
}

/** What was called; without the region where that is the same for all of them. */
function describeAll(calls: readonly ReportedCall[]): string[] {
  const isOneRegion = new Set(calls.map(({ region }) => region)).size === 1;
  return calls.map((call) => printable(describeCalled(isOneRegion ? { ...call, region: undefined } : call)));
}

/** `429 +34ms 429 +71ms 200`, as wide as it is told to be; of too many, the first ones and the last. */
function renderAnswers(call: ReportedCall, width: number, color: boolean): string {
  let kept = call.attempts.length;
  while (kept > 1 && lengthOf(piecesOf(call, kept)) > width) kept -= 1;
  const pieces = piecesOf(call, kept);
  const padding = ' '.repeat(Math.max(0, width - lengthOf(pieces)));
  return pieces.map(({ text, attempt }) => colorOfAnswer(attempt, color)(text)).join(' ') + padding;
}

/** The answers and the waits between them: all, or so many with the last. Of very many, the report itself lacks the last. */
function piecesOf({ attempts, attemptCount }: ReportedCall, kept = attempts.length): Piece[] {
  const all = attempts.map(describeAttempt);
  const isWhole = all.length === attemptCount;
  if (kept === all.length && isWhole) return all.flat();
  return [...all.slice(0, kept - 1).flat(), { text: '…' }, ...(isWhole ? (all.at(-1) ?? []) : [])];
}

/** A part of a line: an answer, or a wait. */
interface Piece {
  readonly text: string;
  readonly attempt?: ReportedAttempt;
}

function describeAttempt(attempt: ReportedAttempt): Piece[] {
  const { status, damaged, waitMs } = attempt;
  const answer = { text: `${status === 0 ? 'none' : status}${damaged && status !== 0 ? '!' : ''}`, attempt };
  return waitMs === undefined ? [answer] : [{ text: `+${formatDuration(waitMs)}` }, answer];
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((length, { text }) => length + text.length + 1, -1);
}

type Paint = (text: string) => string;

function colorOfAnswer(attempt: ReportedAttempt | undefined, color: boolean): Paint {
  const colors = pc.createColors(color);
  if (attempt === undefined) return colors.dim;
  if (attempt.outcome === 'faulted') return colors.yellow;
  return attempt.status >= 200 && attempt.status < 300 ? colors.green : colors.red;
}

function colorOfEnding(ending: Ending, color: boolean): Paint {
  const { green, red } = pc.createColors(color);
  return ending === 'succeeded' ? green : red;
}

function some(n: number, what: string, paint: Paint): string[] {
  return n === 0 ? [] : [paint(`${n} ${what}`)];
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function visibleLength(text: string): number {
  return text.replace(/\x1b\[\d+m/g, '').length;
}
