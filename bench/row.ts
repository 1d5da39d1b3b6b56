import { type Measured, ratiosOf, valuesOf } from './rounds.ts';
import type { Build } from './settings.ts';
import { type Summary, summarise } from './statistics.ts';

/** What a row's figure must be. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly target: Target;
  /** What the figures are counted in; nothing for a ratio. */
  readonly unit: '/s' | '';
  /** The bare side's own figure, in words. */
  readonly bare: string;
  /** By side; nothing where a side could not do it. */
  readonly cells: ReadonlyMap<string, Cell>;
}

export interface Cell {
  /** A ratio to bare, or calls a second where that is what the target is for. */
  readonly figure: Summary;
  /** The ratio to bare, where the figure is none. */
  readonly ratio?: Summary;
}

/** Rows that are measured together. */
export interface Group {
  readonly names: readonly string[];
  readonly measure: (builds: readonly Build[]) => Promise<Row[]>;
}

export interface RowOf<T> {
  readonly name: string;
  readonly target: Target;
  readonly measured: Measured<T>;
  readonly pick: (value: T) => number;
  /** Says the bare side's figure. */
  readonly describe: (value: number) => string;
  /** Whether the target is for the figure itself. */
  readonly isAbsolute?: boolean;
}

/** A row of what the sides gave. */
export function rowOf<T>({ name, target, measured, pick, describe, isAbsolute = false }: RowOf<T>): Row {
  const cells = new Map<string, Cell>();
  for (const label of measured.keys()) {
    const ratios = ratiosOf(measured, label, pick);
    if (label === 'bare' || ratios.length === 0) continue;
    const ratio = summarise(ratios);
    cells.set(
      label,
      isAbsolute ? { figure: summarise(valuesOf(measured, label, pick)), ratio } : { figure: ratio },
    );
  }
  const bare = describe(summarise(valuesOf(measured, 'bare', pick)).median);
  return { name, target, unit: isAbsolute ? '/s' : '', bare, cells };
}

/** Whether a side's figure is what it must be; one that is not there is not. */
export function meets({ target, cells }: Row, label: string): boolean {
  const median = cells.get(label)?.figure.median;
  if (median === undefined) return false;
  return 'atMost' in target ? median <= target.atMost : median >= target.atLeast;
}

export function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en-US')}/s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
