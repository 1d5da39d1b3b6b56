import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

const built = readdirSync('dist', { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

/** What a project would get of the package. */
function listPacked(): string[] {
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [described] = JSON.parse(listing) as [{ files: { path: string }[] }];
  return described.files.map(({ path }) => path);
}

it('holds what is needed, and nothing else', () => {
  const packed = listPacked();
  const kinds = [
    /^(?:package\.json|README\.md)$/,
    /^dist\/(?:(?:index|testing|jest|playwright)\.c?js|(?:vitest|node-test)\.js|cli\/main\.js|chunks\/[\w.-]+\.cjs)(?:\.map)?$/,
    /^dist\/cli\/package\.json$/,
    /^dist\/types\/[\w/-]+\.d\.ts$/,
    /^dist\/THIRD-PARTY-LICENCES\.txt$/,
    /^cassettes\/example\/[a-z0-9]+\.json$/,
    /^docs\/[a-z-]+\.md$/,
    /^examples\/(?:go\/restage_test\.go|pytest\/restage_pytest\.py)$/,
    /^schema\/faults\.schema\.json$/,
  ];
  expect(packed.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
  for (const kind of kinds)
    expect(
      packed.some((path) => kind.test(path)),
      String(kind),
    ).toBe(true);
  const { bin, exports, types } = JSON.parse(readFileSync('package.json', 'utf8'));
  const { './package.json': _, ...entries } = exports as Record<string, Record<string, string>>;
  const named = [bin.restage, types, ...Object.values(entries).flatMap((entry) => Object.values(entry))];
  expect(Object.keys(entries)).toEqual(['.', './vitest', './node-test', './jest', './playwright']);
  for (const path of named) expect(packed).toContain(String(path).replace(/^\.\//, ''));
});

it('needs nothing to be installed beside it', () => {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  expect([dependencies, optionalDependencies]).toEqual([undefined, undefined]);
  // Whoever tests with a framework has it. Nobody gets one for restage's sake.
  const optional = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name].optional);
  expect([Object.keys(peerDependencies), optional]).toEqual([
    ['@playwright/test', 'jest', 'vitest'],
    ['@playwright/test', 'jest', 'vitest'],
  ]);
  const types = built.filter((path) => path.endsWith('.d.ts'));
  const strangers = types.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)]
      .map(([, specifier = '']) => specifier)
      .filter((specifier) =>
        specifier.startsWith('.')
          ? !existsSync(join(dirname(path), specifier.replace(/\.js$/, '.d.ts')))
          : !specifier.startsWith('node:'),
      )
      .map((specifier) => [path, specifier]),
  );
  expect(strangers).toEqual([
    ['dist/types/testing/playwright.d.ts', '@playwright/test'],
    ['dist/types/testing/vitest.d.ts', 'vitest'],
  ]);
});

it('names the licence of every library that is in it', () => {
  const libraries = new Set(
    built
      .filter((path) => path.endsWith('.map'))
      .flatMap((path) => (JSON.parse(readFileSync(path, 'utf8')) as { sources: string[] }).sources)
      .map((source) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1])
      .filter((name) => name !== undefined),
  );
  const licences = readFileSync('dist/THIRD-PARTY-LICENCES.txt', 'utf8');
  expect(libraries).toContain('http-proxy');
  expect([...libraries].filter((name) => !licences.includes(`${name} `))).toEqual([]);
});

