import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { compilePrograms } from './programs.ts';
import { renderResults, renderTable } from './report.ts';
import { type Group, meets, type Row } from './row.ts';
import { firstAnswers } from './rows/first-answer.ts';
import { firstTouch } from './rows/first-touch.ts';
import { memory } from './rows/memory.ts';
import { command, version } from './rows/process-start.ts';
import { recording } from './rows/record.ts';
import { warmReplays } from './rows/warm-replay.ts';
import { findBuilds, rowPattern } from './settings.ts';

/**
 * Measures what restage costs beside bare programs that do the least that could be done in its place, and beside its peers,
 * all in one run and in turn. A full run writes RESULTS.md. The exit status is 1 if a row misses its target.
 */
const groups: readonly Group[] = [
  version,
  command,
  ...firstAnswers,
  firstTouch,
  ...warmReplays,
  memory,
  recording,
];

const started = performance.now();
const [before = 0] = loadavg();
const builds = findBuilds();
compilePrograms();
const rows: Row[] = [];
for (const { names, measure } of groups) {
  const isWanted = (name: string): boolean => rowPattern?.test(name) ?? true;
  if (!names.some(isWanted)) continue;
  const began = performance.now();
  process.stderr.write(`${names.join(', ')} … `);
  rows.push(...(await measure(builds)).filter(({ name }) => isWanted(name)));
  process.stderr.write(`${Math.round((performance.now() - began) / 1000)} s\n`);
}
// By number: rows that are measured together stand apart.
rows.sort((a, b) => Number.parseInt(a.name, 10) - Number.parseInt(b.name, 10));
console.log(`\n${renderTable(rows, builds)}`);
if (rowPattern === undefined) {
  const text = renderResults(rows, builds, {
    took: performance.now() - started,
    load: before,
  });
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), text);
}
const judged = builds.at(-1)?.label ?? '';
process.exitCode = rows.every((row) => meets(row, judged)) ? 0 : 1;
