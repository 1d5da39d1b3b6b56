import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { Restage } from '../assembly/restage.ts';
import { memoryBounds } from '../bounds.ts';
import { removeIfEmpty } from '../empty-folder.ts';
import { isError } from '../errors.ts';
import { type EnvironmentOptions, startRestageFromEnvironment } from '../index.ts';
import { cassetteNameOf } from './test-name.ts';
import { type RestageTestOptions, splitOptions } from './test-options.ts';
import type { TestPlace } from './test-place.ts';
import { TestSession } from './test-session.ts';

interface Server {
  readonly restage: Restage;
  /** What could not be saved, and nobody has been told of yet. */
  readonly failures: Error[];
  readonly close: () => Promise<void>;
}

/** The servers of one test file: one, unless its tests set what a whole server is told. Each starts with the first test that needs it. */
export class TestServers {
  readonly #say: (text: string) => void;
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #folders = new Set<string>();

  /** @param say writes a line or more to where people see what their tests say. */
  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /**
   * Opens the session of a test.
   * @throws UsageError for options that cannot be understood, FailureError when the session or its server cannot start.
   */
  async open(place: TestPlace, options: RestageTestOptions = {}): Promise<TestSession> {
    const { session: own, server: settings, strict } = splitOptions(options);
    const key = JSON.stringify(settings);
    const starting = this.#servers.get(key) ?? this.#start(settings);
    this.#servers.set(key, starting);
    const { restage, failures } = await starting;
    const name = cassetteNameOf(place.name);
    const session = await restage.session(name, {
      ...own,
      cassette: own.cassette ?? name,
      recordWith: own.recordWith ?? commandOf(place),
      dir: folderOf(place, own),
    });
    this.#folders.add(session.dir);
    return new TestSession({
      session,
      place,
      settings: restage.settings,
      strict,
      failures,
      say: this.#say,
    });
  }

  /** Ends them, and with them the sessions that nobody has ended. */
  async close(): Promise<void> {
    const started = await Promise.allSettled(this.#servers.values());
    this.#servers.clear();
    await Promise.all(
      // One that did not start has failed the tests already that needed it.
      started.map((server) => (server.status === 'fulfilled' ? server.value.close() : undefined)),
    );
    for (const folder of this.#folders) await removeIfEmpty(folder);
  }

  async #start(settings: Omit<EnvironmentOptions, 'dir' | 'cassette'>): Promise<Server> {
    const failures: Error[] = [];
    // Tests record to cassettes of their own. What records locks the server's: no two files may have the same.
    const dir = join(tmpdir(), `restage-tests-${randomUUID()}`);
    const restage = await startRestageFromEnvironment(
      { ...settings, dir, cassette: 'server' },
      {
        onFailure: (failure) => failures.push(failure),
        onStaleFile: (failure) => this.#say(`restage: ${failure.message}`),
        onError: (error) => this.#say(`restage: ${isError(error) ? error.message : String(error)}`),
        onWarning: (warning) => this.#say(`restage: ${warning}`),
      },
    );
    const close = async (): Promise<void> => {
      await restage.close();
      await rm(dir, { recursive: true, force: true });
    };
    return { restage, failures, close };
  }
}

/** What misses name; nothing where it is too long, as a test's name may be. */
function commandOf({ record }: TestPlace): string | undefined {
  return record.length > memoryBounds.recordWithLength ? undefined : record;
}

/** Tests of two files that have the same name must not share a cassette, unless they say which. */
function folderOf(
  { file }: TestPlace,
  { dir, cassette }: Pick<RestageTestOptions, 'dir' | 'cassette'>,
): string {
  if (dir === undefined) return join(dirname(file), '__cassettes__', basename(file));
  if (cassette !== undefined) return dir;
  return join(dir, cassetteNameOf(relative(process.cwd(), file).replaceAll('\\', '/')));
}
