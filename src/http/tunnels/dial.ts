import { lookup as resolve } from 'node:dns/promises';
import { connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CallError, reasonOf } from '../../errors.ts';
import { isPublicAddress } from './public-address.ts';

/** How to connect to the outside. */
export interface DialSettings {
  /** All addresses of a name; the system's resolver if absent. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  /** Begins to connect to an address; by TCP if absent. */
  readonly connect?: (address: string, port: number) => Socket;
  /** For the look-up, and for each address that is tried. */
  readonly timeoutMs: number;
}

/** A name with more addresses than this is not worth the wait. */
const MAX_TRIES = 4;

/**
 * Makes what connects to hosts on the public internet, and to nothing else: every address of a name is looked at first, and
 * then one of these very addresses is dialled, so a name that resolves to another one the second time gets nowhere.
 * It rejects with a {@link CallError}: 403 for a host that is not public, 502 when it cannot be reached.
 */
export function createDial(settings: DialSettings): (host: string, port: number) => Promise<Duplex> {
  const { lookup = lookUp, connect = connectTo, timeoutMs } = settings;
  return async (host, port) => {
    const addresses = await within(timeoutMs, lookup(host), 'its name took too long to look up').catch(
      (cause) => {
        throw unreachable(host, port, cause);
      },
    );
    const inner = addresses.find((address) => !isPublicAddress(address));
    if (inner !== undefined) throw notPublic(host, port, inner);
    let failure: unknown = new Error('its name has no address');
    for (const address of addresses.slice(0, MAX_TRIES)) {
      try {
        return await connected(connect(address, port), timeoutMs);
      } catch (cause) {
        failure = cause;
      }
    }
    throw unreachable(host, port, failure);
  };
}

async function lookUp(host: string): Promise<string[]> {
  return (await resolve(host, { all: true })).map(({ address }) => address);
}

/** Each side may end its half alone, as if there were no tunnel. */
function connectTo(address: string, port: number): Socket {
  return connectSocket({ host: address, port, allowHalfOpen: true, noDelay: true });
}

function connected(socket: Socket, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(
      () => socket.destroy(new Error(`it could not be connected to within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    socket.once('connect', () => {
      clearTimeout(giveUp);
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(giveUp));
  });
}

function within<T>(timeoutMs: number, promise: Promise<T>, reason: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => reject(new Error(reason)), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(giveUp));
  });
}

function notPublic(host: string, port: number, address: string): CallError {
  return new CallError(
    'TunnelNotAllowedException',
    `Cannot open a tunnel to ${host}:${port}: its name leads to ${address}, which is not on the public internet. ` +
      'Add the host to NO_PROXY.',
  );
}

function unreachable(host: string, port: number, cause: unknown): CallError {
  return new CallError(
    'UpstreamUnreachableException',
    `Cannot open a tunnel to ${host}:${port}: ${reasonOf(cause)}. Check the name and the network.`,
    { cause },
  );
}
