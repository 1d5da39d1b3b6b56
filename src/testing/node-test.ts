import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RestageSession } from '../assembly/restage.ts';
import { type RestageTestOptions, recordCommand, TestServers } from './testing.ts';

export type { RestageSession } from '../assembly/restage.ts';
export type { RestageTestOptions } from './test-options.ts';

/** What is needed of the context that node:test gives a test. */
export interface NodeTestContext {
  readonly name: string;
  readonly fullName: string;
  readonly after: (fn: () => Promise<void>) => void;
}

/** The restage of a test file. */
export interface RestageOfFile {
  /**
   * A session for the test, which ends when the test does. A test may have several, each with a `cassette` of its own.
   * @throws UsageError for options that cannot be understood; FailureError when another test of the file has the same name.
   */
  readonly session: (t: NodeTestContext, options?: RestageTestOptions) => Promise<RestageSession>;
}

/**
 * restage for the tests of a file, to be called once at its top: `const restage = restageFor(import.meta)`.
 * @param file `import.meta`, or the file's path.
 * @param options for every test of the file; a test's own beat them.
 */
export function restageFor(
  file: string | { readonly url: string },
  options: RestageTestOptions = {},
): RestageOfFile {
  const path = typeof file === 'string' ? file : fileURLToPath(file.url);
  const servers = new TestServers((text) => console.error(text));
  const owners = new Map<string, NodeTestContext>();
  after(() => servers.close());
  return {
    session: async (t, own = {}) => {
      const all = { ...options, ...own };
      const name = all.cassette === undefined ? t.fullName : `${t.fullName} (${all.cassette})`;
      refuseSecond(name, t, owners);
      const place = {
        file: path,
        name,
        record: recordCommand('node --test --test-name-pattern', t.name, path),
      };
      const opened = await servers.open(place, all);
      t.after(() => opened.end(hasPassed(t) ? 'passed' : 'failed'));
      return opened.session;
    },
  };
}

/** Cassettes are named after tests: two of one name would record to one. */
function refuseSecond(name: string, t: NodeTestContext, owners: Map<string, NodeTestContext>): void {
  const owner = owners.get(name);
  owners.set(name, t);
  if (owner === undefined) return;
  throw new Error(
    owner === t
      ? `Cannot open a second session for '${name}': it has one. Give each a cassette of its own, 'cassette'.`
      : `Cannot open a session for '${name}': another test of this file has that name. Give it another one, or a 'cassette'.`,
  );
}

/** Known by the time that a test's `after` hooks run: since Node.js 20.12, which @types/node does not say. */
function hasPassed(t: NodeTestContext): boolean {
  return 'passed' in t && t.passed === true;
}
