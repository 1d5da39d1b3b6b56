import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type ClientEnv, type ClientResult, runProgram } from '../clients.ts';
import type { FrameworkCase } from './cases.ts';

/** A test framework, as a project has it. */
export interface Framework {
  readonly name: 'vitest' | 'node:test' | 'jest' | 'playwright';
  /** What a file of tests is called. */
  readonly extension: string;
  /** The text of a file with a test of each case. */
  readonly fileOf: (cases: readonly FrameworkCase[]) => string;
  readonly args: readonly string[];
  /** What is said besides in replay: that tests run in another way than when they were recorded. */
  readonly replaying?: readonly string[];
  /** Whether each failed test costs a new process: what fails the same way in either mode is left to the other frameworks. */
  readonly isSlowToFail?: true;
  /** Runs the command that restage tells, which a user would type as it is. */
  readonly program: string;
}

/** A test as jest reports it, and vitest with it. */
interface Result {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** What became of each test, by its name: nothing when it passed. */
export interface FrameworkRun extends ClientResult {
  readonly failed: Readonly<Record<string, string>>;
  readonly passed: readonly string[];
}

const MODULES = resolve('node_modules');
const REPORT = 'report.json';

const HELPERS = `const { APIGatewayClient, GetStagesCommand } = require('@aws-sdk/client-api-gateway');
const { random } = Math;
exports.list = async (restage, restApiId = 'a1b2c3d4e5') => {
  const client = new APIGatewayClient(restage.client);
  try {
    Math.random = () => 0; // The SDK waits by chance. Frameworks do other things by chance.
    return (await client.send(new GetStagesCommand({ restApiId }))).item;
  } finally {
    Math.random = random;
    client.destroy();
  }
};
exports.failure = async (act) => {
  try {
    await (typeof act === 'function' ? act() : act);
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
};
`;

/** Tells in JSON what the other frameworks tell by themselves. */
const NODE_REPORTER = `export default async function* report(source) {
  const told = [];
  for await (const { type, data } of source) {
    if (data.details?.type === 'suite' || !/^test:(pass|fail)$/.test(type) || /\\.mjs$/.test(data.name)) continue;
    const { error } = data.details;
    told.push({ title: data.name, status: type === 'test:pass' ? 'passed' : 'failed', failureMessages: [String(error?.cause?.stack ?? error?.stack)] });
  }
  yield JSON.stringify({ testResults: [{ assertionResults: told }] });
}
`;

const PLAYWRIGHT_REPORTER = `import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
export default class Report {
  #told = new Map();
  onTestEnd(test, { errors }) {
    const status = test.outcome() === 'skipped' ? 'skipped' : test.ok() ? 'passed' : 'failed';
    const failureMessages = errors.map(({ message, stack }) => stripVTControlCharacters(message + '\\n' + stack));
    this.#told.set(test.id, { title: test.title, status, failureMessages });
  }
  onEnd() {
    writeFileSync('${REPORT}', JSON.stringify({ testResults: [{ assertionResults: [...this.#told.values()] }] }));
  }
  printsToStdio() { return false; }
}
`;

const each = (cases: readonly FrameworkCase[], write: (each: FrameworkCase, name: string) => string) =>
  cases.map((one) => write(one, JSON.stringify(one.name))).join('\n');

export const frameworks: readonly Framework[] = [
  {
    name: 'vitest',
    extension: '.test.mjs',
    fileOf: (cases) => `import assert from 'node:assert/strict';
import { describe } from 'vitest';
import { test } from 'restage/vitest';
import { failure, list } from '../helpers.cjs';
${each(
  cases,
  ({ options, body }, name) =>
    `describe('a case', () => {
  ${options === undefined ? '' : `test.override({ restageOptions: ${JSON.stringify(options)} });`}
  test(${name}, async ({ restage }) => ${body});
});`,
)}
`,
    program: join(MODULES, 'vitest/vitest.mjs'),
    args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`],
    // A world of its own for each file, where no error of Node.js is an `Error`.
    replaying: ['--pool=vmThreads'],
  },
  {
    name: 'node:test',
    extension: '.test.mjs',
    fileOf: (cases) => `import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { restageFor } from 'restage/node-test';
import { failure, list } from '../helpers.cjs';
const all = restageFor(import.meta);
${each(
  cases,
  ({ options, body }, name) =>
    `describe('a case', () => {
  test(${name}, async (t) => {
    const restage = await all.session(t, ${JSON.stringify(options ?? {})});
    ${body}
  });
});`,
)}
`,
    program: '--test',
    args: [
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=./reporter.mjs',
      `--test-reporter-destination=${REPORT}`,
    ],
  },
  {
    name: 'jest',
    extension: '.test.js',
    fileOf: (cases) => `const assert = require('node:assert/strict');
const { useRestage } = require('restage/jest');
const { failure, list } = require('../helpers.cjs');
${each(
  cases,
  ({ options, body }, name) =>
    `describe('a case', () => {
  const restage = useRestage(${JSON.stringify(options ?? {})});
  test(${name}, async () => ${body});
});`,
)}
`,
    program: join(MODULES, 'jest/bin/jest.js'),
    args: ['--json', `--outputFile=${REPORT}`, '--watchman=false'],
  },
  {
    name: 'playwright',
    extension: '.test.mjs',
    fileOf: (cases) => `import assert from 'node:assert/strict';
import { test } from 'restage/playwright';
import { failure, list } from '../helpers.cjs';
${each(
  cases,
  ({ options, body }, name) =>
    `test.describe('a case', () => {
  ${options === undefined ? '' : `test.use({ restageOptions: ${JSON.stringify(options)} });`}
  test(${name}, async ({ restage }) => ${body});
});`,
)}
`,
    program: join(MODULES, '@playwright/test/cli.js'),
    args: ['test', '--reporter=line,./playwright-reporter.mjs', '--workers=2'],
    isSlowToFail: true,
  },
];

/** Packs what a registry would get. @returns the packed package, unpacked. */
export function packPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'restage-packed-'));
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const name = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(folder, name), '-C', folder]);
  return join(folder, 'package');
}

/** Makes a project of a folder in which the packed package is installed, and the frameworks. */
export function layOutProject(
  folder: string,
  packed: string,
  files: Readonly<Record<string, string>> = {},
): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@aws-sdk'), { recursive: true });
  // A copy it is: what is linked, frameworks take for a part of the project.
  execFileSync('cp', ['-r', packed, join(modules, 'restage')]);
  for (const name of ['vitest', 'jest', '@playwright', '@aws-sdk/client-api-gateway'])
    symlinkSync(join(MODULES, name), join(modules, name), 'dir');
  const given = {
    'package.json': '{}',
    'helpers.cjs': HELPERS,
    'reporter.mjs': NODE_REPORTER,
    'playwright-reporter.mjs': PLAYWRIGHT_REPORTER,
    ...files,
  };
  for (const [path, text] of Object.entries(given)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs the framework in the project, on these files or on all. */
export async function runFramework(
  { name, program, args }: Framework,
  folder: string,
  env: ClientEnv = {},
  more: readonly string[] = [],
): Promise<FrameworkRun> {
  const report = join(folder, REPORT);
  rmSync(report, { force: true });
  const files = name === 'node:test' && more.length === 0 ? testFilesIn(folder) : more;
  const run = await runProgram(
    process.execPath,
    [program, ...args, ...files],
    { NO_COLOR: '1', ...env },
    folder,
  );
  if (!existsSync(report)) throw new Error(`Cannot run ${name}: ${run.stdout}${run.stderr}`);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { assertionResults: Result[] }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    ...run,
    passed: results.filter(({ status }) => status === 'passed').map(({ title }) => title),
    failed: Object.fromEntries(
      results
        .filter(({ status }) => status === 'failed')
        .map(({ title, failureMessages }) => [title, failureMessages.join('\n')]),
    ),
  };
}

/** What each cassette beside a test file holds, by its name: the APIs. */
export function cassettesBeside(folder: string, file: string): Record<string, string[]> {
  const beside = join(folder, dirname(file), '__cassettes__', file.slice(dirname(file).length + 1));
  if (!existsSync(beside)) return {};
  const names = readdirSync(beside).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      readdirSync(join(beside, name))
        .map((each) => each.replace(/\.json$/, ''))
        .sort(),
    ]),
  );
}

function testFilesIn(folder: string): string[] {
  return readdirSync(join(folder, 'tests'))
    .filter((name) => name.includes('.test.'))
    .map((name) => join('tests', name));
}
