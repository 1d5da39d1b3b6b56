/**
 * Every bound on what a stranger can have restage take, keep or do: a client, an upstream, a cassette, a checkout.
 * `docs/security.md` has the table of what happens beyond each; a test holds the two together.
 */

const KB = 1024;
const MB = 1024 * KB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Of the listening side, for one client or for all of them. Times are milliseconds. */
export const serverBounds = fixed({
  /** At once, those to the outside for tunnels included; fewer where the system lets restage have fewer files open. */
  connections: 4096,
  headBytes: 16 * KB,
  /** Headers of a request: fewer than this. To node:http a head's size is that of names and values alone. */
  headers: 200,
  bodyBytes: 10 * MB,
  /** What a body may be on the wire, with the chunks it is cut into: one cut into single bytes is six times its size there. */
  bodyWireBytes: 12 * MB,
  /** All bodies together of the calls that are under way, without the first 16 KB of each. */
  bodiesBytes: 64 * MB,
  /** For a whole head, from the connection's or the call's first moment on. */
  headMs: 10 * SECOND,
  /** For a whole call, its body included. */
  requestMs: MINUTE,
  /** How long a connection is kept that nothing is asked on: SDKs keep sockets in their pools that long. */
  keepAliveMs: 65 * SECOND,
  /** How long a client may leave an answer unread. */
  unreadMs: 2 * MINUTE,
  /** How long a client that leaves its answer unread keeps its place when others need one. */
  stalledMs: SECOND,
  /** All answers together that clients have not taken yet: beyond, whoever took nothing for the longest time is put out. */
  unreadBytes: 128 * MB,
  /** How often the times of heads and calls are looked at. */
  checkMs: 2 * SECOND,
  /** For the TLS handshake in a tunnel. */
  handshakeMs: 10 * SECOND,
  /** How long a tunnel that passes untouched may be silent. */
  tunnelIdleMs: 10 * MINUTE,
  /** How long a connection that was answered with a refusal is kept, for the client to read it. */
  lingerMs: SECOND,
  /** Calls of one connection, and of all of them, that wait until the answer before theirs was taken. */
  pipelinedCalls: 10,
  waitingCalls: 1000,
});

/** Of what is asked of an upstream. */
export const upstreamBounds = fixed({
  connectMs: 5 * SECOND,
  /** From the request's last byte to the head of the answer, and between any two bytes of the answer. */
  firstByteMs: MINUTE,
  /** For a call in all: until its answer is there, or begins to pass through; waiting for a place and a second try included. */
  exchangeMs: 2 * MINUTE,
  /** For what passes through from then on, until its end. */
  passingMs: 10 * MINUTE,
  /** Calls to one upstream at once. Others wait. */
  places: 256,
  /** Answers with status 1xx before the one that counts. */
  interimAnswers: 20,
  /** How far from this machine's clock the one may be that an upstream says is right. */
  clockOffsetMs: 24 * 60 * MINUTE,
  /** Parameters of a call that is signed again: no operation of the service takes a quarter of them. */
  signedParameters: 200,
  /** An answer that is to be understood, packed or unpacked: beyond, it passes through and is not recorded. */
  bufferedBytes: 8 * MB,
  /** All of those together, until their clients have taken them: beyond, what comes passes through as well. */
  heldBytes: 64 * MB,
  /** How often an answer may be packed over, and how many are unpacked at once. */
  /** How often a text may be percent-encoded. */
  encodings: 3,
  unpackedAtOnce: 2,
});

/** Of control. */
export const controlBounds = fixed({
  bodyBytes: 64 * KB,
  /** Calls that one answer tells. */
  calls: 1000,
  /** Who reads `/__restage/events` at once, and what may wait for a slow one: beyond, calls are only counted. */
  listeners: 100,
  waitingEventBytes: 512 * KB,
  /** Who waits for calls at once (`GET wait`), and how long: beyond, nobody else can, and whoever did is told what came. */
  waiters: 32,
  waitMs: MINUTE,
  /** Rules that metrics count by name: all others are counted as one. */
  countedRules: 1000,
});

