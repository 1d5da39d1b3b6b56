import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What people import: the package itself, and what it is for each test framework. */
const ENTRIES = [
  'index.d.ts',
  ...['vitest', 'node-test', 'jest', 'playwright'].map((name) => `testing/${name}.d.ts`),
];

/** Writes the declarations that the entries lead to, and no others, into a folder. */
export function writeTypes(out: string): void {
  const all = mkdtempSync(`${out}-`);
  try {
    const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', all];
    // Whether the types are right, `npm run types` says: a build need not look again.
    execFileSync(process.execPath, [...compiler, '--noCheck'], { stdio: 'inherit' });
    for (const path of reachableFrom(ENTRIES, all)) {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      // Whoever compiles against them has no such sources.
      const text = readFileSync(join(all, path), 'utf8').replace(
        /((?:from |import\()'\.[^']+)\.ts'/g,
        "$1.js'",
      );
      writeFileSync(join(out, path), text);
    }
  } finally {
    rmSync(all, { recursive: true });
  }
}

function reachableFrom(entries: readonly string[], folder: string): Set<string> {
  const reached = new Set<string>(entries);
  for (const path of reached) {
    const text = readFileSync(join(folder, path), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from |import\()'(\.[^']+)'/g))
      reached.add(join(dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts')));
  }
  return reached;
}
