import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { recordingVariables } from './support/cli.ts';
import { type ClientResult, describeWithClient, runProgram } from './support/clients.ts';
import { recordInto } from './support/recorded.ts';
import { startService } from './support/restage.ts';
import { type Snippet, snippets } from './support/snippets.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** One call, as the tests of whoever reads the page make it. */
const CALL = '"$AWS_ENDPOINT_URL_API_GATEWAY/restapis/a1b2c3d4e5/stages"';

/**
 * What stands for the registry, which tests do not ask: npm has installed the package and tests with one signed call, npx
 * runs what is installed.
 */
const PROGRAMS = {
  npm: `case "$1" in test) exec curl -sf --aws-sigv4 aws:amz:us-east-1:apigateway --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'accept: application/json' ${CALL};; esac`,
  npx: 'name="$1"; shift; exec "$PWD/node_modules/.bin/$name" "$@"',
  'wait-on':
    'exec curl -sf --retry 50 --retry-delay 0 --retry-max-time 10 --retry-connrefused -o /dev/null "$1"',
};

/** A project in which the package is installed, with the files that the page gives it. */
function project(page: readonly Snippet[]): string {
  const folder = temporaryFolder();
  const installed = join(folder, 'node_modules/restage');
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  symlinkSync(resolve('.'), installed, 'dir');
  const program = (path: string, text: string) =>
    writeFileSync(join(folder, path), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  program('node_modules/.bin/restage', `exec '${process.execPath}' '${resolve('dist/cli/main.js')}' "$@"`);
  program('node_modules/.bin/wait-on', PROGRAMS['wait-on']);
  program('bin/npm', PROGRAMS.npm);
  program('bin/npx', PROGRAMS.npx);
  program('bin/pytest', 'exec python3 -m pytest -p no:cacheprovider --rootdir . "$@"');
  for (const { title, text } of page) {
    if (title === undefined) continue;
    mkdirSync(join(folder, dirname(title)), { recursive: true });
    writeFileSync(join(folder, title), text);
  }
  return folder;
}

/** Runs the lines one after the other, as in one terminal; what goes on behind them is ended. */
async function runLines(
  folder: string,
  text: string,
  env: Record<string, string> = {},
): Promise<ClientResult> {
  // Pages name the usual port. It may be taken here.
  const lines = text.replaceAll('8480', String(await freePort()));
  const script = `trap 'for job in $(jobs -p); do kill "$job" 2>/dev/null || :; done' EXIT\nset -e\n${lines}`;
  const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  return runProgram(
    'bash',
    ['-c', script],
    { PATH: path, PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1', ...env },
    folder,
  );
}

async function expectToRun(
  folder: string,
  text: string,
  env?: Record<string, string>,
): Promise<ClientResult> {
  const ended = await runLines(folder, text, env);
  expect(ended.status, `${text}\n${ended.stdout}${ended.stderr}`).toBe(0);
  return ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function linesOf(page: readonly Snippet[]): string {
  return page
    .filter(({ lang, title }) => lang === 'sh' && title === undefined)
    .map(({ text }) => text)
    .join('');
}

describeWithClient('pytest', 'docs/pytest.md', () => {
  test('leads from nothing to tests that were recorded and replay', async () => {
    const page = snippets('docs/pytest.md');
    const service = await startService();
    const { stdout } = await expectToRun(project(page), linesOf(page), recordingVariables(service));
    expect(stdout.match(/3 passed/g)).toHaveLength(2);
  });
});

describeWithClient('curl', 'docs/other-languages.md', () => {
  test('leads from nothing to a session for each test', async () => {
    const page = snippets('docs/other-languages.md');
    const service = await startService();
    const { stdout } = await expectToRun(project(page), linesOf(page), recordingVariables(service));
    expect(stdout).toContain('"passed":true');
    expect(stdout).toContain('{"removed":"my-test"}');
  });
});

interface Job {
  readonly env?: Record<string, string>;
  readonly steps: ReadonlyArray<{ readonly run?: string }>;
}

/** The commands of a workflow of GitHub, or of a pipeline of GitLab, and what it sets for them. */
function readPipeline(text: string): { lines: string; env: Record<string, string> } {
  const pipeline = parse(text);
  if (pipeline.jobs === undefined) {
    const { script, variables } = pipeline.test as { script: string[]; variables: Record<string, string> };
    return { lines: script.join('\n'), env: variables };
  }
  const { steps, env = {} } = pipeline.jobs.test as Job;
  const lines = steps.flatMap(({ run }) => run ?? []).join('\n');
  return { lines: lines.replace(/\$\{\{ matrix\.shard \}\}/g, '1'), env };
}

describeWithClient('curl', 'docs/ci.md', () => {
  const page = snippets('docs/ci.md');
  const pipelines = page.filter(({ lang }) => lang === 'yaml');

  test('has pipelines that replay', async () => {
    const service = await startService();
    const folder = project([]);
    await recordInto(service, ['/restapis/a1b2c3d4e5/stages'], {
      dir: join(folder, 'cassettes'),
      cassette: 'tests',
    });
    await service.close();
    expect(pipelines).toHaveLength(5);
    const port = String(await freePort());
    const uploads = pipelines.flatMap(({ text }) => [...text.matchAll(/path: ([\w.]+)/g)]);
    await Promise.all(
      pipelines.map(({ text }) => {
        const { lines, env } = readPipeline(text.replaceAll('8480', port));
        return expectToRun(folder, lines, { CI: 'true', ...env });
      }),
    );
    const logs = uploads.map(([, path = '']) => readFileSync(join(folder, path), 'utf8'));
    expect(logs).toEqual([expect.stringContaining('"outcome":"replayed"')]);
  });

  test('is refused to record, and records where it says so', async () => {
    const folder = project([]);
    const service = await startService();
    const [shown] = page.filter(({ lang }) => lang === 'console');
    const [command = '', ...said] = (shown?.text ?? '').split('\n');
    const refused = await runLines(folder, command.replace(/^\$ /, ''), recordingVariables(service));
    expect(refused).toEqual({ status: 2, stdout: '', stderr: said.join('\n') });
    await expectToRun(folder, linesOf(page), recordingVariables(service));
    expect(readdirSync(join(folder, 'cassettes/tests'))).toContain('a1b2c3d4e5.json');
  });
});

describe('every snippet', () => {
  test.each(['docs/pytest.md', 'docs/other-languages.md', 'docs/ci.md'])(
    'of %s is of a kind that is run',
    (file) => {
      const fences = readFileSync(file, 'utf8').match(/^```/gm)?.length ?? 0;
      const page = snippets(file);
      expect(page.length * 2).toBe(fences);
      const isRun = ({ lang, title }: Snippet) =>
        ['sh', 'console', 'go'].includes(lang) ||
        (lang === 'yaml' ? file === 'docs/ci.md' : title !== undefined);
      expect(page.filter((snippet) => !isRun(snippet))).toEqual([]);
    },
  );
});
