import type { Ending } from '../retries/attempt.ts';
import { describeCalled } from '../retries/called.ts';
import type { ReportedShape, RetryReport } from '../retries/report.ts';
import { colorsFor, type Look } from './look.ts';
import { printable } from './printable.ts';
import { lengthOfAnswers, renderAnswers } from './retry-answers.ts';

/** How many rows are shown; calls that went alike are one row. */
const MAX_ROWS = 10;
/** Below, a call takes two lines. */
const TABLE_WIDTH = 72;
const ANSWERS = 'Answers and waits';
const ENDING_WIDTH = 'succeeded'.length;

/** A shape and its first call's name. */
interface Row {
  readonly shape: ReportedShape;
  readonly name: string;
  /** How many other things calls of the shape asked for, in words; empty for none. */
  readonly others: string;
}

/**
 * Calls that went alike, in one row: how each attempt was answered, how long their clients waited, how they ended. Those
 * that were given up early first, then those with the most attempts.
 */
export function renderShapes(report: RetryReport, look: Look): string[] {
  const { dim } = colorsFor(look.color);
  const { shapes, otherShapes, callsForgotten } = report;
  const shown = nameAll(shapes).slice(0, MAX_ROWS);
  const rows = look.width < TABLE_WIDTH ? renderNarrow(shown, look) : renderTable(shown, look);
  const hidden = shapes.slice(MAX_ROWS);
  const more = hidden.reduce((sum, { calls }) => sum + calls, otherShapes.calls);
  const isDamaged = shown.some(({ shape }) => shape.first.attempts.some(({ damaged }) => damaged));
  const isEarly = shapes.some(({ first }) => first.gaveUpEarly);
  const notes = [
    ...(more > 0
      ? [`and ${count(more, 'other call')} in ${count(hidden.length + otherShapes.shapes, 'other way')}`]
      : []),
    ...(isEarly ? ['early: the retry quota was spent'] : []),
    ...(isDamaged ? ['! cut off, or no readable answer'] : []),
    ...(callsForgotten > 0 ? [`no longer kept: ${count(callsForgotten, 'earlier call')}`] : []),
  ];
  return [...rows, ...notes.map((note) => dim(cut(note, look.width)))];
}

/** How it ended, and for how many calls where there are more than one. */
function describeEnding({ shape: { first, calls } }: Row): { ending: string; times: string } {
  return {
    ending: first.gaveUpEarly ? 'gave up early' : first.ending,
    times: calls > 1 ? ` ×${calls}` : '',
  };
}

function renderEnding(row: Row, color: boolean): string {
  const { ending, times } = describeEnding(row);
  return colorOfEnding(row.shape.first.ending, color)(ending) + times;
}

function endingWidthOf(rows: readonly Row[]): number {
  const widths = rows.map(describeEnding).map(({ ending, times }) => ending.length + times.length);
  return Math.max(ENDING_WIDTH, ...widths);
}

/** `3`, or `1/3` where the client would have tried three times. */
function describeAttempts({ shape: { first } }: Row): string {
  return first.gaveUpEarly ? `${first.attemptCount}/${first.maxAttempts}` : String(first.attemptCount);
}

/** One line a shape: `    3  GetStages a1b2c3d4e5  429 +34ms 429 +71ms 200  succeeded`. */
function renderTable(rows: readonly Row[], { width, color }: Look): string[] {
  const { dim } = colorsFor(color);
  const room = width - 'Attempts'.length - endingWidthOf(rows) - 6;
  const longestName = Math.max('Call'.length, ...rows.map(({ name, others }) => name.length + others.length));
  const longestAnswers = Math.max(ANSWERS.length, ...rows.map(({ shape }) => lengthOfAnswers(shape)));
  const nameWidth = Math.min(longestName, Math.max(Math.floor(room * 0.45), room - longestAnswers));
  const answerWidth = Math.min(longestAnswers, room - nameWidth);
  const heading = ['Attempts', 'Call'.padEnd(nameWidth), ANSWERS.padEnd(answerWidth), 'Ended'];
  const lines = rows.map((row) =>
    [
      describeAttempts(row).padStart('Attempts'.length),
      cutName(row, nameWidth),
      renderAnswers(row.shape, answerWidth, color),
      renderEnding(row, color),
    ].join('  '),
  );
  return [dim(heading.join('  ')), ...lines];
}

/** Two lines a shape: how often and what, then the answers. */
function renderNarrow(rows: readonly Row[], { width, color }: Look): string[] {
  const endingWidth = endingWidthOf(rows);
  return rows.flatMap((row) => {
    const attempts = `${describeAttempts(row)}x `;
    const name = cutName(row, width - attempts.length - endingWidth - 2);
    return [
      `${attempts}${name}  ${renderEnding(row, color)}`,
      `   ${renderAnswers(row.shape, width - 3, color).trimEnd()}`,
    ];
  });
}

function cutName({ name, others }: Row, width: number): string {
  return (cut(name, Math.max(1, width - others.length)) + others).padEnd(width);
}

/** What was called first; without the region where that is the same for all of them. */
function nameAll(shapes: readonly ReportedShape[]): Row[] {
  const isOneRegion = new Set(shapes.map(({ first }) => first.region)).size === 1;
  return shapes.map((shape) => {
    const called = isOneRegion ? { ...shape.first, region: undefined } : shape.first;
    const others = shape.targets > 1 ? ` +${shape.targets - 1} more` : '';
    return { shape, name: printable(describeCalled(called)), others };
  });
}

function colorOfEnding(ending: Ending, color: boolean): (text: string) => string {
  const { green, red } = colorsFor(color);
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
