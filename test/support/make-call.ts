import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Call } from '../../src/call.ts';
import { readHead } from '../../src/http/server/message.ts';
import { Peer } from '../../src/http/server/peer.ts';

/** What is special about a call; the rest is an unsigned GET of a sample API's stages. */
export interface CallParts {
  readonly method?: string;
  /** What stands in the request line. */
  readonly target?: string;
  /** Name, value, name, value, … */
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly remoteAddress?: string;
}

/** A call as the server makes it of what came in. */
export function makeCall(parts: CallParts = {}): Call {
  const { method = 'GET', target = '/restapis/a1b2c3d4e5/stages', body = '' } = parts;
  const request = { method, url: target, rawHeaders: [...(parts.headers ?? ['Host', '127.0.0.1:8480'])] };
  const socket = { remoteAddress: parts.remoteAddress ?? '127.0.0.1' };
  const peer = new Peer(socket as Socket);
  const { call } = readHead(request as unknown as IncomingMessage, peer);
  return { ...call, body: Buffer.from(body) };
}
