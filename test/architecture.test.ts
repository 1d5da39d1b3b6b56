import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms, top first: a file imports from its own room or from one below. Types count. */
const rooms: readonly string[] = [
  'testing',
  'cli',
  'index.ts',
  'assembly',
  'control',
  'clients',
  'http/tunnels',
  'http/upstream',
  'http/server',
  'tls',
  'settings',
  'proxy',
  'sessions',
  'retries',
  'chaos',
  'cassette',
  'redaction',
  'journal',
  'aws/signing',
  'aws/apigateway',
];

/** At the root: what all rooms use. */
const everywhere: readonly string[] = [
  'bounds.ts',
  'call.ts',
  'empty-folder.ts',
  'errors.ts',
  'json-parser.ts',
  'json.ts',
  'known-names.ts',
  'own-folder.ts',
  'secrets.ts',
  'version.ts',
];

/** What may be imported of each room from outside of it. A new door is a decision. */
const doors: Readonly<Record<string, readonly string[]>> = {
  cli: ['log', 'printable'],
  assembly: ['handle', 'restage', 'start', 'view'],
  control: ['control', 'events', 'metrics'],
  clients: ['dummy-identity', 'program-environment', 'reached-url'],
  'http/tunnels': ['dial', 'tunnel', 'tunnel-policy', 'tunnels'],
  'http/upstream': ['client-handler', 'forwarder', 'upstream-agents'],
  'http/server': [
    'byte-budget',
    'connections',
    'growing-buffer',
    'message',
    'raw-answer',
    'server',
    'tunnel-opener',
  ],
  tls: ['authority', 'company-roots', 'trust'],
  settings: [
    'config',
    'mode-setting',
    'options',
    'read-plan',
    'reader',
    'record-with',
    'setting-readers',
    'setting-values',
    'settings',
  ],
  proxy: ['caller-check', 'clock', 'gaps', 'ids', 'proxy', 'ready-answer', 'upstream'],
  sessions: [
    'answered-writes',
    'mode',
    'open-session',
    'proxy-authorization',
    'session',
    'session-address',
    'sessions',
    'unused-recording',
    'usage',
  ],
  retries: ['attempt', 'call-shape', 'called', 'expectation', 'report', 'retry-log', 'timeline', 'verdict'],
  chaos: [
    'catalogue',
    'effect',
    'fault',
    'parse-rule',
    'plan',
    'preset',
    'preset-rules',
    'rule',
    'rule-set',
    'rule-status',
    'scenario',
  ],
  cassette: [
    'cassette',
    'discarded',
    'folder',
    'format',
    'miss',
    'order',
    'player',
    'recorder-kind',
    'replaced-timelines',
    'session-recorder',
    'shelf',
  ],
  redaction: ['redacted', 'redactor', 'rule-names'],
  journal: ['call-filter', 'call-waiters', 'entry', 'entry-ring', 'journal', 'memory-budget', 'own-text'],
  'aws/signing': [
    'authorization',
    'credentials',
    'endpoint',
    'location',
    'profile',
    'region',
    'service-clock',
    'signature',
    'signer',
  ],
  'aws/apigateway': [
    'accepted-representation',
    'identifier',
    'key',
    'listing',
    'operation',
    'operations',
    'planned-answer',
    'quotas',
    'recorded-by-name',
    'request-body',
    'service-error',
    'target',
  ],
};

/** Libraries that one file knows, so that they can be exchanged there. */
const oneFileLibraries: Readonly<Record<string, string>> = {
  'http-proxy': 'http/upstream/forwarder.ts',
  'https-proxy-agent': 'http/upstream/tunnel-agent.ts',
  'proxy-from-env': 'http/upstream/upstream-agents.ts',
  lowdb: 'cassette/file-store.ts',
  'yargs/helpers': 'cli/arguments.ts',
  '@smithy/signature-v4': 'aws/signing/signature.ts',
  '@smithy/core/config': 'aws/signing/profile.ts',
  '@smithy/node-http-handler': 'http/upstream/client-handler.ts',
  '@aws-sdk/credential-providers': 'aws/signing/credentials.ts',
  'lossless-json': 'json.ts',
  negotiator: 'aws/apigateway/accepted-representation.ts',
  'cross-spawn': 'cli/command.ts',
  leven: 'known-names.ts',
  picocolors: 'cli/look.ts',
  yaml: 'settings/data-file.ts',
  rou3: 'control/router.ts',
  'prom-client': 'control/metrics.ts',
  '@peculiar/x509': 'tls/certificate.ts',
  '@secretlint/secretlint-rule-preset-recommend': 'redaction/kept-rules.ts',
  'ipaddr.js': 'http/tunnels/public-address.ts',
  vitest: 'testing/vitest.ts',
  '@jest/globals': 'testing/jest.ts',
  '@playwright/test': 'testing/playwright.ts',
  'node:test': 'testing/node-test.ts',
};