it('loads few libraries at every start: the others come when they are needed', () => {
  const chunk = built.find((path) => /\/restage-[\w-]+\.cjs\.map$/.test(path)) ?? '';
  const { sources } = JSON.parse(readFileSync(chunk, 'utf8')) as { sources: string[] };
  const libraries = sources.map((source) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  expect([...new Set(libraries)].filter((name) => name !== undefined).sort()).toEqual([
    'content-type',
    'lossless-json',
    'lowdb',
    'negotiator',
  ]);
});

it('says nothing of where it was built', () => {
  expect(built.filter((path) => readFileSync(path, 'utf8').includes(resolve('.')))).toEqual([]);
});

it('has source maps that lead to the source', () => {
  const maps = built.filter((path) => path.endsWith('.cjs.map'));
  const own = maps.flatMap((path) => {
    const { sources, sourcesContent } = JSON.parse(readFileSync(path, 'utf8')) as Record<
      'sources' | 'sourcesContent',
      string[]
    >;
    return sources.map((source, at) => [resolve(dirname(path), source), sourcesContent[at]] as const);
  });
  const player = own.find(([path]) => path === resolve('src/cassette/player.ts'));
  expect(player?.[1]).toBe(readFileSync('src/cassette/player.ts', 'utf8'));
});

it('has types for whoever starts restage in a program, which find mistakes', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(resolve('.'), join(folder, 'node_modules/restage'), 'dir');
  symlinkSync(resolve('node_modules/@types/node'), join(folder, 'node_modules/@types/node'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(
    join(folder, 'program.ts'),
    `import {
  type CallFilter,
  type ClientConfig,
  type Discarded,
  type JournalEntry,
  type Restage,
  type RestageSession,
  type RetryReport,
  type RuleStatus,
  startRestage,
  startRestageFromEnvironment,
  type UnusedRecording,
  UsageError,
  type View,
} from 'restage';
const seen: JournalEntry[] = [];
const restage: Restage = await startRestage(
  'replay',
  { cassette: 'example', port: 0, fault: ['throttle,first=2', { kind: 'latency', ms: 5 }], 'admin-token': 'x' },
  { onCall: (entry) => seen.push(entry) },
);
const report: RetryReport = restage.retries();
console.log(report.totals.calls, restage.check('attempts<=3').passed, UsageError.name);
restage.setFaults(['unavailable,p=0.1']);
// @ts-expect-error There is no such option.
await startRestage('replay', { casette: 'x' });
// @ts-expect-error There is no such order.
await startRestage('replay', { order: 'random' });
// @ts-expect-error There is no such mode.
await startRestage('rewind');
const session: RestageSession = await restage.session('one', {
  mode: 'replay',
  dir: 'elsewhere',
  cassette: 'own',
  order: 'strict',
  faults: ['throttle,first=1', { kind: 'latency', ms: 1 }],
  seed: 1,
  idleSeconds: 60,
});
// @ts-expect-error There is no such option.
await restage.session('two', { casette: 'own' });
for (const view of [restage, session] satisfies View[]) {
  const client: ClientConfig = view.client;
  console.log(client.endpoint, client.region, client.credentials);
  const rules: RuleStatus[] = view.faults.add('throttle', { kind: 'conflict' });
  view.faults.remove(rules[0]?.name ?? '');
  view.faults.clear();
  const filter: CallFilter = { operation: 'GetStages', status: 429, outcome: 'faulted', since: new Date() };
  const calls: JournalEntry[] = [...view.calls(filter), ...view.misses(), ...(await view.waitFor(2, filter, { timeoutMs: 1 }))];
  // @ts-expect-error There is no such outcome.
  view.calls({ outcome: 'played' });
  const unused: UnusedRecording[] = await view.unused();
  const discarded: Discarded = await view.discard();
  const environment: Record<string, string> = await view.environment();
  await view.reset();
  console.log(calls, unused[0]?.takes, discarded.kept, environment.RESTAGE_URL, view.url);
  await view[Symbol.asyncDispose]();
}
const other: Restage = await startRestageFromEnvironment({ mode: 'record', faults: 'rules.yaml', 'ci-record': true });
console.log(other.settings.expect, other.settings.failOnUnused);
// @ts-expect-error There is no such mode.
await startRestageFromEnvironment({ mode: 'recrod' });
await restage.close();
`,
  );
  expect(compile(folder)).toBe('');
});

it('has types for tests in each framework, which find mistakes', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(resolve('.'), join(folder, 'node_modules/restage'), 'dir');
  for (const name of ['@types/node', '@playwright', 'vitest'])
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  // vitest's own types lead to those of tools that it need not be installed with.
  const compilerOptions = {
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(
    join(folder, 'tests.ts'),
    `import { test as nodeTest } from 'node:test';
import { useRestage } from 'restage/jest';
import { expect as expectPage, test as pageTest } from 'restage/playwright';
import { restageFor } from 'restage/node-test';
import { expect, it, type RestageSession, type RestageTestOptions, test } from 'restage/vitest';
const options: RestageTestOptions = { faults: ['throttle'], strict: true, mode: 'record', upstream: 'http://localhost' };
test.override({ restageOptions: options });
// @ts-expect-error There is no such option.
test.override({ restageOptions: { stirct: true } });
test.extend({ restageOptions: { seed: 1 } })('a', ({ restage }) => expect(restage).toMeet('attempts<=3'));
it('b', async ({ restage, task }) => {
  const session: RestageSession = restage;
  // @ts-expect-error It is a text.
  expect(session).not.toMeet(3);
  console.log(task.name);
});
// @ts-expect-error What restage has for itself is nobody else's.
test('c', ({ restageServers }) => restageServers);
const restage = restageFor(import.meta, { order: 'last' });
nodeTest('d', async (t) => {
  const session: RestageSession = await restage.session(t, options);
  // @ts-expect-error There is no such order.
  await restage.session(t, { order: 'random' });
  console.log(session.url);
});
const current: RestageSession = useRestage({ cassette: 'own' });
// @ts-expect-error There is no such option.
useRestage({ casette: 'own' });
console.log(current.client.endpoint);
pageTest.use({ restageOptions: { strict: true } });
// @ts-expect-error There is no such option.
pageTest.use({ restageOptions: { stirct: true } });
pageTest('e', async ({ page, restage }) => {
  expectPage(restage).toMeet('attempts<=3');
  // @ts-expect-error It is a text.
  expectPage(restage).toMeet(3);
  await expectPage(page).toHaveTitle('restage');
});
// @ts-expect-error What restage has for itself is nobody else's.
pageTest('f', ({ restageServers }) => restageServers);
`,
  );
  expect(compile(folder)).toBe('');
});

/** What the compiler says of the program in the folder. */
function compile(folder: string): string {
  const compiler = resolve('node_modules/typescript/bin/tsc');
  try {
    return execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error);
  }
}
