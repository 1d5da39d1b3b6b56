import { isApiGatewayHost } from '../aws/signing/endpoint.ts';
import { type Addressing, type Call, hostnameOf } from '../call.ts';
import { CallError } from '../errors.ts';
import { withoutUserinfo } from '../secrets.ts';
import { isSecret, parseProxyAuthorization } from '../sessions/proxy-authorization.ts';

/** Which names restage answers to. */
export interface CallerSettings {
  /** The address that restage listens on. */
  readonly boundHost: string;
  /** Names besides. */
  readonly allowedHosts: readonly string[];
  /** The password that callers must give who use restage as their forward proxy; absent where none is asked for. */
  readonly proxyPassword: string | undefined;
}

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Who may call. A web page must not be able to use restage: not by a cross-site request, not by a name that is made to
 * resolve to this machine (DNS rebinding).
 */
export class CallerCheck {
  readonly #own: ReadonlySet<string>;
  /** The last `Host` that was found to be our own: nearly every call has the same. */
  #lastOwn: string | undefined;
  readonly #proxyPassword: string | undefined;

  constructor(settings: CallerSettings) {
    const bound = settings.boundHost.includes(':') ? `[${settings.boundHost}]` : settings.boundHost;
    this.#proxyPassword = settings.proxyPassword;
    this.#own = new Set([bound, ...settings.allowedHosts].map(hostnameOf));
  }

  /** How the call addresses restage, or why it may not be made. */
  check(call: Call): Addressing | CallError {
    if (call.fromPage) return refuse('it comes from a web page', 'Call restage from a program');
    const [host, ...others] = call.hosts;
    if (host === undefined || others.length > 0)
      return refuse('it has not exactly one Host', 'Send one Host header');
    if (call.authority !== undefined) return this.#checkAuthority(call, call.authority, host);
    if (host === this.#lastOwn) return 'own';
    if (this.#isOwn(host)) {
      this.#lastOwn = host;
      return 'own';
    }
    return refuse(
      `its Host ${JSON.stringify(withoutUserinfo(host).slice(0, 100))} is none of restage's`,
      "Use a loopback address, or allow the name with '--allow-host'",
    );
  }

  #checkAuthority(call: Call, authority: string, host: string): Addressing | CallError {
    // RFC 9112 lets the target win over Host; but Host is what was signed, so they must not differ.
    if (hostnameOf(authority) !== hostnameOf(host))
      return refuse('the host it is sent to and its Host differ', 'Send the same in both');
    if (this.#isOwn(authority)) return 'own';
    if (isApiGatewayHost(hostnameOf(authority)))
      return this.#findProxyUserFlaw(call.proxyAuthorization) ?? 'service';
    return refuse(
      `restage is no proxy for ${JSON.stringify(withoutUserinfo(authority).slice(0, 100))}, only for API Gateway's control plane`,
      'Add the host to NO_PROXY',
    );
  }

  /** Off loopback nobody may use restage as a proxy who does not know the password. */
  #findProxyUserFlaw(proxyAuthorization: string | undefined): CallError | undefined {
    if (this.#proxyPassword === undefined) return undefined;
    const given = parseProxyAuthorization(proxyAuthorization)?.password;
    if (given !== undefined && isSecret(given, this.#proxyPassword)) return undefined;
    return new CallError(
      'ProxyAuthenticationRequiredException',
      'Cannot answer the call: it names no password for this proxy, or a wrong one. ' +
        'Give the admin token, as in http://SESSION:TOKEN@HOST:PORT.',
    );
  }

  #isOwn(authority: string): boolean {
    const name = hostnameOf(authority);
    return LOOPBACK.test(name) || this.#own.has(name);
  }
}

function refuse(reason: string, remedy: string): CallError {
  return new CallError('CallerNotAllowedException', `Cannot answer the call: ${reason}. ${remedy}.`);
}
