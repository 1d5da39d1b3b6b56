import type { Columns } from '../retries/timeline.ts';
import { formatDuration } from './duration.ts';
import { colorsFor } from './look.ts';

const BLOCKS = ' ▁▂▃▄▅▆▇█';
const LABEL_WIDTH = 'answered '.length;

/** Attempts over time: a row of bars for those that were faulted, one for the others, on one scale. */
export function renderTimeline(
  timeline: Columns,
  { width, color }: { readonly width: number; readonly color: boolean },
): string[] {
  const { dim, green, yellow } = colorsFor(color);
  const { columnMs, answered, faulted } = join(timeline, width - LABEL_WIDTH - 1);
  const most = Math.max(...answered, ...faulted);
  const span = formatDuration(columnMs * answered.length);
  const row = (label: string, counts: readonly number[], paint: (text: string) => string): string[] =>
    counts.every((count) => count === 0)
      ? []
      : [`${label.padEnd(LABEL_WIDTH)}${paint(bars(counts, most).trimEnd())}`];
  return [
    dim(`Attempts over ${span}, up to ${most} in ${formatDuration(columnMs)}`),
    ...row('answered', answered, green),
    ...row('faulted', faulted, yellow),
  ];
}

/** Neighbouring columns added up, until there are no more than there is room for. */
function join({ from, columnMs, answered, faulted }: Columns, room: number): Columns {
  const factor = Math.max(1, Math.ceil(answered.length / room));
  const sum = (counts: readonly number[]): number[] => {
    const sums = new Array<number>(Math.ceil(counts.length / factor)).fill(0);
    counts.forEach((count, i) => {
      const place = Math.floor(i / factor);
      sums[place] = (sums[place] ?? 0) + count;
    });
    return sums;
  };
  return { from, columnMs: columnMs * factor, answered: sum(answered), faulted: sum(faulted) };
}

/** One block a count; what is not nothing is never drawn as nothing. */
function bars(counts: readonly number[], most: number): string {
  return counts.map((count) => BLOCKS[Math.ceil((count / most) * 8)]).join('');
}
