import { resolve } from 'node:path';
import type { TunnelOpenerFactory } from '../http/server/tunnel-opener.ts';
import type { TunnelReport, TunnelSettings } from '../http/tunnels/tunnel.ts';
import { isSecret, parseProxyAuthorization } from '../sessions/proxy-authorization.ts';
import type { Settings } from '../settings/settings.ts';
import type { CompanyRoots } from '../tls/company-roots.ts';
import type { PublicFiles } from '../tls/trust.ts';

/** How long a host outside may take to be looked up, and each of its addresses to be connected to. */
const DIAL_MS = 5_000;

/** What tunnels need, and what clients must trust. */
export interface Interception {
  readonly tunnels: TunnelOpenerFactory;
  readonly trust: PublicFiles;
}

/** What interception goes by besides the settings. */
export interface InterceptionSettings {
  /** Whether this mode connects to the outside. */
  readonly forwards: boolean;
  /** What callers must give who use restage as their forward proxy; nothing where none is asked for. */
  readonly proxyPassword: string | undefined;
  readonly now: () => Date;
  /** What the company has its machines trust. */
  readonly companyRoots: CompanyRoots;
  /** Told of each `CONNECT`. */
  readonly onTunnel: (report: TunnelReport) => void;
  /** Told of tunnels that were opened and came to nothing. */
  readonly onTunnelError: (host: string, error: Error) => void;
}

/** Puts together what only interception needs: it is loaded where it is asked for, and nowhere else. */
export async function openInterception(
  settings: Settings,
  { forwards, proxyPassword, now, companyRoots, onTunnel, onTunnelError }: InterceptionSettings,
): Promise<Interception> {
  const [{ authorityFolder, openAuthority }, { createTunnelPolicy }, { takeTunnels }] = await Promise.all([
    import('../tls/authority.ts'),
    import('../http/tunnels/tunnel-policy.ts'),
    import('../http/tunnels/tunnels.ts'),
  ]);
  const folder = resolve(settings.caDir ?? authorityFolder(process.env));
  const authority = await openAuthority(folder, now, companyRoots.own);
  return {
    tunnels: takeTunnels({
      decide: createTunnelPolicy({
        forwards,
        intercepts: true,
        allowed: settings.tunnels,
        ...(proxyPassword !== undefined && {
          admits: ({ proxyAuthorization }) =>
            isSecret(parseProxyAuthorization(proxyAuthorization)?.password ?? '', proxyPassword),
        }),
      }),
      contextFor: (host) => authority.contextFor(host),
      dial: forwards ? await openDial(companyRoots.trusted) : undefined,
      onTunnel,
      onTunnelError,
    }),
    trust: authority,
  };
}

/** Connects to hosts on the public internet, through the proxy that the environment names for them. */
async function openDial(ca: string | undefined): Promise<NonNullable<TunnelSettings['dial']>> {
  const [{ createDial }, { tunnelThroughProxy }] = await Promise.all([
    import('../http/tunnels/dial.ts'),
    import('../http/upstream/upstream-agents.ts'),
  ]);
  const dial = createDial({ timeoutMs: DIAL_MS });
  return (host, port) => tunnelThroughProxy(host, port, ca === undefined ? {} : { ca }) ?? dial(host, port);
}
