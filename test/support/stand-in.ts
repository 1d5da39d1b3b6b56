import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  deliver,
  deliveries,
  type Exchange,
  type Failing,
  type FailureKind,
  type FailureOptions,
} from './stand-in/failures.ts';
import { sampleApis } from './stand-in/sample.ts';
import { type Quota, type ServiceState, serve, TokenBucket } from './stand-in/service.ts';
import type { Credentials, Received, Refusal } from './stand-in/signature.ts';
import { parseStages, type StageFields } from './stand-in/stages.ts';
import { Store } from './stand-in/store.ts';

export type { Failing, FailureKind, FailureOptions } from './stand-in/failures.ts';
export { sample } from './stand-in/sample.ts';
export type { Quota } from './stand-in/service.ts';
export type { Credentials } from './stand-in/signature.ts';
export type { Json, StageFields } from './stand-in/stages.ts';

/** How the stand-in is to be. */
export interface StandInOptions {
  /** 0, any free one, if not given. */
  readonly port?: number;
  /** The key pairs it knows; one, `AKIDEXAMPLE`, if not given. */
  readonly credentials?: readonly [Credentials, ...Credentials[]];
  /** The account in messages and ARNs; `123456789012` if not given. */
  readonly accountId?: string;
  /** Epoch milliseconds; `Date.now` if not given. Signatures and the quota go by it. */
  readonly now?: () => number;
  /** None if not given. */
  readonly quota?: Quota;
  /** Whether it packs with gzip for clients that ask; off if not given. */
  readonly gzip?: boolean;
  /** Whether it packs with brotli, sooner than with gzip, for clients that ask; off if not given. */
  readonly br?: boolean;
}

/** A call the stand-in received. */
export interface Call extends Received {
  /** Whether the signature held. */
  readonly signed: boolean;
  /** Why it did not: the error that was answered, and what the service would not tell. */
  readonly refusal: Refusal | undefined;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

/** A server on 127.0.0.1 that behaves like API Gateway's control plane. */
export interface StandIn {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** In the order they came. */
  readonly calls: readonly Call[];
  /** The first key pair it knows. */
  readonly credentials: Credentials;
  /** Sets the stages of an API, as fields or as JSON text that keeps its numbers; with undefined the API is unknown. */
  setStages(apiId: string, stages: readonly StageFields[] | string | undefined): void;
  /** Sets the quota, with a full bucket; with undefined there is none. */
  setQuota(quota: Quota | undefined): void;
  /** Lets the next calls fail; several failures follow one another. */
  fail(kind: FailureKind, options?: FailureOptions): Failing;
  /** Waits until that many calls, counted from 1, were received whole; gives the last of them. */
  called(count: number): Promise<Call>;
  /** Ends every connection; calls still held are never answered. Throws when the stand-in itself broke. */
  close(): Promise<void>;
}

interface Failure {
  readonly kind: FailureKind;
  readonly options: FailureOptions;
  readonly released: Promise<void>;
  left: number;
}

interface Waiter {
  readonly count: number;
  readonly resolve: (call: Call) => void;
  readonly reject: (reason: Error) => void;
}

const DEFAULT_CREDENTIALS: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };

/** Starts a stand-in for the service; whoever starts it closes it. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { credentials = [DEFAULT_CREDENTIALS], accountId = '123456789012', now = Date.now, quota } = options;
  const encodings = (['br', 'gzip'] as const).filter((encoding) => options[encoding]);
  const bucketOf = (of: Quota | undefined) => (of === undefined ? undefined : new TokenBucket(of, now));
  const state: ServiceState = {
    credentials,
    accountId,
    now,
    apis: sampleApis(accountId),
    plane: new Store(),
    bucket: bucketOf(quota),
  };
  const calls: Call[] = [];
  const connections = new WeakMap<Socket, number>();
  const failures: Failure[] = [];
  const bugs: unknown[] = [];
  let connectionCount = 0;
  let waiters: Waiter[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(request);
    const { answer, refusal } = serve(received, state);
    const connection = connections.get(request.socket) ?? 0;
    const failure = nextFailure();
    calls.push({ ...received, signed: refusal === undefined, refusal, connection });
    tellWaiters();
    const exchange: Exchange = { request, response, answer, encodings, now: now() };
    if (failure === undefined) deliver(exchange);
    else await deliveries[failure.kind](exchange, failure.options, failure.released);
  }

  function nextFailure(): Failure | undefined {
    const failure = failures.find((each) => each.left > 0);
    if (failure !== undefined) failure.left -= 1;
    return failure;
  }

  function tellWaiters(): void {
    for (const { count, resolve } of waiters) {
      const call = calls[count - 1];
      if (call !== undefined) resolve(call);
    }
    waiters = waiters.filter(({ count }) => count > calls.length);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client that went away in the middle is its own affair; anything else is a bug that close() tells.
      if (!request.socket.destroyed) bugs.push(error);
      request.socket.destroy();
    });
  });
  server.on('connection', (socket) => connections.set(socket, ++connectionCount));
  // The default of 5 seconds would close sockets under a test that takes its time.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    credentials: credentials[0],
    setStages(apiId, stages) {
      if (stages === undefined) state.apis.delete(apiId);
      else state.apis.set(apiId, typeof stages === 'string' ? parseStages(stages) : [...stages]);
    },
    setQuota(next) {
      state.bucket = bucketOf(next);
    },
    fail(kind, failureOptions = {}) {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const failure = { kind, options: failureOptions, released, left: failureOptions.times ?? 1 };
      failures.push(failure);
      return {
        release() {
          failure.left = 0;
          release();
        },
      };
    },
    called(count) {
      const call = calls[count - 1];
      if (call !== undefined) return Promise.resolve(call);
      return new Promise((resolve, reject) => waiters.push({ count, resolve, reject }));
    },
    async close() {
      const reason = `the stand-in was closed after ${calls.length}`;
      for (const { count, reject } of waiters) reject(new Error(`Cannot wait for call ${count}: ${reason}.`));
      waiters = [];
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (bugs.length > 0) throw new Error('Cannot vouch for the stand-in: it broke.', { cause: bugs[0] });
    },
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url: target = '', rawHeaders } = request;
  return { method, target, rawHeaders, body: Buffer.concat(chunks) };
}
