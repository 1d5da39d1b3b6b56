import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeBody } from '../aws/apigateway/service-error.ts';
import { type Answer, type Call, headerEntries } from '../call.ts';
import { CallError, UsageError } from '../errors.ts';
import type { CallWaiters } from '../journal/call-waiters.ts';
import type { Control } from '../proxy/proxy.ts';
import { type RequestIds, readyError, toAnswer } from '../proxy/ready-answer.ts';
import { isSecret } from '../sessions/proxy-authorization.ts';
import type { Session } from '../sessions/session.ts';
import { CONTROL_PREFIX } from '../sessions/session-address.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { EventStream } from './events.ts';
import { HEALTH_PATH, HEALTHY } from './health.ts';
import type { Metrics } from './metrics.ts';
import type { Act, ControlRequest, ServerFacts } from './request.ts';

/** What control works on, and who may use it. */
export interface ControlSettings {
  readonly facts: ServerFacts;
  readonly sessions: Sessions;
  /** What callers must show as `Authorization: Bearer`; without it, only this machine's may call. */
  readonly adminToken: string | undefined;
  readonly ids: RequestIds;
  readonly events: EventStream;
  readonly metrics: Metrics;
  readonly waiters: CallWaiters;
  readonly unused: ControlRequest['unused'];
}

/** Answers what is addressed to restage itself: for the server, and under `/@NAME` for one session. */
export function createControl(settings: ControlSettings): Control {
  const { adminToken, ids, sessions } = settings;
  let routers: ReturnType<typeof loadRouters> | undefined;
  let turn = Promise.resolve();
  // One call each turn of the event loop: an answer may take long to make, and calls to the API come in between.
  const awaitTurn = (): Promise<void> => {
    turn = turn.then(() => nextTurn());
    return turn;
  };

  const act = async (call: Call, sessionName: string | undefined): Promise<Answer> => {
    if (isLook(call) && pathOf(call) === CONTROL_PREFIX + HEALTH_PATH) return toControlAnswer(HEALTHY);
    checkCaller(call, adminToken);
    // What could not be loaded now, as with too many files open, may be the next time.
    routers ??= loadRouters().catch((error: unknown) => {
      routers = undefined;
      throw error;
    });
    const { forServer, forSession, noSuchSession } = await routers;
    await awaitTurn();
    const router = sessionName === undefined ? forServer : forSession;
    const { act, parameters } = router.find(call.method, pathOf(call).slice(CONTROL_PREFIX.length));
    const session = enter(sessions, sessionName, call.method);
    if (session === undefined) throw noSuchSession(sessions, sessionName ?? '');
    return toControlAnswer(await act({ ...settings, call, parameters, session }));
  };

  return {
    isFor: (call) => {
      if (!call.target.startsWith(CONTROL_PREFIX)) return false;
      const path = pathOf(call);
      return path === CONTROL_PREFIX || path.startsWith(`${CONTROL_PREFIX}/`);
    },
    answer: (call, sessionName) =>
      act(call, sessionName).catch((error: unknown) => {
        if (error instanceof CallError) return toAnswer(readyError(error, 'refused'), ids);
        if (!(error instanceof UsageError)) throw error;
        const refusal = new CallError('ControlRequestInvalidException', error.message, { cause: error });
        return toAnswer(readyError(refusal, 'refused'), ids);
      }),
  };
}

/** Loaded with the first call: most runs of restage are never asked. */
async function loadRouters() {
  const [{ Router }, { serverRoutes, sessionRoutes }, { noSuchSession }] = await Promise.all([
    import('./router.ts'),
    import('./routes.ts'),
    import('./session-routes.ts'),
  ]);
  return {
    forServer: new Router<Act>(CONTROL_PREFIX, serverRoutes),
    forSession: new Router<Act>(CONTROL_PREFIX, sessionRoutes),
    noSuchSession,
  };
}

/** What a proxy in between says of who called it: the connection then tells of the proxy alone. */
const FORWARDED =
  /^(?:x[-_]forwarded[-_].*|forwarded|via|x[-_]real[-_]ip|x[-_]client[-_]ip|true[-_]client[-_]ip)$/i;

function checkCaller(call: Call, adminToken: string | undefined): void {
  if (adminToken === undefined) {
    if ([...headerEntries(call.headers)].some(([name]) => FORWARDED.test(name))) {
      throw new CallError(
        'CallerNotAllowedException',
        'Cannot answer the call: it came through a proxy, and who called that nobody knows. ' +
          "Call restage itself, or start it with '--admin-token'.",
      );
    }
    if (call.isFromLoopback()) return;
    throw new CallError(
      'CallerNotAllowedException',
      'Cannot answer the call: control is for callers on this machine alone. Call it from there.',
    );
  }
  const [authorization = '', ...others] = call.authorizations;
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (others.length === 0 && token !== undefined && isSecret(token, adminToken)) return;
  throw new CallError(
    'ControlUnauthorizedException',
    "Cannot answer the call: it does not show the admin token. Send 'Authorization: Bearer TOKEN'.",
  );
}

/** A session is made on first use; but who only looks at one means one that is there. */
function enter(sessions: Sessions, name: string | undefined, method: string): Session | undefined {
  const isMeantToBeThere = name !== undefined && isLook({ method });
  const session = isMeantToBeThere ? sessions.find(name) : sessions.enter(name, true);
  if (session instanceof CallError) throw session;
  return session;
}

/** Whether nothing is to be changed. */
function isLook({ method }: Pick<Call, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD';
}

function toControlAnswer(said: object): Answer {
  if (isAnswer(said)) return said;
  // Bytes, not text: it is made for this one caller, and counted as such until it was taken.
  const body = Buffer.from(writeBody(said));
  return {
    status: 200,
    headers: ['Content-Type', 'application/json', 'Content-Length', String(body.length)],
    body,
  };
}

function isAnswer(said: object): said is Answer {
  return 'status' in said && 'headers' in said && 'body' in said;
}

function pathOf({ target }: Call): string {
  return target.split('?', 1)[0] ?? '';
}
