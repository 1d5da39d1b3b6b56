import { writeBody } from '../aws/error.ts';
import { type Answer, type Call, toBinary } from '../call.ts';
import { CallError, listNames } from '../errors.ts';
import { type RequestIds, readyError, toAnswer } from '../ready-answer.ts';
import { resetSession, type Session } from '../session.ts';

/** The path under which restage speaks of itself. */
const PREFIX = '/__restage';

/** What does not change while restage runs. */
export interface ServerFacts {
  readonly version: string;
  readonly upstream: string | undefined;
  readonly seed: number;
  readonly startedAt: Date;
}

type Action = (session: Session, facts: ServerFacts) => object;

/** Every route: path, method, what it does. Another one is another row. */
const routes: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  '/status': { GET: describeStatus },
  '/calls': { GET: ({ journal }) => ({ calls: journal.entries }), DELETE: clearCalls },
  '/reset': { POST: reset },
};

/** Answers what is addressed to restage itself; nothing for all else. */
export function createControl(
  facts: ServerFacts,
  ids: RequestIds,
): (call: Call, session: Session) => Answer | undefined {
  const answer = (call: Call, session: Session): object => {
    const path = pathOf(call).slice(PREFIX.length);
    if (!call.isFromLoopback()) {
      throw new CallError(
        'CallerNotAllowedException',
        'Cannot answer the call: control is for callers on this machine alone. Call it from there.',
      );
    }
    const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (methods === undefined) {
      const known = listNames(Object.keys(routes).map((route) => PREFIX + route));
      throw new CallError(
        'ControlNotFoundException',
        `Cannot find '${PREFIX}${path}': there is no such path. Known are ${known}.`,
      );
    }
    const act = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined;
    if (act === undefined) {
      throw new CallError(
        'ControlMethodNotAllowedException',
        `Cannot ${call.method} '${PREFIX}${path}': it has no such method. Known are ${listNames(Object.keys(methods))}.`,
      );
    }
    return act(session, facts);
  };

  return (call, session) => {
    if (!call.target.startsWith(PREFIX)) return undefined;
    const path = pathOf(call);
    if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return undefined;
    try {
      const body = toBinary(writeBody(answer(call, session)));
      const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length)];
      return { status: 200, headers, body };
    } catch (error) {
      if (error instanceof CallError) return toAnswer(readyError(error, 'refused'), ids);
      throw error;
    }
  };
}

function pathOf({ target }: Call): string {
  return target.split('?', 1)[0] ?? '';
}

function describeStatus(session: Session, { version, upstream, seed, startedAt }: ServerFacts): object {
  return {
    restage: version,
    mode: session.mode,
    cassette: session.cassette.name,
    folder: session.cassette.folder,
    upstream: upstream ?? null,
    seed,
    startedAt: startedAt.toISOString(),
    calls: session.journal.counts,
    faults: session.rules.status,
  };
}

function clearCalls({ journal }: Session): object {
  journal.clear();
  return { calls: [] };
}

function reset(session: Session): object {
  resetSession(session);
  return { reset: true };
}
