import { modeNeeds } from '../sessions/mode.ts';
import { NO_SESSION, sessionPrefix } from '../sessions/session-address.ts';
import { MODE_VARIABLE, URL_VARIABLE } from '../settings/mode-setting.ts';
import type { Settings } from '../settings/settings.ts';
import { commandEnvironment, tunnelEnvironment } from './environment.ts';
import { findIdentity, findTunnelled } from './identity.ts';
import { proxyUrl, type Reached, reachableUrl } from './reached-url.ts';

/** What a program's environment is made of besides. */
export interface Surroundings {
  /** As the user has it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of what the program will not find as it would alone. */
  readonly say: (message: string) => void;
}

/**
 * The environment of a program that is led to restage as its endpoint or, where tunnels are taken, as its proxy. It is told the
 * mode and the URL, so that it need not wait in replay as it would for the service.
 */
export async function programEnvironment(
  reached: Reached,
  settings: Settings,
  { env, say }: Surroundings,
): Promise<Record<string, string>> {
  const { mode, session, trust, handOutCredentials } = reached;
  const url = reachableUrl(reached) + sessionPrefix(session);
  const forwards = modeNeeds[mode].upstream;
  const told = { [MODE_VARIABLE]: mode, [URL_VARIABLE]: url };
  if (trust === undefined) {
    const handOut = forwards ? handOutCredentials : undefined;
    return { ...commandEnvironment(env, url, await findIdentity(settings, env, { handOut, say })), ...told };
  }
  const proxy = proxyUrl(reached, settings, session ?? NO_SESSION, settings.adminToken ?? '');
  return {
    ...tunnelEnvironment(env, proxy, trust, await findTunnelled(settings, env, forwards)),
    ...told,
  };
}
