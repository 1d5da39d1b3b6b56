import type { HeededSettings, RestageSession } from '../assembly/restage.ts';
import { FailureError, isError } from '../errors.ts';
import { modeNeeds } from '../sessions/mode.ts';
import type { TestPlace } from './test-place.ts';
import { describeCalls, describeRecording } from './test-report.ts';

/** How a test ended. */
export type TestEnd = 'passed' | 'failed' | 'skipped';

/** What is known of a test while its session is open. */
export interface TestParts {
  readonly session: RestageSession;
  readonly place: TestPlace;
  readonly settings: HeededSettings;
  readonly strict: boolean;
  /** What could not be saved, emptied by whoever tells of it. */
  readonly failures: Error[];
  readonly say: (text: string) => void;
}

/** The session of one test, and what becomes of it when the test ends. */
export class TestSession {
  readonly session: RestageSession;
  readonly #parts: TestParts;
  /** Whether the test has closed it: what it recorded cannot be taken back any more. */
  #isClosed = false;

  constructor(parts: TestParts) {
    const close = (): Promise<void> => {
      this.#isClosed = true;
      return parts.session.close();
    };
    this.session = { ...parts.session, close, [Symbol.asyncDispose]: close };
    this.#parts = parts;
  }

  /**
   * Ends the session; settled when what a passed test recorded is saved. What any other recorded is taken back, unless it has
   * closed the session itself. A failed test's calls are told.
   * @throws FailureError when a test that passed was not to.
   */
  async end(how: TestEnd): Promise<void> {
    const { session, place, failures, say } = this.#parts;
    const flaws = how === 'passed' ? await this.#findFlaws().catch((error: unknown) => [wordsOf(error)]) : [];
    const isKept = how === 'passed' && flaws.length === 0;
    if (how === 'failed' || flaws.length > 0) say(describeCalls(session, place));
    // Both at once: what is answered in between would be recorded.
    const ending = [isKept || this.#isClosed ? undefined : session.discard(), session.close()];
    await Promise.allSettled(ending);
    await Promise.all(ending);
    const unsaved = failures.splice(0).map(({ message }) => message);
    if (flaws.length > 0 || unsaved.length > 0) throw new FailureError([...flaws, ...unsaved].join('\n'));
  }

  /** Why a test that passed was not to: by `strict`, or by the settings that the command line heeds when it ends. */
  async #findFlaws(): Promise<string[]> {
    const { session, settings, strict, place } = this.#parts;
    const misses = strict || settings.failOnMiss ? session.misses().length : 0;
    // While recording, what is left of earlier runs is none of the test's business.
    const looksForUnused = modeNeeds[session.mode].recordings && modeNeeds[session.mode].recorder !== 'anew';
    const unused = (strict || settings.failOnUnused) && looksForUnused ? await session.unused() : [];
    const broken = settings.expect
      .map((expectation) => session.check(expectation))
      .filter(({ passed }) => !passed)
      .map(({ expected, reason }) => `Cannot pass this test: it was to meet '${expected}', but ${reason}.`);
    return [
      ...(misses === 0
        ? []
        : [`Cannot pass this test: ${misses} of its calls are not recorded. Record them: ${place.record}`]),
      ...(unused.length === 0
        ? []
        : [
            `Cannot pass this test: it has not asked for ${unused.map(describeRecording).join('; ')}, which its cassette holds. ` +
              `Record it anew: ${place.record}`,
          ]),
      ...broken,
    ];
  }
}

function wordsOf(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