/** Of what is remembered. */
export const memoryBounds = fixed({
  /** More than any test run has in parallel. */
  sessions: 1000,
  /** Names of sessions that were made and closed, by a program or over HTTP, for which no call makes another one. */
  endedSessions: 1000,
  /** The command that a session's misses name, in characters. */
  recordWithLength: 1000,
  /** What journals, retry logs and sessions take together: beyond, the oldest calls are forgotten. */
  rememberedBytes: 128 * MB,
  /** Calls that a session's journal keeps. */
  journalCalls: 1000,
  /** Calls that a replay missed, of a session: kept apart from the others. */
  missedCalls: 100,
  /** Calls that succeeded at once, of a session's retry log. */
  plainCalls: 1000,
  /** Calls that did not. */
  eventfulCalls: 10_000,
  /** Attempts of the calls that did not succeed at once, all together. */
  attempts: 50_000,
  /** A call with more attempts is told as several. */
  attemptsOfCall: 1000,
  /** Attempts whose time is kept, for rates. */
  attemptTimes: 100_000,
  /** Calls of one client for one key that may wait for another attempt: beyond, the oldest is taken for over. */
  openCalls: 256,
  /** Targets that are known without reading them again, and how long such a one may be, in characters. */
  targets: 10_000,
  targetLength: 300,
  /** Regions that have their own place in a key's takes: more than AWS has. Those beyond it share one. */
  regionsOfKey: 100,
  /** Texts that a session's clients have sent and redaction took out, to be put back: beyond, the oldest is not. */
  sentTexts: 1000,
  /** Files of a cassette that cannot be used, of which the reason is kept: beyond, all are read again. */
  unreadableFiles: 100,
  /** Certificates of hosts that are kept. */
  hosts: 500,
  /** Calls that were not recorded, or that a replay missed, by what they ask for: told in the end. */
  gaps: 1000,
});

/** Of rules. */
export const faultBounds = fixed({
  /** Every call asks every rule. */
  rules: 1000,
  /** Names and patterns in the scope of one rule: each call is compared with each pattern. */
  scopeNames: 100,
  /** Keys that a rule counts for themselves: beyond, the oldest begins anew. */
  keysOfRule: 100_000,
  /** Regions that have a bucket of their own: beyond, the oldest begins anew. */
  buckets: 1000,
});

/** Of what is read: cassettes, answers, settings. What bytes hold is bounded besides: a value costs more than its bytes. */
export const documentBounds = fixed({
  /** A cassette's file: more than any API's stages can fill. */
  fileBytes: 64 * MB,
  /** JSON values in it, which take up to a second to read. The stages of an API have about a hundred each. */
  fileValues: 600_000,
  /** Values of one answer, as it came and as a take: a page of 500 resources with all of their methods has fewer. */
  takeValues: 200_000,
  /** Stages of one answer: the service allows 10 of an API unless it was asked for more. */
  stages: 2000,
  /** A name that stands in links, in characters: beyond, none is derived from it. The service's names are shorter. */
  linkedName: 256,
  /** How deeply JSON may nest, in a file, and in what is recorded: it nests some levels deeper in its file. */
  depth: 200,
  recordedDepth: 100,
  /** Recorded keys, APIs or other names that one is compared with, to tell the nearest: more than there are operations. */
  comparedNames: 300,
  /** Segments of a path that is of no operation, and characters of one, that known paths are compared with: theirs are shorter. */
  comparedSegments: 12,
  comparedWord: 32,
  /** A faults file or a config file, and the aliases that its YAML may use. */
  settingsFileBytes: 256 * KB,
  aliases: 50,
});

/** Of what is redacted: lengths are in UTF-16 code units. */
export const redactionBounds = fixed({
  /** What is longer is looked at in parts, JSON as any text, and is taken out as a whole if it may hold a secret. */
  textLength: 64 * KB,
  /** How much two parts of a long text have in common: more than any token is long. */
  partOverlap: 4 * KB,
  /** How often JSON may stand in JSON. */
  nestedJson: 4,
  /** Texts of one answer that are read as JSON: beyond, each is taken out as a whole. */
  jsonTexts: 10_000,
  /** How often a text may be percent-encoded. */
  encodings: 3,
  /** Different texts of one answer, names included, that are searched together. */
  texts: 100_000,
  /** Of those, and of what is beyond, how many are searched by themselves: others that may hold a secret are taken out. */
  searches: 5000,
  /** Findings of one rule in one answer: beyond, each text of the answer may hold a secret. */
  findings: 20_000,
  /** Account ids of one answer. */
  accountIds: 1000,
  /** How often what is left of a text is looked at again: beyond, the whole text is taken out. */
  rounds: 4,
});

function fixed<Name extends string>(bounds: Record<Name, number>): Readonly<Record<Name, number>> {
  return Object.freeze(bounds);
}
