import type { Credentials } from '../aws/signing/signature.ts';
import type { Mode } from '../sessions/mode.ts';
import { NO_SESSION } from '../sessions/session-address.ts';
import { isLoopbackAddress, type Settings } from '../settings/settings.ts';
import type { Trust } from './environment.ts';

/** A running restage, as its clients find it. */
export interface Reached {
  readonly mode: Mode;
  /** Where it listens. */
  readonly url: string;
  /** The session that a program is to be in; absent for none. */
  readonly session?: string | undefined;
  /** Only where tunnels are taken. */
  readonly trust: Trust | undefined;
  readonly handOutCredentials: () => Promise<Credentials>;
}

/** What clients take restage for their proxy by: with the session for a user and, off loopback, the token that it asks for. */
export function proxyUrl(reached: Reached, { host }: Settings, user: string, password: string): string {
  const url = reachableUrl(reached);
  const isOpen = isLoopbackAddress(host);
  if (isOpen && (reached.session === undefined || user === NO_SESSION)) return url;
  // botocore sends no user without a password.
  return url.replace('//', `//${user}:${isOpen ? 'x' : encodeURIComponent(password)}@`);
}

/** Where a program on this machine reaches restage: an address that stands for all is none to call. */
export function reachableUrl({ url }: Pick<Reached, 'url'>): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
