import type { Answer } from '../call.ts';
import { resetSession, type Session } from '../sessions/session.ts';
import { clearCalls, listCalls, waitForCalls } from './call-routes.ts';
import { addFault, changeFault, clearFaults, listFaults, removeFault, showFault } from './fault-routes.ts';
import { HEALTH_PATH, HEALTHY } from './health.ts';
import { discardRecordings, listUnused } from './recording-routes.ts';
import { type Act, type ControlRequest, invalid, readQuery } from './request.ts';
import { checkRetries, showRetries } from './retry-routes.ts';
import type { Route } from './router.ts';
import { createSession, describeSession, describeSessions, noSuchSession } from './session-routes.ts';

/** What can be asked of the server and of each session. Another route is another row. */
export const sessionRoutes: readonly Route<Act>[] = [
  { method: 'GET', path: '/calls', act: listCalls },
  { method: 'GET', path: '/wait', act: waitForCalls },
  { method: 'GET', path: '/check', act: checkRetries },
  ...withoutParameters([
    // Answered before anything is asked for; here to be found among what is known.
    { method: 'GET', path: HEALTH_PATH, act: () => HEALTHY },
    { method: 'GET', path: '/status', act: describeStatus },
    { method: 'DELETE', path: '/calls', act: clearCalls },
    { method: 'GET', path: '/unused', act: listUnused },
    { method: 'POST', path: '/discard', act: discardRecordings },
    { method: 'POST', path: '/reset', act: reset },
    { method: 'GET', path: '/faults', act: listFaults },
    { method: 'POST', path: '/faults', act: addFault },
    { method: 'DELETE', path: '/faults', act: clearFaults },
    { method: 'GET', path: '/faults/:name', act: showFault },
    { method: 'PATCH', path: '/faults/:name', act: changeFault },
    { method: 'DELETE', path: '/faults/:name', act: removeFault },
    { method: 'GET', path: '/retries', act: showRetries },
    { method: 'GET', path: '/events', act: streamEvents },
  ]),
];

/** What can be asked of the server alone, and all the rest. */
export const serverRoutes: readonly Route<Act>[] = [
  ...sessionRoutes,
  ...withoutParameters([
    { method: 'GET', path: '/sessions', act: ({ sessions }) => ({ sessions: describeSessions(sessions) }) },
    { method: 'POST', path: '/sessions', act: createSession },
    { method: 'GET', path: '/sessions/:name', act: (request) => describeSession(sessionOf(request)) },
    { method: 'DELETE', path: '/sessions/:name', act: removeSession },
    { method: 'GET', path: '/metrics', act: renderMetrics },
  ]),
];

/** Has parameters refused: one that is passed over may have been meant to spare something, as in `DELETE /calls?api=…`. */
function withoutParameters(routes: readonly Route<Act>[]): Route<Act>[] {
  return routes.map((route) => ({
    ...route,
    act: (request) => {
      readQuery(request.call, {});
      return route.act(request);
    },
  }));
}

function describeStatus({ session, facts, waiters }: ControlRequest): object {
  return {
    restage: facts.version,
    ...describeSession(session),
    folder: session.cassette.folder,
    upstream: facts.upstream ?? null,
    startedAt: facts.startedAt.toISOString(),
    waiting: waiters.count,
    remembered: { bytes: facts.memory.bytes, limit: facts.memory.limit },
  };
}

async function reset({ session }: ControlRequest): Promise<object> {
  await session.cassette.refresh(true);
  resetSession(session);
  return { reset: true };
}

function streamEvents({ call, session, events }: ControlRequest): Answer {
  const body = call.method === 'HEAD' ? '' : events.listen(session.name);
  if (body === undefined) throw invalid('too many listen already');
  return { status: 200, headers: ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store'], body };
}

async function renderMetrics({ metrics }: ControlRequest): Promise<Answer> {
  const { contentType, text } = await metrics.render();
  const body = Buffer.from(text);
  return {
    status: 200,
    headers: ['Content-Type', contentType, 'Content-Length', String(body.length)],
    body,
  };
}

function sessionOf({ sessions, parameters: { name = '' } }: ControlRequest): Session {
  const session = sessions.find(name);
  if (session !== undefined) return session;
  throw noSuchSession(sessions, name);
}

async function removeSession({ sessions, parameters: { name = '' } }: ControlRequest): Promise<object> {
  if (await sessions.dismiss(name)) return { removed: name };
  throw noSuchSession(sessions, name);
}
