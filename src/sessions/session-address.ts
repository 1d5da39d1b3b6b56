import { decodePercent } from '../aws/apigateway/target.ts';
import type { Addressing, Call } from '../call.ts';
import { CASSETTE_NAME } from '../cassette/folder.ts';
import { CallError } from '../errors.ts';
import { parseProxyAuthorization } from './proxy-authorization.ts';

/**
 * As a forward proxy's user: no session. boto3 and the AWS CLI send no password without a user. No session can have the
 * name, and a URL takes it as it is.
 */
export const NO_SESSION = '~';
/** The path under which restage speaks of itself. */
export const CONTROL_PREFIX = '/__restage';

/** What a call to a session begins with; nothing for those without one. */
export function sessionPrefix(name: string | undefined): string {
  return name === undefined ? '' : `/@${name}`;
}

const FIRST_SEGMENT = /^\/([^/?]*)/;

/**
 * The session that a call names: by its first segment, `/@NAME`, or, as a forward proxy's user, by the user name of
 * `Proxy-Authorization`. Nothing for calls without one.
 */
export function findSession(call: Call, addressing: Addressing): string | undefined | CallError {
  const name = addressing === 'own' ? nameInPath(call.target) : nameOfProxyUser(call);
  if (name === undefined || CASSETTE_NAME.test(name)) return name;
  // It is not repeated: a password is easily put there.
  const where = addressing === 'own' ? "what stands behind '/@'" : "the user of 'Proxy-Authorization'";
  return new CallError(
    'SessionNameInvalidException',
    `Cannot enter the session: ${where} is no name. ` +
      'Use 1 to 64 letters, digits, dots, dashes and underscores, without a leading dot.',
  );
}

/** The call as its session sees it: without the prefix, which is part of what the client signed. */
export function withoutSession(call: Call): Call {
  const rest = call.target.replace(FIRST_SEGMENT, '');
  return { ...call, target: rest.startsWith('/') ? rest : `/${rest}`, signedTarget: call.target };
}

/**
 * The call as it was meant: where an endpoint ends in a slash, SDKs and programs put another one behind it. Control has one
 * spelling: whoever lets nobody else get at it by its path must not be fooled.
 */
export function withOneSlash(call: Call): Call {
  // Nearly every call has one: `/r…` tells at once.
  if (call.target.charCodeAt(1) !== SLASH) return call;
  const target = call.target.replace(/^\/+/, '/');
  if (target.startsWith(CONTROL_PREFIX)) return call;
  return { ...call, target, signedTarget: call.signedTarget ?? call.target };
}

function nameInPath(target: string): string | undefined {
  // Nearly every call has none: `/r…` tells at once.
  const first = target.charCodeAt(1);
  if (first !== AT && first !== PERCENT) return undefined;
  const segment = decodePercent(FIRST_SEGMENT.exec(target)?.[1] ?? '');
  return segment?.startsWith('@') ? segment.slice(1) : undefined;
}

const SLASH = 0x2f;
const AT = 0x40;
const PERCENT = 0x25;

function nameOfProxyUser({ proxyAuthorization }: Call): string | undefined {
  const user = parseProxyAuthorization(proxyAuthorization)?.user;
  return user === '' || user === NO_SESSION ? undefined : user;
}
