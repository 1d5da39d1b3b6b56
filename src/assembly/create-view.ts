import type { Credentials } from '../aws/signing/signature.ts';
import { parseFault } from '../chaos/parse-rule.ts';
import { DUMMY_CREDENTIALS, offlineRegion } from '../clients/dummy-identity.ts';
import { CallError, FailureError, UsageError } from '../errors.ts';
import { matcherOf } from '../journal/call-filter.ts';
import { suggestNames } from '../known-names.ts';
import { checkExpectation, parseExpectation } from '../retries/expectation.ts';
import { describeRetries } from '../retries/report.ts';
import { resetSession, type Session } from '../sessions/session.ts';
import { sessionPrefix } from '../sessions/session-address.ts';
import type { Settings } from '../settings/settings.ts';
import type { Started } from './start.ts';
import type { ClientConfig, ClientCredentials, Faults, View } from './view.ts';

/** What a view is made of. */
export interface ViewParts {
  readonly started: Started;
  readonly settings: Settings;
  readonly session: Session;
  readonly onWarning: (warning: string) => void;
  /** Throws once the view is closed. */
  readonly checkOpen: () => void;
  readonly close: () => Promise<void>;
}

const DEFAULT_WAIT_MS = 5000;
/** A timer for longer fires at once. [setTimeout] */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What a program sees of a session; of the main one, and so of the server. */
export function createView(parts: ViewParts): View {
  const { started, settings, session, onWarning, checkOpen, close } = parts;
  const whileOpen = <A extends readonly unknown[], T>(act: (...args: A) => T) => {
    const member = (...args: A): T => {
      try {
        checkOpen();
        return plainly(() => act(...args));
      } catch (error) {
        // A trace holds few lines: the first is to be the one that asked for what cannot be.
        if (error instanceof UsageError || error instanceof FailureError)
          Error.captureStackTrace(error, member);
        throw error;
      }
    };
    return member;
  };
  const { mode, name, seed } = session;
  const url = started.url + sessionPrefix(name);
  const reached = { ...started, mode, session: name };
  return {
    mode,
    url,
    seed,
    client: clientOf(parts, url),
    environment: whileOpen(async (env = process.env) => {
      const { programEnvironment } = await import('../clients/program-environment.ts');
      return programEnvironment(reached, settings, { env: { ...env }, say: onWarning });
    }),
    faults: createFaults(session, whileOpen),
    // What was is still to be looked at when it is over.
    calls: (filter = {}) => session.journal.entries.filter(matcherOf(filter)),
    misses: () => session.journal.misses,
    unused: whileOpen(() => started.unused(session)),
    retries: () => describeRetries(session.retries),
    check: (expectation) => checkExpectation(parseExpectation(expectation), session.retries),
    waitFor: whileOpen(async (count, filter = {}, { timeoutMs = DEFAULT_WAIT_MS } = {}) => {
      checkWait(count, timeoutMs);
      const asked = matcherOf(filter);
      const { over } = started.waiters.wait({
        count,
        matches: (entry) => (name === undefined || entry.session === name) && asked(entry),
        past: session.journal.entries.filter(asked),
        timeoutMs,
        of: session,
      });
      const { calls, reason } = await over;
      if (reason === 'came') return [...calls];
      const why = reason === 'timeout' ? `in ${timeoutMs} ms there came` : 'it was closed, and there came';
      throw new FailureError(
        `Cannot wait for ${count} calls any longer: ${why} ${calls.length}${describe(filter)}. Look at 'calls()', or wait longer.`,
      );
    }),
    reset: whileOpen(async () => {
      await session.cassette.refresh(true);
      resetSession(session);
    }),
    discard: whileOpen(async () => (await session.recorder?.discard()) ?? { discarded: 0, kept: 0 }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createFaults(
  { rules }: Session,
  whileOpen: <A extends readonly unknown[], T>(act: (...args: A) => T) => (...args: A) => T,
): Faults {
  const list = () => rules.status;
  return {
    add: whileOpen((...faults) => {
      const parsed = faults.map((fault) => parseFault(fault));
      rules.add(...parsed);
      const names = new Set(parsed.map(({ name }) => name));
      return list().filter(({ name }) => names.has(name));
    }),
    list: whileOpen(list),
    remove: whileOpen((name) => {
      if (rules.remove(name)) return;
      const known = list().map((rule) => rule.name);
      const names = known.length === 0 ? 'There are none' : suggestNames(name, known);
      throw new UsageError(`Cannot remove fault '${name}': there is none of that name. ${names}.`);
    }),
    clear: whileOpen(() => rules.clear()),
  };
}

function clientOf({ started, settings, session }: ViewParts, endpoint: string): ClientConfig {
  if (!session.forwards)
    return { endpoint, region: offlineRegion(process.env), credentials: plain(DUMMY_CREDENTIALS) };
  const { region } = started;
  const [clientKey] = settings.clientKeys;
  return {
    endpoint,
    ...(region !== undefined && { region }),
    credentials: async () => plain(clientKey ?? (await started.handOutCredentials())),
  };
}

function plain({ accessKeyId, secretAccessKey, sessionToken }: Credentials): ClientCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function checkWait(count: number, timeoutMs: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(
      `Cannot wait for ${String(count)} calls: it is no whole number above 0. Correct it.`,
    );
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_WAIT_MS))
    throw new UsageError(
      `Cannot wait for ${String(timeoutMs)} ms: 'timeoutMs' is a number above 0, and not above ${LONGEST_WAIT_MS}. Correct it.`,
    );
}

function describe(filter: object): string {
  return Object.keys(filter).length === 0 ? '' : ` that fit ${JSON.stringify(filter)}`;
}

/** Errors that calls are answered with, as errors of what a program asked for. */
function plainly<T>(act: () => T): T {
  try {
    const done = act();
    return done instanceof Promise ? (done.catch(rethrow) as T) : done;
  } catch (error) {
    return rethrow(error);
  }
}

/** @throws {@link FailureError} for a {@link CallError}; all else as it is. */
export function rethrow(error: unknown): never {
  if (error instanceof CallError) throw new FailureError(error.message, { cause: error });
  throw error;
}
