import type { RetryReport } from '../retries/report.ts';
import { formatDuration } from './duration.ts';
import { colorsFor, type Look } from './look.ts';
import { printable } from './printable.ts';
import { count, cut, renderShapes } from './retry-table.ts';
import { renderTimeline } from './timeline-chart.ts';

/** How many rules are named. */
const MAX_RULES = 3;
/** In characters, of a rule's name. */
const MAX_RULE = 40;
const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

/** A retry report for a terminal: totals, the calls that were tried again or did not succeed, attempts over time. */
export function renderRetryReport(report: RetryReport, { width, color }: Look): string {
  const { totals } = report;
  if (totals.calls === 0) return 'Retries: no call came through restage.\n';
  const look: Look = { width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)), color };
  const blocks = [renderSummary(report, look)];
  if (report.shapes.length > 0) blocks.push(renderShapes(report, look));
  if (report.shapes.length > 0 && totals.attempts > 1) blocks.push(renderTimeline(report.timeline, look));
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function renderSummary(
  { totals, faults, waits, peakPerSecond }: RetryReport,
  { width, color }: Look,
): string[] {
  const { bold, dim, green, red, yellow } = colorsFor(color);
  const parts = [
    `${bold('Retries:')} ${count(totals.calls, 'call')}`,
    count(totals.attempts, 'attempt'),
    ...(totals.faultedAttempts > 0 ? [yellow(`${totals.faultedAttempts} faulted`)] : []),
    ...some(totals.succeeded, 'succeeded', green),
    ...some(totals.gaveUp, totals.gaveUpEarly > 0 ? `gave up (${totals.gaveUpEarly} early)` : 'gave up', red),
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
  const lists = [parts, describeFaults(faults).map(yellow), waited].filter((list) => list.length > 0);
  return lists.flatMap((list) => fill(list, width));
}

/** `faulted by quota 58`, and up to two more rules. */
function describeFaults(faults: RetryReport['faults']): string[] {
  const parts = faults
    .slice(0, MAX_RULES)
    .map(({ rule, attempts }) => `${printable(cut(rule, MAX_RULE))} ${attempts}×`);
  const [first, ...others] = faults.length > MAX_RULES ? [...parts, 'and others'] : parts;
  return first === undefined ? [] : [`faulted by ${first}`, ...others];
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

function some(n: number, what: string, paint: (text: string) => string): string[] {
  return n === 0 ? [] : [paint(`${n} ${what}`)];
}

function visibleLength(text: string): number {
  return text.replace(/\x1b\[\d+m/g, '').length;
}
