import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedAnswer } from '../aws/apigateway/planned-answer.ts';
import type { FoundCredentials } from '../aws/signing/credentials.ts';
import type { Credentials } from '../aws/signing/signature.ts';
import { Cassette } from '../cassette/cassette.ts';
import type { Frames } from '../cassette/player.ts';
import { describeTimelines, type ReplacedTimelines } from '../cassette/replaced-timelines.ts';
import { Shelf } from '../cassette/shelf.ts';
import type { Plan } from '../chaos/plan.ts';
import { createControl } from '../control/control.ts';
import { EventStream } from '../control/events.ts';
import { Metrics } from '../control/metrics.ts';
import { type CallError, FailureError, UnwritableError } from '../errors.ts';
import { type RunningServer, startServer } from '../http/server/server.ts';
import { CallWaiters } from '../journal/call-waiters.ts';
import { type Observer, refusedEntry } from '../journal/entry.ts';
import { MemoryBudget } from '../journal/memory-budget.ts';
import { CallerCheck } from '../proxy/caller-check.ts';
import type { Clock } from '../proxy/clock.ts';
import { type Gap, Gaps } from '../proxy/gaps.ts';
import { randomIds, randomSeed } from '../proxy/ids.ts';
import { RestageProxy } from '../proxy/proxy.ts';
import { readyError, readyReplay, toAnswer } from '../proxy/ready-answer.ts';
import { createRedactor } from '../redaction/redactor.ts';
import { checkExpectation, parseExpectation } from '../retries/expectation.ts';
import { describeRetries, type RetryReport } from '../retries/report.ts';
import type { Verdict } from '../retries/verdict.ts';
import { withoutUserinfo } from '../secrets.ts';
import { type Mode, modeNeeds } from '../sessions/mode.ts';
import { openSession } from '../sessions/open-session.ts';
import type { Session } from '../sessions/session.ts';
import { DEFAULT_IDLE_SECONDS, Sessions } from '../sessions/sessions.ts';
import type { UnusedRecording } from '../sessions/unused-recording.ts';
import { Usage } from '../sessions/usage.ts';
import { isLoopbackAddress, type Settings } from '../settings/settings.ts';
import type { CompanyRoots } from '../tls/company-roots.ts';
import type { PublicFiles } from '../tls/trust.ts';
import { readVersion } from '../version.ts';
import { connectOutside } from './forwarding.ts';
import { openInterception } from './interception.ts';
import type { Listeners } from './restage.ts';

/** How long calls in flight may take to end when restage stops. */
const GRACE_MS = 5_000;
/** How often to look for sessions that nobody uses any more. */
const SWEEP_MS = 30_000;
/** How often to look for cassettes' files that changed. */
const REFRESH_MS = 1000;

/** A running proxy, as the command line has it, and what its handle in a program is made of. */
export interface Started {
  readonly mode: Mode;
  /** Where it listens. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** The certificates that clients must trust whose tunnels are taken; only with `intercept`. */
  readonly trust: PublicFiles | undefined;
  /** The region that is configured; only in forwarding modes. */
  readonly region: string | undefined;
  readonly sessions: Sessions;
  readonly waiters: CallWaiters;
  /** The recordings that a session has never played; without one, that none has of the server's cassette. */
  readonly unused: (session?: Session) => Promise<UnusedRecording[]>;
  readonly countCalls: () => number;
  readonly retries: () => RetryReport;
  readonly check: (expectation: string) => Verdict;
  readonly handOutCredentials: () => Promise<Credentials>;
  readonly close: () => Promise<void>;
  /** Gives it other faults, parsed already. */
  readonly setPlan: (plan: Plan) => void;
  /** The calls that a replay missed, and those that one will miss, since they were not recorded. */
  readonly gaps: () => Promise<readonly Gap[]>;
  /** How many calls a replay missed. */
  readonly countMisses: () => number;
  /** Whose keys sign again, in words; only in forwarding modes. */
  readonly findKeys: () => Promise<string>;
}

/** What the command line is told besides: in parts, for programs that read its log. */
export interface StartListeners extends Listeners {
  /** Told of writes of earlier runs that those of this one replaced or left; `onWarning` if absent. */
  readonly onTimelines?: (timelines: ReplacedTimelines) => void;
}

