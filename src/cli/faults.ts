import type { Catalogue, CatalogueEntry, KindEntry, PresetEntry, QuotaEntry } from '../chaos/catalogue.ts';
import { colorsFor } from './look.ts';

/** A line about something, and lines beneath it. */
interface Item {
  readonly name: string;
  readonly describes: string;
  readonly beneath: readonly string[];
}

/** `restage faults`. @returns the exit status. */
export async function runFaults(write: (text: string) => void, color: boolean): Promise<number> {
  // Worked out by the build, in the package: the tables need much that this command does not.
  const { describeFaults } = await import('../chaos/catalogue.ts');
  write(renderCatalogue(describeFaults(), color));
  return 0;
}

/** What `restage faults` prints: all there is to say about faults, with an example each. */
export function renderCatalogue(catalogue: Catalogue, color: boolean): string {
  const { bold, dim } = colorsFor(color);
  const sections: ReadonlyArray<readonly [title: string, items: readonly Item[]]> = [
    ['Kinds: what is done to a call', catalogue.kinds.map(ofKind)],
    ['Scope: to which calls', catalogue.scopes.map(ofEntry)],
    ['Schedule: when', catalogue.schedules.map(ofEntry)],
    ['Presets: --preset NAME', catalogue.presets.map(ofPreset)],
    ['Quotas: --quota NAME', catalogue.quotas.map(ofQuota)],
  ];
  const width = Math.max(...sections.flatMap(([, items]) => items.map(({ name }) => name.length)));
  const indent = ' '.repeat(width + 4);
  const rendered = sections.map(([title, items]) => {
    const lines = items.flatMap(({ name, describes, beneath }) => [
      `  ${name.padEnd(width)}  ${describes}`,
      ...beneath.map((line) => `${indent}${dim(line)}`),
    ]);
    return [bold(title), ...lines].join('\n');
  });
  const counting = [bold('What a rule counts'), ...catalogue.counting.map((line) => `  ${line}`)].join('\n');
  return `${[...rendered, counting].join('\n\n')}\n`;
}

function ofKind({ name, describes, example, parameters }: KindEntry): Item {
  const width = Math.max(0, ...parameters.map((parameter) => parameter.name.length)) + 1;
  const named = parameters.map(
    (parameter) => `${`${parameter.name}=`.padEnd(width)}  ${parameter.describes}`,
  );
  return { name, describes, beneath: [example, ...named] };
}

function ofEntry({ name, describes, example }: CatalogueEntry): Item {
  return { name, describes, beneath: [example] };
}

function ofPreset({ name, describes, faults }: PresetEntry): Item {
  return { name, describes, beneath: faults };
}

function ofQuota({ name, describes, common, limits, single }: QuotaEntry): Item {
  const lines = limits.flatMap(({ limit, operations }) => [`${limit}:`, ...wrap(operations)]);
  return { name, describes, beneath: [common, ...lines, `each by a rule such as ${single}`] };
}

const LIST_WIDTH = 90;

/** The names in lines of about a width that can be read. */
function wrap(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const line = lines.at(-1);
    if (line === undefined || line.length + name.length > LIST_WIDTH) lines.push(`  ${name}`);
    else lines[lines.length - 1] = `${line} ${name}`;
  }
  return lines;
}
