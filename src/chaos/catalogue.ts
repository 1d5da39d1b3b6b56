import * as z from 'zod';
import { countingRules } from './counting.ts';
import type { Documented } from './documented.ts';
import { faultKinds } from './fault.ts';
import type { FaultKind } from './fault-kind.ts';
import { inputSchema } from './input-schema.ts';
import { presets, type QuotaPreset, quotaPresets } from './preset.ts';
import { scheduleDocs } from './schedule-settings.ts';
import { scopeDocs } from './scope-parameters.ts';

/** One thing that a rule or a file may say. */
export interface CatalogueEntry extends Documented {
  readonly name: string;
}

/** A kind, and what it takes besides scope and schedule. */
export interface KindEntry extends CatalogueEntry {
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly describes: string }>;
}

/** A preset, and the rules that it is made of. */
export interface PresetEntry extends CatalogueEntry {
  readonly faults: readonly string[];
}

/** A quota, and the limits of single operations in it. */
export interface QuotaEntry extends CatalogueEntry, Pick<QuotaPreset, 'limits'> {
  /** The rule for all operations together. */
  readonly common: string;
  /** The rule of one operation, for all of these to be imagined. */
  readonly single: string;
}

/** Everything there is to say about faults. */
export interface Catalogue {
  readonly kinds: readonly KindEntry[];
  readonly scopes: readonly CatalogueEntry[];
  readonly schedules: readonly CatalogueEntry[];
  readonly presets: readonly PresetEntry[];
  readonly quotas: readonly QuotaEntry[];
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
      // They stand with the present name.
      parameters: kind.newName === undefined ? describeParameters(kind) : [],
    })),
    scopes: list(scopeDocs),
    schedules: list(scheduleDocs),
    presets: list(presets),
    quotas: list(quotaPresets).map(describeQuota),
    counting: Object.values(countingRules),
  };
}

/** A rule of this kind, as text. A kind that takes no parameters needs to name none. */
export function exampleOf(name: string, kind: FaultKind & Partial<Documented>): string {
  return kind.example ?? name;
}

/** Its rules are many and all alike: two stand for them. */
function describeQuota({ faults, ...quota }: QuotaPreset & { readonly name: string }): QuotaEntry {
  const [common = '', ...singles] = faults;
  return { ...quota, common, single: singles.find((rule) => !rule.includes('v2.')) ?? common };
}

function describeParameters(kind: FaultKind): KindEntry['parameters'] {
  const properties = z
    .record(z.string(), z.looseObject({ description: z.string().default('') }))
    .parse(inputSchema(z.object(kind.parameters)).properties);
  return Object.entries(properties).map(([name, { description }]) => ({ name, describes: description }));
}

function list<T extends Documented>(table: Readonly<Record<string, T>>): ({ readonly name: string } & T)[] {
  return Object.entries(table).map(([name, entry]) => ({ name, ...entry }));
}