/** Starts restage with settings that were put together already. */
export async function start(
  mode: Mode,
  settings: Settings,
  plan: Plan,
  listeners: StartListeners = {},
): Promise<Started> {
  const {
    onCall = () => {},
    onFailure = () => {},
    onError = () => {},
    onTunnelError = () => {},
    onStaleFile = () => {},
    onWarning = () => {},
    onTimelines = (timelines) => onWarning(describeTimelines(timelines)),
    clock = systemClock,
  } = listeners;
  const seed = settings.seed ?? randomSeed();
  const redact = createRedactor(settings.disabledRedactions, settings.redactions);
  const shelf = new Shelf({
    redact,
    replacesByErrors: settings.replace,
    followsLinks: settings.followLinks,
    onBroken: onStaleFile,
    now: () => new Date(clock.now()),
    onFailure,
    onTimelines,
  });
  const { dir, cassette, order } = settings;
  const frames: Frames<PlannedAnswer> = new WeakMap();
  const memory = new MemoryBudget();
  const usage = new Usage();
  const sessions = new Sessions({
    defaults: { mode, dir, cassette, order, plan, planBytes: 0, seed, idleSeconds: DEFAULT_IDLE_SECONDS },
    open: (name, own) => {
      const parts = { shelf, elapsed: clock.elapsed, prepare: readyReplay, frames, memory };
      const { session, close } = openSession(name, own, parts);
      return {
        session,
        close: () => {
          usage.note(session, sessions.main.cassette);
          return close();
        },
      };
    },
    elapsed: clock.elapsed,
    onError,
  });
  const outside = modeNeeds[mode].upstream ? await connectOutside(settings, clock, onWarning) : undefined;
  const facts = {
    version: readVersion(),
    upstream: outside?.endpoint?.href,
    startedAt: new Date(clock.now()),
    memory,
  };
  const events = new EventStream();
  const waiters = new CallWaiters();
  const unused = (session = sessions.main) => usage.unused(session, sessions);
  const metrics = new Metrics({ sessions, cassettes: () => shelf.cassettes });
  // Not the journal's count, which a client can clear.
  let countedCalls = 0;
  const observe: Observer = (entry) => {
    countedCalls += 1;
    metrics.observe(entry);
    events.publish(entry);
    waiters.publish(entry);
    onCall(entry);
  };
  const noteRefusal = (what: string, error: CallError): void => {
    const entry = refusedEntry(what, error, clock.now());
    sessions.main.journal.add(entry);
    observe(entry);
  };
  const proxyPassword = isLoopbackAddress(settings.host) ? undefined : settings.adminToken;
  const interception = settings.intercept
    ? await openInterception(settings, {
        forwards: modeNeeds[mode].upstream,
        proxyPassword,
        now: () => new Date(clock.now()),
        companyRoots: outside?.companyRoots ?? (await readOwnRoots()),
        onTunnel: ({ authority, decision }) => {
          if (decision.type === 'refuse')
            noteRefusal(`CONNECT ${withoutUserinfo(authority)}`, decision.error);
        },
        onTunnelError,
      })
    : undefined;
  const gaps = new Gaps(({ dir, name, folder }) => shelf.find(folder) ?? new Cassette(dir, name));
  const proxy = new RestageProxy({
    callers: new CallerCheck({
      boundHost: settings.host,
      allowedHosts: settings.allowedHosts,
      proxyPassword,
    }),
    sessions,
    upstream: outside?.upstream,
    control: createControl({
      facts,
      sessions,
      adminToken: settings.adminToken,
      ids: randomIds,
      events,
      metrics,
      waiters,
      unused,
    }),
    ids: randomIds,
    observe,
    gaps,
    redact,
    recordedByName: new Set(settings.recordedOperations),
    clock,
  });

  if (modeNeeds[mode].recorder === 'anew') await startRecorder(sessions.main, onFailure);
  let server: RunningServer;
  try {
    server = await startServer({
      host: settings.host,
      port: settings.port,
      answer: (call) => proxy.answer(call),
      screen: (call) => proxy.screen(call),
      onGarbage: (error) => noteRefusal('malformed request', error),
      tunnels: interception?.tunnels,
      fail: (error: CallError) => toAnswer(readyError(error, 'refused'), randomIds),
      onError,
    });
  } catch (error) {
    await sessions.close();
    throw error;
  }
  const refreshing = modeNeeds[mode].recordings ? refreshAgainAndAgain(shelf, onError) : undefined;
  const sweeping = setInterval(() => sessions.endIdle(), SWEEP_MS).unref();
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    mode,
    url: `http://${host}:${server.port}`,
    port: server.port,
    seed,
    trust: interception?.trust,
    region: outside?.region,
    sessions,
    waiters,
    unused,
    countCalls: () => countedCalls,
    gaps: () => gaps.list(),
    countMisses: () => gaps.missed,
    retries: () => describeRetries(sessions.main.retries),
    check: (expectation) => checkExpectation(parseExpectation(expectation), sessions.main.retries),
    setPlan: (next) => sessions.setPlan(next),
    findKeys: async () => describeKeys(await (outside?.credentials ?? refuseCredentials)()),
    handOutCredentials: outside?.handOut ?? refuseCredentials,
    close: async () => {
      clearInterval(sweeping);
      clearInterval(refreshing);
      waiters.close();
      await events.close();
      await server.close(GRACE_MS);
      outside?.close();
      await sessions.close();
    },
  };
}

/** Looks for changed files now and then: one at a time, and not again before it is through. */
function refreshAgainAndAgain(shelf: Shelf, onError: (error: unknown) => void): NodeJS.Timeout {
  let _looking: Promise<void> | undefined;
  const look = (): void => {
    _looking ??= shelf
      .refresh()
      .catch(onError)
      .finally(() => {
        _looking = undefined;
      });
  };
  return setInterval(look, REFRESH_MS).unref();
}

const systemClock: Clock = {
  now: Date.now,
  elapsed: performance.now.bind(performance),
  sleep: (ms) => sleep(ms, undefined, { ref: false }),
};

/** Replay asks no profile: what reads it is not loaded there. */
async function readOwnRoots(): Promise<CompanyRoots> {
  const { readCompanyRoots } = await import('../tls/company-roots.ts');
  return readCompanyRoots(process.env);
}

/** Of the access key no more than it takes to recognise it. */
function describeKeys({ accessKeyId, from }: FoundCredentials): string {
  return `access key …${accessKeyId.slice(-4)} of ${from}`;
}

/** A cassette that another process records to stops restage; a folder that cannot be written only stops the recording. */
async function startRecorder({ recorder }: Session, onFailure: (failure: Error) => void): Promise<void> {
  try {
    await recorder?.start();
  } catch (error) {
    if (!(error instanceof UnwritableError)) throw error;
    onFailure(error);
  }
}

async function refuseCredentials(): Promise<never> {
  throw new FailureError(
    'Cannot hand out credentials: replay has none, and clients need none that are right. Sign with any.',
  );
}
