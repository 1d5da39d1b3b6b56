import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialSource } from './aws/credentials.ts';
import { configuredEndpoint } from './aws/endpoint.ts';
import { plannedRendering } from './aws/planned-answer.ts';
import type { Credentials } from './aws/signature.ts';
import { CallerCheck } from './caller.ts';
import { Cassette, listCassettes } from './cassette/cassette.ts';
import { Player } from './cassette/player.ts';
import { Recorder } from './cassette/recorder.ts';
import { createRedactor } from './cassette/redact.ts';
import { RuleSet } from './chaos/rule-set.ts';
import { createControl } from './control/routes.ts';
import { type CallError, FailureError, UnwritableError } from './errors.ts';
import { type RunningServer, startServer } from './http/server.ts';
import { randomIds, randomPseudonym, randomSeed } from './ids.ts';
import { Journal, type JournalEntry, type Observer } from './journal.ts';
import { type Clock, RestageProxy, type Upstream } from './proxy.ts';
import { readyAnswer, readyError, toAnswer } from './ready-answer.ts';
import { type Mode, modeNeeds, type Session } from './session.ts';
import { isLoopbackAddress, resolveSettings, type Settings, type Values } from './settings.ts';

export type { Outcome } from './call.ts';
export { FailureError, UsageError } from './errors.ts';
export type { JournalEntry, Observer } from './journal.ts';
export type { Mode } from './session.ts';

/** How long calls in flight may take to end when restage stops. */
const GRACE_MS = 5_000;

/** Options by the names they have on the command line, such as `cassette`, `dir`, `upstream` or `fault`. */
export type RestageOptions = Values;

/** What to tell whoever started restage. */
export interface Listeners {
  /** Told of each call. */
  readonly onCall?: Observer;
  /** Told of each recording that could not be saved; the client got its answer. */
  readonly onFailure?: (failure: Error) => void;
  /** Told of mistakes that no client can be told of. */
  readonly onError?: (error: unknown) => void;
}

/** A running proxy. */
export interface Restage {
  readonly mode: Mode;
  /** Where it listens, such as `http://127.0.0.1:8480`. */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** The calls that are still remembered, oldest first. */
  readonly calls: () => JournalEntry[];
  /** How many calls there were, whatever became of them. */
  readonly countCalls: () => number;
  /** The credentials that calls are signed again with, for a client to sign with; only in forwarding modes. */
  readonly handOutCredentials: () => Promise<Credentials>;
  /** Stops accepting, lets the calls in flight end (at most 5 s), and gives the cassette's lock back. */
  readonly close: () => Promise<void>;
}

/**
 * Starts restage in this process.
 * @throws UsageError for options that cannot be understood, FailureError when the port is taken or the cassette locked.
 */
export async function startRestage(
  mode: Mode,
  options: RestageOptions = {},
  listeners: Listeners = {},
): Promise<Restage> {
  const settings = resolveSettings({
    flags: options,
    variables: {},
    file: undefined,
    readFaults: refuseFaultsFile,
  });
  return start(mode, settings, listeners);
}

function refuseFaultsFile(): never {
  throw new FailureError(
    "Cannot read a faults file here: only the command line does. Give the rules as 'fault'.",
  );
}

/** Starts restage with settings that were put together already. */
export async function start(mode: Mode, settings: Settings, listeners: Listeners = {}): Promise<Restage> {
  const { onCall = () => {}, onFailure = () => {}, onError = () => {} } = listeners;
  const seed = settings.seed ?? randomSeed();
  const session = createSession(mode, settings, seed, onFailure);
  const outside = modeNeeds[mode].upstream ? await connectOutside(settings) : undefined;
  const endpoint = outside?.endpoint?.href;
  const facts = { version: readVersion(), upstream: endpoint, seed, startedAt: new Date() };
  // Not the journal's count, which a client can clear.
  let countedCalls = 0;
  const proxy = new RestageProxy({
    callers: new CallerCheck({ boundHost: settings.host, allowedHosts: settings.allowedHosts }),
    session,
    upstream: outside?.upstream,
    control: createControl(facts, randomIds),
    ids: randomIds,
    observe: (entry) => {
      countedCalls += 1;
      onCall(entry);
    },
    clock: systemClock,
  });

  if (modeNeeds[mode].recorder === 'anew') await startRecorder(session, onFailure);
  let server: RunningServer;
  try {
    server = await startServer({
      host: settings.host,
      port: settings.port,
      answer: (call) => proxy.answer(call),
      fail: (error: CallError) => toAnswer(readyError(error, 'refused'), randomIds),
      onError,
    });
  } catch (error) {
    await session.recorder?.stop();
    throw error;
  }
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    mode,
    url: `http://${host}:${server.port}`,
    port: server.port,
    seed,
    calls: () => session.journal.entries,
    countCalls: () => countedCalls,
    handOutCredentials: outside?.handOut ?? refuseCredentials,
    close: async () => {
      await server.close(GRACE_MS);
      outside?.close();
      await session.recorder?.stop();
    },
  };
}

