import type { CredentialSource } from '../aws/signing/credentials.ts';
import { configuredEndpoint, endpointOf } from '../aws/signing/endpoint.ts';
import type { Credentials } from '../aws/signing/signature.ts';
import { FailureError } from '../errors.ts';
import { randomPseudonym } from '../proxy/ids.ts';
import type { Upstream } from '../proxy/upstream.ts';
import { isLoopbackAddress, type Settings } from '../settings/settings.ts';

/** What forwarding modes have besides: the way to the service. */
export interface Outside {
  readonly upstream: Upstream;
  readonly endpoint: URL | undefined;
  readonly handOut: CredentialSource;
  readonly close: () => void;
}

/** Puts together what only forwarding needs. Loaded here, so that replay loads neither http-proxy nor the AWS SDK. */
export async function connectOutside(settings: Settings): Promise<Outside> {
  const [{ Signer }, { createCredentialSource }, { resolveRegion }, { Forwarder }] = await Promise.all([
    import('../aws/signing/signer.ts'),
    import('../aws/signing/credentials.ts'),
    import('../aws/signing/region.ts'),
    import('../http/upstream/forwarder.ts'),
  ]);
  const { findProxyFor } = await import('../http/upstream/upstream-agents.ts');
  const credentials = createCredentialSource(settings.profile);
  const handedOut: Credentials[] = [];
  const endpointOverride = configuredEndpoint(process.env);
  const endpoint = settings.upstream ?? endpointOverride;
  if (endpoint !== undefined) refuseItself(endpoint, settings);
  // The proxy is seldom another for another region; where it is, a call that comes back is still known by its `Via`.
  refuseItselfAsProxy(findProxyFor(endpoint ?? endpointOf('us-east-1')), settings);
  const signer = new Signer({
    credentials,
    handedOut,
    clientKeys: settings.clientKeys,
    trustClients: settings.trustClients,
    allowWrites: settings.allowWrites,
    upstream: settings.upstream,
    endpointOverride,
    defaultRegion: await resolveRegion(settings.profile),
    pseudonym: randomPseudonym(),
    now: () => new Date(),
  });
  const forwarder = await Forwarder.open(settings.upstream);
  return {
    upstream: {
      admit: (call, isKept) => signer.admit(call, isKept),
      forward: (request, wholeBody, whenOver) => forwarder.forward(request, wholeBody, whenOver),
    },
    endpoint,
    handOut: async () => {
      const given = await credentials();
      handedOut.push(given);
      return given;
    },
    close: () => forwarder.close(),
  };
}

/** The variable that points clients at restage is easily left set in the shell that restage is started from. */
function refuseItself(endpoint: URL, settings: Settings): void {
  if (!isOwnAddress(endpoint, settings)) return;
  throw new FailureError(
    `Cannot forward to ${endpoint.origin}: that is this restage itself. ` +
      "Unset AWS_ENDPOINT_URL_API_GATEWAY and AWS_ENDPOINT_URL here, or give '--upstream'.",
  );
}

/** So is the one that points them at restage as a proxy. */
function refuseItselfAsProxy(proxy: URL | undefined, settings: Settings): void {
  if (proxy === undefined || !isOwnAddress(proxy, settings)) return;
  throw new FailureError(
    `Cannot forward through the proxy ${proxy.host}: that is this restage itself. Unset HTTPS_PROXY and ALL_PROXY here.`,
  );
}

function isOwnAddress({ hostname, port }: URL, own: Settings): boolean {
  const isOwnPort = own.port !== 0 && port === String(own.port);
  return isOwnPort && (hostname === own.host || isLoopbackAddress(hostname));
}
