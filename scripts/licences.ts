import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;

/** Writes the licences of the packages that these modules are of: they ask to be named with what is made of them. */
export function writeLicences(path: string, moduleIds: readonly string[]): void {
  const folders = new Set(
    moduleIds.map((id) => PACKAGE.exec(id)?.[0]).filter((folder) => folder !== undefined),
  );
  const texts = new Set([...folders].map(describeLicence));
  writeFileSync(path, [...texts].sort().join(`\n${'-'.repeat(80)}\n`));
}

function describeLicence(folder: string): string {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(text) as Record<string, string>;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const licence = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license})${licence}\n`;
}