const root = 'src';
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = new Map(files.map((file) => [file, findImports(file)]));

describe('architecture', () => {
  it('gives every file of src a room', () => {
    expect(files.filter((file) => roomOf(file) < 0)).toEqual([]);
  });

  it('keeps little at the root', () => {
    expect(files.filter((file) => !file.includes('/')).sort()).toEqual([...everywhere, 'index.ts'].sort());
  });

  it('enters each room by its doors', () => {
    const entered = edges()
      .filter(([from, to]) => roomOf(from) !== roomOf(to) && roomOf(to) < rooms.length)
      // It is a room of one file, made to be entered.
      .filter(([, to]) => to !== 'index.ts')
      .map(([, to]) => to);
    expect([...new Set(entered)].sort()).toEqual(
      Object.entries(doors)
        .flatMap(([room, names]) => names.map((name) => `${room}/${name}.ts`))
        .sort(),
    );
  });

  it('imports downwards only', () => {
    const upward = edges().filter(([from, to]) => roomOf(to) < roomOf(from));
    expect(upward).toEqual([]);
  });

  it('has no circles', () => {
    expect(files.filter((file) => reaches(file, file))).toEqual([]);
  });

  it.each(Object.entries(oneFileLibraries))('knows %s in %s alone', (library, owner) => {
    const users = files.filter((file) => imports.get(file)?.includes(library));
    expect(users).toEqual([owner]);
  });

  it('loads the rules of redaction with the first recording, and for nothing else', () => {
    const loading = files.filter((file) => imports.get(file)?.includes('redaction/engine.ts'));
    expect(loading).toEqual(['redaction/redactor.ts']);
    expect(read('redaction/redactor.ts').match(/.*'\.\/engine\.ts'.*/g)).toEqual([
      "import type { Engine } from './engine.ts';",
      expect.stringMatching(/ import\('\.\/engine\.ts'\)/),
    ]);
    // What every start loads of the room loads nothing of the rules.
    const light = ['redaction/redactor.ts', 'redaction/rule-names.ts', 'redaction/custom-rule.ts'];
    const heavy = light
      .flatMap((file) => imports.get(file) ?? [])
      .filter((target) => target.startsWith('redaction/'));
    expect(new Set(heavy)).toEqual(
      new Set(['redaction/custom-rule.ts', 'redaction/engine.ts', 'redaction/rule-names.ts']),
    );
  });

  it('touches exit codes, signals and the terminal in cli alone, but to give locks back, and to tell what failed tests called', () => {
    const touching = files.filter((file) =>
      /\bprocess\.(?:exit|on|once|stdout|stderr)\b|\bconsole\./.test(read(file)),
    );
    const frameworks = ['jest', 'node-test', 'playwright', 'vitest'].map((name) => `testing/${name}.ts`);
    expect(touching.filter((file) => !file.startsWith('cli/')).sort()).toEqual([
      'cassette/at-exit.ts',
      ...frameworks,
    ]);
  });

  it('names no fault kind outside the tables of kinds and presets', () => {
    const naming = files.filter((file) =>
      /'(?:throttle|limit-exceeded|expired-token|latency|wrong-length|drop-stage|empty-list|unknown-enum)'/.test(
        read(file),
      ),
    );
    expect(naming).toEqual(['chaos/fault.ts', 'chaos/preset.ts']);
  });

  it('decides on the mode in one function', () => {
    const deciding = files.filter((file) => /\bmode (?:===|!==) '/.test(read(file)));
    expect(deciding).toEqual(['proxy/decide.ts']);
    expect(read('proxy/decide.ts').match(/\bmode (?:===|!==) '/g)).toHaveLength(
      /function decide\([\s\S]*?\n}/.exec(read('proxy/decide.ts'))?.[0].match(/\bmode (?:===|!==) '/g)
        ?.length ?? 0,
    );
  });
});

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** What the file imports: other files of src by their path in it, libraries by their name. */
function findImports(file: string): string[] {
  const specifiers = [...read(file).matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*'([^']+)'/g)];
  return specifiers.map(([, specifier = '']) =>
    specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier,
  );
}

function edges(): [from: string, to: string][] {
  return files.flatMap((file) =>
    (imports.get(file) ?? [])
      .filter((target) => files.includes(target))
      .map((target): [string, string] => [file, target]),
  );
}

/** The room's place from the top; that of what all rooms use is the lowest; -1 for a file without a room. */
function roomOf(file: string): number {
  if (everywhere.includes(file)) return rooms.length;
  return rooms.findIndex((room) => file === room || file.startsWith(`${room}/`));
}

function reaches(from: string, goal: string, seen = new Set<string>()): boolean {
  return (imports.get(from) ?? []).some((next) => {
    if (next === goal) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, goal, seen);
  });
}
