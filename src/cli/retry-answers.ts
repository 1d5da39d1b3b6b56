import type { WaitRange } from '../retries/call-shape.ts';
import type { ReportedAttempt, ReportedShape } from '../retries/report.ts';
import { formatDuration } from './duration.ts';
import { colorsFor } from './look.ts';

/** `429 +34ms 429 +71ms 200`, as wide as it is told to be; of too many, the first ones and the last. */
export function renderAnswers(shape: ReportedShape, width: number, color: boolean): string {
  let kept = shape.first.attempts.length;
  while (kept > 1 && lengthOf(piecesOf(shape, kept)) > width) kept -= 1;
  const pieces = piecesOf(shape, kept);
  const padding = ' '.repeat(Math.max(0, width - lengthOf(pieces)));
  return pieces.map(({ text, attempt }) => colorOfAnswer(attempt, color)(text)).join(' ') + padding;
}

/** The answers and the waits between them: all, or so many with the last. Of very many, the report itself lacks the last. */
function piecesOf(
  { first: { attempts, attemptCount }, waits }: ReportedShape,
  kept = attempts.length,
): Piece[] {
  const all = attempts.map((attempt, n) => describeAttempt(attempt, waits[n - 1]));
  const isWhole = all.length === attemptCount;
  if (kept === all.length && isWhole) return all.flat();
  return [...all.slice(0, kept - 1).flat(), { text: '…' }, ...(isWhole ? (all.at(-1) ?? []) : [])];
}

/** A part of a line: an answer, or a wait. */
interface Piece {
  readonly text: string;
  readonly attempt?: ReportedAttempt;
}

function describeAttempt(attempt: ReportedAttempt, wait: WaitRange | undefined): Piece[] {
  const { status, damaged } = attempt;
  const answer = { text: `${status === 0 ? 'none' : status}${damaged && status !== 0 ? '!' : ''}`, attempt };
  return wait === undefined ? [answer] : [{ text: `+${formatRange(wait)}` }, answer];
}

/** `34ms`, or `34ms-71ms` where calls that went alike waited differently. */
function formatRange({ shortestMs, longestMs }: WaitRange): string {
  const [shortest, longest] = [formatDuration(shortestMs), formatDuration(longestMs)];
  return shortest === longest ? shortest : `${shortest}-${longest}`;
}

/** In characters. */
export function lengthOfAnswers(shape: ReportedShape): number {
  return lengthOf(piecesOf(shape));
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((length, { text }) => length + text.length + 1, -1);
}

type Paint = (text: string) => string;

function colorOfAnswer(attempt: ReportedAttempt | undefined, color: boolean): Paint {
  const colors = colorsFor(color);
  if (attempt === undefined) return colors.dim;
  if (attempt.outcome === 'faulted') return colors.yellow;
  return attempt.status >= 200 && attempt.status < 300 ? colors.green : colors.red;
}
