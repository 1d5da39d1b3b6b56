import { join } from 'node:path';
import { type Start, temporary } from './children.ts';
import type { Identity } from './load-plan.ts';
import { programOf } from './programs.ts';
import type { Build } from './settings.ts';
import type { Peer } from './tapes.ts';

/** Nobody's: they sign for a stand-in. */
export const identity: Identity = { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench-needs-no-real-secret' };

/** How each server is started. */
export function replay(build: Build, cassette: string): Start {
  return { args: [build.program, 'replay', ...optionsFor(cassette)] };
}

export function record(build: Build, cassette: string, upstream: string): Start {
  return {
    args: [build.program, 'record', ...optionsFor(cassette), '--upstream', upstream],
    env: {
      AWS_ACCESS_KEY_ID: identity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
      AWS_REGION: 'us-east-1',
    },
  };
}

export function bareServer(file: string): Start {
  return { args: [programOf('bare-server'), file] };
}

export function bareProxy(upstream: string): Start {
  return { args: [programOf('bare-proxy'), upstream] };
}

export function upstreamOf(file: string): Start {
  return { args: [programOf('upstream'), file] };
}

/** @param upstream where to record from; without it what is on no tape is a miss. */
export function peerServer(peer: Peer, tapes: string, upstream?: string): Start {
  const forwarding = upstream === undefined ? [] : [upstream];
  // yakbak's tapes use what Node warns of.
  return { args: ['--no-deprecation', programOf(peer), tapes, ...forwarding] };
}

function optionsFor(cassette: string): string[] {
  return ['-c', cassette, '--dir', join(temporary, 'cassettes'), '--port', '0', '--log', 'silent'];
}
