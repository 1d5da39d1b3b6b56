import { isApiGatewayHost, isAwsHost } from '../../aws/signing/endpoint.ts';
import { CallError, UsageError } from '../../errors.ts';
import { withoutSecrets, withoutUserinfo } from '../../secrets.ts';
import { type HostPort, isOwnName, readHostPort } from './host-port.ts';
import type { TunnelDecision, TunnelRequest } from './tunnel.ts';

/** What tunnels may be opened. */
export interface TunnelPolicySettings {
  /** Whether this mode connects to the outside. */
  readonly forwards: boolean;
  /** Whether tunnels to API Gateway's control plane are answered by restage itself. */
  readonly intercepts: boolean;
  /** Hosts besides AWS's that tunnels may pass to: `HOST` (port 443) or `HOST:PORT`. */
  readonly allowed: readonly string[];
  /** Whether the one who asks may have tunnels at all; everyone may if absent. Whoever may not is asked for a password. */
  readonly admits?: (request: TunnelRequest) => boolean;
}

const HTTPS = 443;

/**
 * Makes the decision on tunnels: it looks nothing up and connects to nowhere.
 * @throws {@link UsageError} for an allowed host that cannot be one.
 */
export function createTunnelPolicy(
  settings: TunnelPolicySettings,
): (request: TunnelRequest) => TunnelDecision {
  const allowed = new Set(settings.allowed.map((text) => textOf(readAllowed(text))));
  const { forwards, intercepts, admits } = settings;

  return (request) => {
    const { authority, hosts, fromPage } = request;
    const target = readHostPort(authority);
    if (fromPage) return refuse(authority, 'a web page asked for it', 'Call restage from a program');
    if (target === undefined)
      return refuse(authority, 'it is no host name with a port', "Ask for 'HOST:PORT', by name");
    if (hosts.length > 1 || (hosts[0] !== undefined && readHostPort(hosts[0], HTTPS)?.host !== target.host))
      return refuse(authority, 'its Host is another', 'Send the same in both');
    if (admits?.(request) === false) return askForPassword(authority);
    if (isOwnName(target.host)) return refuse(authority, 'that is this machine', 'Add the host to NO_PROXY');

    const isService = isApiGatewayHost(target.host);
    if (isService && intercepts && target.port === HTTPS) return { type: 'intercept', host: target.host };
    if (isService && !intercepts)
      return refuse(authority, 'restage would not see the calls in it', "Start restage with '--intercept'");
    if (!forwards)
      return refuse(
        authority,
        'in replay restage connects to nowhere, and answers for API Gateway on port 443 alone',
        'Take the host out of what the client calls, or use another mode',
      );
    const mayPass = (isAwsHost(target.host) && target.port === HTTPS) || allowed.has(textOf(target));
    // Even a host that was allowed: what is signed for the control plane must not get past restage.
    if (mayPass && !isService) return { type: 'pass', ...target };
    return refuse(
      authority,
      'it is none of those to AWS on port 443, nor allowed',
      "Allow it with '--tunnel', or add the host to NO_PROXY",
    );
  };
}

function readAllowed(text: string): HostPort {
  const target = readHostPort(text, HTTPS);
  if (target !== undefined && !isOwnName(target.host)) return target;
  throw new UsageError(
    `Cannot allow tunnels to '${withoutSecrets(text)}': it is no name of another machine. Give HOST or HOST:PORT, without addresses.`,
  );
}

function textOf({ host, port }: HostPort): string {
  return `${host}:${port}`;
}

function refuse(authority: string, reason: string, remedy: string): TunnelDecision {
  return {
    type: 'refuse',
    error: new CallError(
      'TunnelNotAllowedException',
      `Cannot open a tunnel to ${quote(authority)}: ${reason}. ${remedy}.`,
    ),
  };
}

function askForPassword(authority: string): TunnelDecision {
  return {
    type: 'refuse',
    error: new CallError(
      'ProxyAuthenticationRequiredException',
      `Cannot open a tunnel to ${quote(authority)}: it names no password for this proxy, or a wrong one. ` +
        'Give the admin token, as in http://SESSION:TOKEN@HOST:PORT.',
    ),
  };
}

function quote(authority: string): string {
  return JSON.stringify(withoutUserinfo(authority).slice(0, 100));
}
