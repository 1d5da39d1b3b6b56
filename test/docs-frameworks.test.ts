import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingVariables } from './support/cli.ts';
import { type ClientEnv, runProgram } from './support/clients.ts';
import { frameworks, layOutProject, packPackage } from './support/frameworks/project.ts';
import { snippets } from './support/snippets.ts';
import { startStandIn } from './support/stand-in.ts';

let packed: string;
beforeAll(() => {
  packed = packPackage();
});
afterAll(() => rmSync(dirname(packed), { recursive: true }));

/** What stands for the registry, which tests do not ask: npm has installed everything, npx runs it. */
function programs(): Record<string, string> {
  const of = (name: string) => frameworks.find((framework) => framework.name === name)?.program ?? '';
  return {
    npm: 'true',
    npx: `case "$1" in vitest) program='${of('vitest')}';; jest) program='${of('jest')}';; playwright) program='${of('playwright')}';; esac; shift; exec node "$program" "$@"`,
  };
}

/** The files that README shows are for vitest. */
function shownInReadme(): Record<string, string> {
  const files = snippets('README.md').flatMap(({ title, text }) =>
    title === undefined ? [] : [[title, text]],
  );
  expect(files).not.toEqual([]);
  return Object.fromEntries(files);
}

test.concurrent.each([
  ['docs/vitest.md', '{ "type": "module" }', /Tests {2}6 passed/g],
  ['docs/node-test-and-jest.md', '{}', /(?:[#ℹ] pass 2|Tests: +2 passed, 2 total|^ +2 passed \()/gm],
] as const)(
  '%s leads from nothing to tests that were recorded and replay',
  async (page, manifest, summary) => {
    const folder = mkdtempSync(join(tmpdir(), 'restage-page-'));
    const service = await startStandIn();
    try {
      const parts = snippets(page);
      const files = Object.fromEntries(parts.map(({ title, text }) => [title ?? '', text]));
      const { '': _, ...titled } = files;
      layOutProject(folder, packed, {
        ...titled,
        ...(page === 'docs/vitest.md' && shownInReadme()),
        'package.json': manifest,
      });
      mkdirSync(join(folder, 'bin'));
      for (const [name, text] of Object.entries(programs()))
        writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      const lines = parts.flatMap(({ lang, title, text }) =>
        lang === 'sh' && title === undefined ? text.trim().split('\n') : [],
      );
      let said = '';
      const run = async (line: string, env: ClientEnv) => {
        const path = [join(folder, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
        const ended = await runProgram('bash', ['-c', line], { PATH: path, NO_COLOR: '1', ...env }, folder);
        said += `${ended.stdout}${ended.stderr}`;
        expect(ended.status, `${line}\n${ended.stdout}${ended.stderr}`).toBe(0);
      };
      const records = (line: string) => line.startsWith('RESTAGE_MODE=record');
      for (const line of lines.filter(records)) await run(line, recordingVariables(service));
      await service.close();
      // Without the service, its region and credentials.
      for (const line of lines.filter((each) => !records(each))) await run(line, {});
      expect(said.match(summary), said).toHaveLength(2 * lines.filter(records).length);
      // Everything of the page was a file of the project or a line of the terminal.
      expect(parts.filter(({ lang, title }) => lang !== 'sh' && title === undefined)).toEqual([]);
    } finally {
      await service.close();
      rmSync(folder, { recursive: true });
    }
  },
);
