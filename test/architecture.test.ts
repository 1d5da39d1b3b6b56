import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The rooms, top first: a file imports from its own room or from one below. Types count. */
const rooms: ReadonlyArray<readonly [name: string, files: RegExp]> = [
  ['cli', /^cli\//],
  ['index', /^index\.ts$/],
  ['assembly', /^assembly\//],
  ['control, http, tls', /^(?:control|http|tls)\//],
  ['settings', /^settings\//],
  ['proxy, sessions', /^(?:proxy|sessions)\//],
  ['cassette, chaos, retries', /^(?:cassette|chaos|retries)\//],
  ['journal', /^journal\//],
  ['aws/signing', /^aws\/signing\//],
  ['aws/apigateway', /^aws\/apigateway\//],
  ['what all rooms use', /^(?:errors|call|json|version)\.ts$/],
];

/** Libraries that one file knows, so that they can be exchanged there. */
const oneFileLibraries: Readonly<Record<string, string>> = {
  'http-proxy': 'http/upstream/forwarder.ts',
  'https-proxy-agent': 'http/upstream/tunnel-agent.ts',
  'proxy-from-env': 'http/upstream/upstream-agents.ts',
  lowdb: 'cassette/store.ts',
  'lowdb/node': 'cassette/store.ts',
  yargs: 'cli/arguments.ts',
  '@smithy/signature-v4': 'aws/signing/signature.ts',
  '@aws-sdk/credential-providers': 'aws/signing/credentials.ts',
  'lossless-json': 'json.ts',
  negotiator: 'aws/apigateway/accept.ts',
  leven: 'cassette/miss.ts',
  yaml: 'cli/config.ts',
  rou3: 'control/router.ts',
  'prom-client': 'control/metrics.ts',
  '@peculiar/x509': 'tls/certificate.ts',
  'ipaddr.js': 'http/tunnels/public-address.ts',
};

const root = 'src';
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = new Map(files.map((file) => [file, findImports(file)]));

describe('architecture', () => {
  it('gives every file of src a room', () => {
    expect(files.filter((file) => roomOf(file) < 0)).toEqual([]);
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

  it('touches exit codes, signals and the terminal in cli alone', () => {
    const touching = files.filter((file) =>
      /\bprocess\.(?:exit|on|once|stdout|stderr)\b|\bconsole\./.test(read(file)),
    );
    expect(touching.filter((file) => !file.startsWith('cli/'))).toEqual([]);
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
    expect(deciding).toEqual(['proxy/proxy.ts']);
    expect(read('proxy/proxy.ts').match(/\bmode (?:===|!==) '/g)).toHaveLength(
      /function decide\([\s\S]*?\n}/.exec(read('proxy/proxy.ts'))?.[0].match(/\bmode (?:===|!==) '/g)
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

function roomOf(file: string): number {
  return rooms.findIndex(([, pattern]) => pattern.test(file));
}

function reaches(from: string, goal: string, seen = new Set<string>()): boolean {
  return (imports.get(from) ?? []).some((next) => {
    if (next === goal) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, goal, seen);
  });
}
