import pc from 'picocolors';
import type { Ending } from '../retries/attempt.ts';
import { describeCalled } from '../retries/called.ts';
import type { ReportedAttempt, ReportedCall, RetryReport } from '../retries/report.ts';
import { formatDuration } from './duration.ts';
import type { Look } from './look.ts';
import { printable } from './printable.ts';

/** How many rows are shown; calls that went alike are one row. */
const MAX_ROWS = 10;
/** Below, a call takes two lines. */
const TABLE_WIDTH = 72;
const ANSWERS = 'Answers and waits';
const ENDING_WIDTH = 'succeeded'.length;
/** Reports hold no more than a hundred calls. */
const TIMES_WIDTH = ' ×100'.length;

/** Calls that look alike in a table. */
interface Row {
  readonly call: ReportedCall;
  readonly name: string;
  times: number;
}

/** The calls, those with the most attempts first: how each was answered, how long its client waited, how it ended. */
export function renderCalls(calls: readonly ReportedCall[], report: RetryReport, look: Look): string[] {
  const { dim } = pc.createColors(look.color);
  const shown = joinAlike(calls).slice(0, MAX_ROWS);
  const rows = look.width < TABLE_WIDTH ? renderNarrow(shown, look) : renderTable(shown, look);
  const { retried, succeeded } = report.totals;
  // Those that are not in the report may have been retried or not; as many as there are for sure.
  const eventful = Math.max(retried, report.totals.calls - succeeded, calls.length);
  const more = shown.reduce((left, { times }) => left - times, eventful);
  const isDamaged = shown.some(({ call }) => call.attempts.some(({ damaged }) => damaged));
  const notes = [
    ...(more > 0
      ? [`and ${report.callsLeftOut > 0 ? 'at least ' : ''}${count(more, 'other call')} like these`]
      : []),
    ...(isDamaged ? ['! cut off, or no readable answer'] : []),
    ...(report.callsForgotten > 0 ? [`no longer kept: ${count(report.callsForgotten, 'earlier call')}`] : []),
  ];
  return [...rows, ...notes.map((note) => dim(note))];
}

/** One row for all calls that were the same, were answered alike and ended alike. */
function joinAlike(calls: readonly ReportedCall[]): Row[] {
  const names = describeAll(calls);
  const rows = new Map<string, Row>();
  calls.forEach((call, i) => {
    const name = names[i] ?? '';
    const key = JSON.stringify([
      name,
      call.attemptCount,
      piecesOf(call).map(({ text }) => text),
      call.ending,
    ]);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { call, name, times: 1 });
    else row.times += 1;
  });
  return [...rows.values()];
}

/** How it ended, and for how many calls where there are more than one. */
function renderEnding({ call: { ending }, times }: Row, color: boolean): string {
  return colorOfEnding(ending, color)(ending) + (times > 1 ? ` ×${times}` : '');
}

function endingWidthOf(rows: readonly Row[]): number {
  return ENDING_WIDTH + (rows.some(({ times }) => times > 1) ? TIMES_WIDTH : 0);
}

/** One line a call: `    3  GetStages a1b2c3d4e5  429 +34ms 429 +71ms 200  succeeded`. */
function renderTable(rows: readonly Row[], { width, color }: Look): string[] {
  const { dim } = pc.createColors(color);
  const room = width - 'Attempts'.length - endingWidthOf(rows) - 6;
  const longestName = Math.max('Call'.length, ...rows.map(({ name }) => name.length));
  const longestAnswers = Math.max(ANSWERS.length, ...rows.map(({ call }) => lengthOf(piecesOf(call))));
  const nameWidth = Math.min(longestName, Math.max(Math.floor(room * 0.45), room - longestAnswers));
  const answerWidth = Math.min(longestAnswers, room - nameWidth);
  const heading = ['Attempts', 'Call'.padEnd(nameWidth), ANSWERS.padEnd(answerWidth), 'Ended'];
  const lines = rows.map((row) =>
    [
      String(row.call.attemptCount).padStart('Attempts'.length),
      cut(row.name, nameWidth).padEnd(nameWidth),
      renderAnswers(row.call, answerWidth, color),
      renderEnding(row, color),
    ].join('  '),
  );
  return [dim(heading.join('  ')), ...lines];
}

/** Two lines a call: how often and what, then the answers. */
function renderNarrow(rows: readonly Row[], { width, color }: Look): string[] {
  const endingWidth = endingWidthOf(rows);
  return rows.flatMap((row) => {
    const attempts = `${row.call.attemptCount}x `;
    const nameWidth = width - attempts.length - endingWidth - 2;
    const name = cut(row.name, nameWidth).padEnd(nameWidth);
    return [
      `${attempts}${name}  ${renderEnding(row, color)}`,
      `   ${renderAnswers(row.call, width - 3, color).trimEnd()}`,
    ];
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

/** `1 call`, `2 calls`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** The beginning of a long text. */
export function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
