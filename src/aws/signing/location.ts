import { UsageError } from '../../errors.ts';
import type { EndpointVariant } from './endpoint.ts';
import type { Profile, Variables } from './profile.ts';
import { forcesFips } from './region.ts';

/** Where an AWS SDK would find the service from here. */
export interface Location {
  /** An endpoint of the user's own; nothing where the region's is to be called. */
  readonly endpoint: URL | undefined;
  /** What names that endpoint, in words. */
  readonly endpointFrom: string | undefined;
  /** Which of the region's endpoints is to be called otherwise. */
  readonly variant: EndpointVariant;
}

/** A setting as it was found, and where: both are for messages, too. */
interface Found {
  readonly text: string;
  readonly where: string;
}

/**
 * Where every AWS SDK would look for API Gateway's control plane: by the variables, then by the profile, in the documented
 * order. [AWS SDKs and Tools Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints"]
 * @throws {@link UsageError} for what cannot be honoured: an endpoint that is none, a `[services]` section that is not there, a
 * switch that is neither on nor off, or a FIPS or dual-stack endpoint that is to be one of the user's own.
 */
export function locateService(env: Variables, profile: Profile): Location {
  const endpoint = findEndpoint(env, profile);
  const asked = findFips(env, profile) ?? findDualStack(env, profile);
  if (endpoint !== undefined && asked !== undefined) {
    throw new UsageError(
      `Cannot forward to what ${endpoint.where} says: ${asked.where} asks for an endpoint of AWS's own besides, and SDKs refuse ` +
        "the two together. Unset one of them, or give '--upstream'.",
    );
  }
  return {
    endpoint: endpoint && toUrl(endpoint),
    endpointFrom: endpoint?.where,
    variant: variantOf(env, profile),
  };
}

/** Which of AWS's own endpoints an AWS SDK would call from here, whatever the service. */
export function variantOf(env: Variables, profile: Profile): EndpointVariant {
  return {
    fips: findFips(env, profile) !== undefined || forcesFips(env, profile),
    dualStack: findDualStack(env, profile) !== undefined,
  };
}

/**
 * The endpoints of any service that an AWS SDK would find here, as the variables that name them, for a program that is given
 * no profile, and that must not ignore what is configured: what it must not find any more is undefined.
 */
export function endpointVariables(env: Variables, profile: Profile): Variables {
  const said: Record<string, string | undefined> = {};
  for (const name of Object.keys(env)) if (isEndpointVariable(name)) said[name] = undefined;
  if (isIgnored(env, profile)) return said;
  // The variable for all services comes before any word of the profile.
  if (!env.AWS_ENDPOINT_URL) {
    for (const [name, url] of Object.entries(profile.services?.settings ?? {})) {
      const [, service] = /^(\w+)\.endpoint_url$/.exec(name) ?? [];
      if (service !== undefined && url) said[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] = url;
    }
    const { endpoint_url: ofAll } = profile.settings;
    if (ofAll) said.AWS_ENDPOINT_URL = ofAll;
  }
  for (const [name, text] of Object.entries(env)) {
    if (isEndpointVariable(name) && text) said[name] = text;
  }
  return said;
}

/** Whether the variable names an endpoint, of one service or of all. */
function isEndpointVariable(name: string): boolean {
  return /^AWS_ENDPOINT_URL(?:_|$)/.test(name);
}

/**
 * What a program would find besides the {@link endpointVariables} once it is given no other profile than `default`: nothing, or
 * where it stands.
 */
export function findStrayEndpoint(said: Variables, { settings, services }: Profile): string | undefined {
  if (said.AWS_ENDPOINT_URL) return undefined;
  if (settings.endpoint_url) return "'endpoint_url' of profile 'default'";
  return services && `'services' of profile 'default'`;
}

function findFips(env: Variables, profile: Profile): Found | undefined {
  return findSwitch(env, 'AWS_USE_FIPS_ENDPOINT', profile, 'use_fips_endpoint');
}

function findDualStack(env: Variables, profile: Profile): Found | undefined {
  return findSwitch(env, 'AWS_USE_DUALSTACK_ENDPOINT', profile, 'use_dualstack_endpoint');
}

function findEndpoint(env: Variables, profile: Profile): Found | undefined {
  if (isIgnored(env, profile)) return undefined;
  for (const name of ['AWS_ENDPOINT_URL_API_GATEWAY', 'AWS_ENDPOINT_URL']) {
    const text = env[name];
    if (text) return { text, where: name };
  }
  const { services } = profile;
  if (services !== undefined && services.settings === undefined) {
    throw new UsageError(
      `Cannot tell where to forward to: profile '${profile.name}' names the services section '${services.name}', which is not ` +
        "there. Add it to the AWS config file, or give '--upstream'.",
    );
  }
  const ofService = services?.settings?.['api_gateway.endpoint_url'];
  if (ofService) return { text: ofService, where: `the services section '${services?.name}'` };
  const ofAll = profile.settings.endpoint_url;
  return ofAll ? { text: ofAll, where: `'endpoint_url' of profile '${profile.name}'` } : undefined;
}

/** Whether every endpoint that is configured is to be passed over. */
export function isIgnored(env: Variables, profile: Profile): boolean {
  const variable = 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS';
  return findSwitch(env, variable, profile, 'ignore_configured_endpoint_urls') !== undefined;
}

/** Where it is switched on; nothing where it is off, or not set. */
function findSwitch(env: Variables, variable: string, profile: Profile, setting: string): Found | undefined {
  const text = env[variable] || profile.settings[setting];
  if (text === undefined || text === '') return undefined;
  const where = env[variable] ? variable : `'${setting}' of profile '${profile.name}'`;
  const lower = text.toLowerCase();
  if (lower === 'true') return { text, where };
  if (lower === 'false') return undefined;
  throw new UsageError(
    `Cannot tell what ${where} asks for: it is ${JSON.stringify(text)}, which SDKs understand differently. Set it to true or false.`,
  );
}

function toUrl({ text, where }: Found): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable = url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === '';
  if (isUsable) return url;
  // The text may hold a password: it is not repeated.
  throw new UsageError(
    `Cannot forward to what ${where} says: it is no http or https URL without a user. Correct or unset it.`,
  );
}
