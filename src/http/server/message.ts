import type { IncomingMessage } from 'node:http';
import { type Call, hostnameOf } from '../../call.ts';
import { CallError } from '../../errors.ts';
import type { TunnelOrigin } from './connections.ts';
import type { Peer } from './peer.ts';

const EMPTY = new Uint8Array();
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;

/** A call before its body was read, and whether it has one. */
export interface Head {
  readonly call: Call;
  readonly hasBody: boolean;
  /** What the body is said to have; NaN when that is not said. */
  readonly contentLength: number;
  /** Why it cannot be taken for a call, if so. */
  readonly obstacle: CallError | undefined;
}

/**
 * Reads a request's head in one pass over its headers: most of what a replayed call costs is done here.
 * `tunnel`: the one that the request came through.
 */
export function readHead(request: IncomingMessage, peer: Peer, tunnel?: TunnelOrigin): Head {
  const headers = request.rawHeaders;
  const hosts: string[] = [];
  const authorizations: string[] = [];
  let fromPage = false;
  let accept: string | undefined;
  let invocationId: string | undefined;
  let attempt: number | undefined;
  let maxAttempts: number | undefined;
  let contentLength = Number.NaN;
  let isChunked = false;
  let proxyAuthorization: string | undefined;
  let userAgent = '-';
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!hasLengthOfInterest(name)) continue;
    const value = headers[i + 1] ?? '';
    switch (name.toLowerCase()) {
      case 'host':
        hosts.push(value);
        break;
      case 'authorization':
        authorizations.push(value);
        break;
      case 'accept':
        accept = accept === undefined ? value : `${accept}, ${value}`;
        break;
      case 'origin':
        fromPage = true;
        break;
      case 'sec-fetch-site':
        if (value !== 'none' && value !== 'same-origin') fromPage = true;
        break;
      case 'amz-sdk-invocation-id':
        invocationId = cut(value, 100);
        break;
      case 'amz-sdk-request':
        attempt = readCount(value, 'attempt=');
        maxAttempts = readCount(value, 'max=');
        break;
      case 'content-length':
        contentLength = Number(value);
        break;
      case 'user-agent':
        userAgent = cut(value, 200);
        break;
      case 'proxy-authorization':
        proxyAuthorization = value;
        break;
      case 'transfer-encoding':
        isChunked = true;
        break;
    }
  }
  const url = request.url ?? '/';
  const absolute = url.startsWith('/') ? null : ABSOLUTE_FORM.exec(url);
  const call: Call = {
    method: request.method ?? 'GET',
    target: absolute === null ? url : toOriginForm(absolute[2] ?? ''),
    signedTarget: undefined,
    authority: tunnel === undefined ? absolute?.[1] : tunnel.authority,
    proxyAuthorization: tunnel === undefined ? proxyAuthorization : tunnel.proxyAuthorization,
    headers,
    body: EMPTY,
    isAbandoned: peer.isGone,
    whenOver: peer.whenOver,
    isFromLoopback: peer.isLoopback,
    client: peer.clientOf(userAgent),
    hosts,
    fromPage,
    accept,
    authorizations,
    invocationId,
    attempt,
    maxAttempts,
  };
  const isElsewhere =
    tunnel !== undefined &&
    absolute !== null &&
    hostnameOf(absolute[1] ?? '') !== hostnameOf(tunnel.authority);
  return {
    call,
    hasBody: isChunked || contentLength > 0,
    contentLength,
    obstacle: isElsewhere ? elsewhere() : undefined,
  };
}

function elsewhere(): CallError {
  return new CallError(
    'MalformedRequestException',
    'Cannot take the call: its target names another host than its tunnel. Open a tunnel to each host.',
  );
}

/** The lengths of the names that {@link readHead} looks for, one bit each: most headers need no closer look. */
const LENGTHS_OF_INTEREST = [
  'host',
  'accept',
  'origin',
  'authorization',
  'user-agent',
  'content-length',
  'sec-fetch-site',
  'amz-sdk-request',
  'transfer-encoding',
  'proxy-authorization',
  'amz-sdk-invocation-id',
].reduce((bits, { length }) => bits | (1 << length), 0);

function hasLengthOfInterest({ length }: string): boolean {
  return length < 32 && ((LENGTHS_OF_INTEREST >> length) & 1) === 1;
}

function toOriginForm(rest: string): string {
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** The beginning of a long header, as a copy: it is kept, and a slice would keep the whole. */
function cut(value: string, length: number): string {
  return value.length > length ? Buffer.from(value.slice(0, length), 'latin1').toString('latin1') : value;
}

/** A number of `attempt=2; max=3` [the SDKs' retry headers] */
function readCount(value: string, name: string): number | undefined {
  const start = value.indexOf(name) + name.length;
  if (start < name.length) return undefined;
  const count = Number.parseInt(value.slice(start, start + 6), 10);
  return count >= 0 ? count : undefined;
}
