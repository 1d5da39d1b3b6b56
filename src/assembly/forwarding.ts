import type { CredentialSource } from '../aws/signing/credentials.ts';
import { endpointOf } from '../aws/signing/endpoint.ts';
import type { Location } from '../aws/signing/location.ts';
import { regionOf } from '../aws/signing/region.ts';
import type { Credentials } from '../aws/signing/signature.ts';
import { FailureError } from '../errors.ts';
import type { Clock } from '../proxy/clock.ts';
import { randomPseudonym } from '../proxy/ids.ts';
import type { Upstream } from '../proxy/upstream.ts';
import { isLoopbackAddress, type Settings } from '../settings/settings.ts';
import type { CompanyRoots } from '../tls/company-roots.ts';

/** What forwarding modes have besides: the way to the service. */
export interface Outside {
  readonly upstream: Upstream;
  readonly endpoint: URL | undefined;
  /** As it is configured. */
  readonly region: string | undefined;
  /** What calls are signed again with. */
  readonly credentials: CredentialSource;
  /** The same for a client: calls that are signed with them are known from then on, when they were renewed, too. */
  readonly handOut: CredentialSource;
  readonly companyRoots: CompanyRoots;
  readonly close: () => void;
}

/** Where restage is to call the service itself: not from here, where `--upstream` says it. */
const ELSEWHERE: Location = {
  endpoint: undefined,
  endpointFrom: undefined,
  variant: { fips: false, dualStack: false },
};

/**
 * Puts together what only forwarding needs. Loaded here, so that replay loads neither http-proxy nor the AWS SDK.
 * @param onWarning told of what a user should know, and no call fails of.
 */
export async function connectOutside(
  settings: Settings,
  clock: Clock,
  onWarning: (warning: string) => void,
): Promise<Outside> {
  const [
    { Signer },
    { ServiceClock },
    { createCredentialSource },
    { readProfile },
    { locateService },
    { readCompanyRoots },
    { Forwarder },
    { createUpstreamAgents, findProxyFor },
    { ClientHandler },
  ] = await Promise.all([
    import('../aws/signing/signer.ts'),
    import('../aws/signing/service-clock.ts'),
    import('../aws/signing/credentials.ts'),
    import('../aws/signing/profile.ts'),
    import('../aws/signing/location.ts'),
    import('../tls/company-roots.ts'),
    import('../http/upstream/forwarder.ts'),
    import('../http/upstream/upstream-agents.ts'),
    import('../http/upstream/client-handler.ts'),
  ]);
  const env = process.env;
  const profile = await readProfile(env, settings.profile);
  const location = settings.upstream === undefined ? locateService(env, profile) : ELSEWHERE;
  const endpoint = settings.upstream ?? location.endpoint;
  if (endpoint !== undefined) refuseItself(endpoint, settings);
  // The proxy is seldom another for another region; where it is, a call that comes back is still known by its `Via`.
  refuseItselfAsProxy(findProxyFor(endpoint ?? endpointOf('us-east-1')), settings);
  const companyRoots = await readCompanyRoots(env, profile.settings.ca_bundle);
  const trust = companyRoots.trusted === undefined ? {} : { ca: companyRoots.trusted };
  const requestHandler = new ClientHandler(createUpstreamAgents({ upstream: undefined, ...trust }));
  const credentials = createCredentialSource({
    env,
    profile,
    isProfileGiven: settings.profile !== undefined,
    clientConfig: { requestHandler },
    onWarning,
  });
  const region = regionOf(env, profile);
  const handedOut: Credentials[] = [];
  const signer = new Signer({
    credentials,
    handedOut,
    clientKeys: settings.clientKeys,
    trustClients: settings.trustClients,
    allowWrites: settings.allowWrites,
    upstream: settings.upstream,
    endpointOverride: location.endpoint,
    variant: location.variant,
    defaultRegion: region,
    pseudonym: randomPseudonym(),
    clock: new ServiceClock(
      () => new Date(clock.now()),
      (offsetMs) => onWarning(describeOffset(offsetMs)),
    ),
  });
  const forwarder = await Forwarder.open(settings.upstream, undefined, trust);
  return {
    upstream: {
      admit: (call, isKept) => signer.admit(call, isKept),
      forward: (request, wholeBody, whenOver) => forwarder.forward(request, wholeBody, whenOver),
    },
    endpoint,
    region,
    credentials,
    handOut: async () => {
      const given = await credentials();
      handedOut.push(given);
      return given;
    },
    companyRoots,
    close: () => {
      forwarder.close();
      requestHandler.destroy();
    },
  };
}

function describeOffset(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const side = offsetMs > 0 ? 'behind' : 'ahead of';
  return `This machine's clock is ${minutes} minutes ${side} the service's: calls are signed by the service's. Set it right.`;
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
