import { parsePlan } from '../chaos/scenario.ts';
import { FailureError } from '../errors.ts';
import type { Settings } from '../settings/settings.ts';
import { createView, rethrow } from './create-view.ts';
import type { Listeners, Restage, RestageSession, SessionOptions } from './restage.ts';
import { checkSessionName, readSessionOptions } from './session-options.ts';
import type { Started } from './start.ts';

/** What a program has restage in hand by. */
export function createHandle(
  started: Started,
  settings: Settings,
  { onWarning = () => {} }: Listeners,
): Restage {
  const { port, trust, countCalls, handOutCredentials, sessions, setPlan, waiters } = started;
  let closing: Promise<void> | undefined;
  const checkOpen = (): void => {
    if (closing !== undefined)
      throw new FailureError('Cannot use this restage: it was closed. Start another one.');
  };

  const session = async (name: string, options: SessionOptions = {}): Promise<RestageSession> => {
    checkOpen();
    checkSessionName(name);
    const own = readSessionOptions(options, sessions.defaults);
    const made = await sessions.create(name, own).catch(rethrow);
    let ending: Promise<void> | undefined;
    const isThere = (): boolean => sessions.find(name) === made;
    const view = createView({
      started,
      settings,
      session: made,
      onWarning,
      checkOpen: () => {
        if (ending === undefined && isThere()) return;
        throw new FailureError(
          `Cannot use session '${name}': it has ended. Make it again with session('${name}').`,
        );
      },
      close: () => {
        ending ??= (async () => {
          waiters.endOf(made);
          if (isThere()) await sessions.end(name);
        })();
        return ending;
      },
    });
    return { ...view, name, cassette: own.cassette, dir: own.dir };
  };

  const close = (): Promise<void> => {
    closing ??= started.close();
    return closing;
  };
  const view = createView({ started, settings, session: sessions.main, onWarning, checkOpen, close });
  return {
    ...view,
    port,
    trust,
    countCalls,
    handOutCredentials,
    settings: {
      cassette: settings.cassette,
      dir: settings.dir,
      expect: settings.expectations.map(({ text }) => text),
      failOnMiss: settings.failOnMiss,
      failOnUnused: settings.failOnUnused,
    },
    setFaults: (faults) => {
      checkOpen();
      setPlan(parsePlan(faults, 'faults'));
    },
    session,
  };
}