/** The names of the cassettes in a folder. */
export { listCassettes };

const systemClock: Clock = {
  now: Date.now,
  elapsed: performance.now.bind(performance),
  sleep: (ms) => sleep(ms, undefined, { ref: false }),
};

function createSession(
  mode: Mode,
  settings: Settings,
  seed: number,
  onFailure: (failure: Error) => void,
): Session {
  const cassette = new Cassette(settings.dir, settings.cassette);
  const needs = modeNeeds[mode];
  const redact = createRedactor(settings.disabledRedactions, settings.redactions);
  return {
    name: undefined,
    mode,
    usesRecordings: needs.recordings,
    cassette,
    player: new Player(settings.order, (status, rendering) =>
      readyAnswer(plannedRendering(status, rendering), 'replayed'),
    ),
    recorder:
      needs.recorder !== undefined
        ? new Recorder({
            cassette,
            redact,
            replacesEarlierRuns: needs.recorder === 'anew',
            replacesByErrors: settings.replace,
            now: () => new Date(),
            onFailure,
          })
        : undefined,
    rules: new RuleSet(settings.faults, seed),
    journal: new Journal(),
  };
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

interface Outside {
  readonly upstream: Upstream;
  readonly endpoint: URL | undefined;
  readonly handOut: CredentialSource;
  readonly close: () => void;
}

/** Puts together what only forwarding needs. Loaded here, so that replay loads neither http-proxy nor the AWS SDK. */
async function connectOutside(settings: Settings): Promise<Outside> {
  const [{ Signer }, { createCredentialSource }, { resolveRegion }, { Forwarder }] = await Promise.all([
    import('./aws/signer.ts'),
    import('./aws/credentials.ts'),
    import('./aws/region.ts'),
    import('./http/forwarder.ts'),
  ]);
  const credentials = createCredentialSource(settings.profile);
  const handedOut: Credentials[] = [];
  const endpointOverride = configuredEndpoint(process.env);
  const endpoint = settings.upstream ?? endpointOverride;
  if (endpoint !== undefined) refuseItself(endpoint, settings);
  const signer = new Signer({
    credentials,
    handedOut,
    clientKeys: settings.clientKeys,
    trustClients: settings.trustClients,
    allowWrites: settings.allowWrites,
    upstream: settings.upstream,
    endpointOverride,
    defaultRegion: await resolveRegion(settings.profile),
    pseudonym: randomPseudonym(),
    now: () => new Date(),
  });
  const forwarder = new Forwarder(settings.upstream);
  return {
    upstream: {
      admit: (call, isKept) => signer.admit(call, isKept),
      forward: (request, wholeBody) => forwarder.forward(request, wholeBody),
    },
    endpoint,
    handOut: async () => {
      const given = await credentials();
      handedOut.push(given);
      return given;
    },
    close: () => forwarder.close(),
  };
}

/** The variable that points clients at restage is easily left set in the shell that restage is started from. */
function refuseItself(endpoint: URL, { host, port }: Settings): void {
  const isOwnPort = port !== 0 && endpoint.port === String(port);
  if (!isOwnPort || !(endpoint.hostname === host || isLoopbackAddress(endpoint.hostname))) return;
  throw new FailureError(
    `Cannot forward to ${endpoint.origin}: that is this restage itself. ` +
      "Unset AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL here, or give '--upstream'.",
  );
}

async function refuseCredentials(): Promise<never> {
  throw new Error('replay has no credentials');
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(version);
}
