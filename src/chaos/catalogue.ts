import { countingRules } from './counting.ts';
import type { Documented } from './documented.ts';
import { faultKinds } from './fault.ts';
import type { FaultKind } from './fault-kind.ts';
import { presets, quotaPresets } from './preset.ts';
import { scheduleDocs } from './schedule-settings.ts';
import { scopeDocs } from './scope.ts';

/** One thing that a rule or a file may say. */
export interface CatalogueEntry extends Documented {
  readonly name: string;
  /** The names that a kind takes besides scope and schedule, or the rules of a preset. */
  readonly details: readonly string[];
}

/** Everything there is to say about faults. */
export interface Catalogue {
  readonly kinds: readonly CatalogueEntry[];
  readonly scopes: readonly CatalogueEntry[];
  readonly schedules: readonly CatalogueEntry[];
  readonly presets: readonly CatalogueEntry[];
  readonly quotas: readonly CatalogueEntry[];
  /** What a rule counts, a sentence each. */
  readonly counting: readonly string[];
}

/** What `restage faults` lists, from the very tables that rules are read by. */
export function describeFaults(): Catalogue {
  return {
    kinds: Object.entries(faultKinds).map(([name, kind]) => ({
      name,
      describes: kind.describes,
      example: exampleOf(name, kind),
      details: Object.keys(kind.parameters),
    })),
    scopes: list(scopeDocs, () => []),
    schedules: list(scheduleDocs, () => []),
    presets: list(presets, ({ faults }) => faults),
    quotas: list(quotaPresets, ({ faults }) => faults),
    counting: Object.values(countingRules),
  };
}

/** A rule of this kind, as text. A kind that takes no parameters needs to name none. */
export function exampleOf(name: string, kind: FaultKind & Partial<Documented>): string {
  return kind.example ?? name;
}

function list<T extends Documented>(
  table: Readonly<Record<string, T>>,
  detailsOf: (entry: T) => readonly string[],
): CatalogueEntry[] {
  return Object.entries(table).map(([name, entry]) => ({
    name,
    describes: entry.describes,
    example: entry.example,
    details: detailsOf(entry),
  }));
}
