import { coversApiGateway } from '../aws/signing/endpoint.ts';
import { realRegion } from '../aws/signing/region.ts';
import type { Credentials } from '../aws/signing/signature.ts';
import { DUMMY_CREDENTIALS, offlineRegion } from './dummy-identity.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command that runs under restage signs with. */
export interface CommandIdentity {
  /** Absent in replay, where any will do. */
  readonly credentials: Credentials | undefined;
  readonly region: string | undefined;
  /** The variables that name the endpoints of other services; those that name none any more are undefined. */
  readonly endpoints?: Environment;
}

/** The certificates that a command must trust whose tunnels restage takes. */
export interface Trust {
  readonly additionsPath: string;
  readonly bundlePath: string;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '::1'];

/**
 * The environment of a command that runs under restage, made so that no SDK can slip past it.
 * @param identity what to sign with; in replay none is needed, and keys that are there are left.
 */
export function commandEnvironment(
  env: Environment,
  url: string,
  identity?: CommandIdentity,
): Record<string, string> {
  return definedOnly({
    ...env,
    ...identity?.endpoints,
    ...(identity?.credentials === undefined
      ? offlineIdentity(env, identity?.region)
      : identityVariables(identity.credentials, identity.region, env)),
    AWS_ENDPOINT_URL_API_GATEWAY: url,
    AWS_ENDPOINT_URL_APIGATEWAYV2: url,
    // Set, it would let an SDK go past restage; FIPS and dual-stack names exclude an endpoint of one's own.
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    AWS_USE_FIPS_ENDPOINT: 'false',
    AWS_USE_DUALSTACK_ENDPOINT: 'false',
    // Both are written: some programs read the one, some the other.
    NO_PROXY: extendNoProxy(env.NO_PROXY ?? env.no_proxy, namesOf(url)),
    no_proxy: extendNoProxy(env.no_proxy ?? env.NO_PROXY, namesOf(url)),
  });
}

/** What a command finds whose tunnels restage takes. */
export interface TunnelledCommand {
  /** There is nothing to call but restage: in replay the command needs some identity, and any will do. */
  readonly isOffline: boolean;
  /** As it is configured, a name of old included: the command calls the service by itself. */
  readonly region: string | undefined;
  /** Whether an endpoint of its own would lead it past the tunnel. */
  readonly hasEndpoint: boolean;
}

/** The environment of a command whose tunnels restage takes: it calls the service by its own name, and signs for it. */
export function tunnelEnvironment(
  env: Environment,
  url: string,
  { additionsPath, bundlePath }: Trust,
  { isOffline, region, hasEndpoint }: TunnelledCommand,
): Record<string, string> {
  return definedOnly({
    ...env,
    ...(isOffline
      ? offlineIdentity(env, region)
      : { AWS_REGION: region, AWS_DEFAULT_REGION: env.AWS_DEFAULT_REGION || region }),
    HTTPS_PROXY: url,
    https_proxy: url,
    NO_PROXY: withoutApiGateway(extendNoProxy(env.NO_PROXY ?? env.no_proxy)),
    no_proxy: withoutApiGateway(extendNoProxy(env.no_proxy ?? env.NO_PROXY)),
    AWS_ENDPOINT_URL_APIGATEWAYV2: undefined,
    // In a variable or in a profile.
    ...(hasEndpoint && {
      AWS_ENDPOINT_URL_API_GATEWAY: undefined,
      AWS_ENDPOINT_URL: undefined,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    }),
    // Node adds it to its roots; the others replace theirs.
    NODE_EXTRA_CA_CERTS: additionsPath,
    AWS_CA_BUNDLE: bundlePath,
    SSL_CERT_FILE: bundlePath,
    REQUESTS_CA_BUNDLE: bundlePath,
    CURL_CA_BUNDLE: bundlePath,
  });
}

function offlineIdentity(env: Environment, configured: string | undefined): Environment {
  const region = offlineRegion(env, configured);
  const hasKeys = Boolean(env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY);
  return {
    ...(hasKeys ? {} : keyVariables(DUMMY_CREDENTIALS)),
    // A profile may ask STS or SSO for keys, a call to the network; and JS v3 prefers a profile to keys.
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: realRegion(env.AWS_DEFAULT_REGION || region),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function identityVariables(
  credentials: Credentials,
  region: string | undefined,
  env: Environment,
): Environment {
  return {
    ...keyVariables(credentials),
    // Two processes that assume a role on their own get different keys; and JS v3 prefers a profile to keys.
    AWS_PROFILE: undefined,
    AWS_DEFAULT_PROFILE: undefined,
    AWS_REGION: region,
    // Python's SDKs look at the one, all others at the other. A name of old would ask for FIPS again.
    AWS_DEFAULT_REGION: env.AWS_DEFAULT_REGION ? realRegion(env.AWS_DEFAULT_REGION) : region,
  };
}

function keyVariables({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Environment {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_SECURITY_TOKEN: undefined,
    AWS_CREDENTIAL_EXPIRATION: undefined,
  };
}

/** The host of restage's own address, which need not be a loopback one; IPv6 as some programs write it and as others do. */
function namesOf(url: string): string[] {
  const { hostname } = new URL(url);
  return hostname.startsWith('[') ? [hostname, hostname.slice(1, -1)] : [hostname];
}

function extendNoProxy(noProxy: string | undefined, own: readonly string[] = []): string {
  const names = (noProxy ?? '').split(',').map((name) => name.trim());
  // Every host; but only as long as it stands alone.
  if (noProxy?.trim() === '*') return '*';
  return [
    ...names.filter((name) => name !== ''),
    ...new Set([...LOOPBACK_NAMES, ...own].filter((name) => !names.includes(name))),
  ].join(',');
}

/** Without what would let calls to API Gateway go past the proxy. */
function withoutApiGateway(noProxy: string): string {
  return noProxy
    .split(',')
    .filter((name) => !coversApiGateway(name))
    .join(',');
}

function definedOnly(env: Environment): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value;
  return defined;
}
