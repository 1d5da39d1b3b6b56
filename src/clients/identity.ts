import {
  endpointVariables,
  findStrayEndpoint,
  isIgnored,
  locateService,
  variantOf,
} from '../aws/signing/location.ts';
import { type Profile, readProfile, type Variables } from '../aws/signing/profile.ts';
import { configuredRegion, regionOf } from '../aws/signing/region.ts';
import type { Credentials } from '../aws/signing/signature.ts';
import { FailureError, UsageError } from '../errors.ts';
import type { Settings } from '../settings/settings.ts';
import type { CommandIdentity, TunnelledCommand } from './environment.ts';

/** What finding a command's identity needs besides. */
interface Tools {
  /** Gives the credentials that restage signs with; absent in replay, where any will do. */
  readonly handOut: (() => Promise<Credentials>) | undefined;
  readonly say: (line: string) => void;
}

/**
 * What a command is to sign with that has restage for its endpoint: a key made for clients, or the very credentials that restage
 * signs with. Its profile is taken from it, so what that said of endpoints and region is told by variables.
 */
export async function findIdentity(
  settings: Settings,
  env: Variables,
  { handOut, say }: Tools,
): Promise<CommandIdentity> {
  const profile = await profileOf(settings, env, handOut !== undefined);
  const region = regionOf(env, profile);
  const endpoints = endpointVariables(env, profile);
  if (handOut === undefined) return { credentials: undefined, region, endpoints };
  await refuseStray(env, profile, endpoints);
  const { fips, dualStack } = variantOf(env, profile);
  if (fips || dualStack) {
    const asked = [...(fips ? ['FIPS'] : []), ...(dualStack ? ['dual-stack'] : [])].join(' and ');
    say(
      `restage calls the ${asked} endpoint, but the command's calls to other services than API Gateway go to plain ones: AWS ` +
        "SDKs take no endpoint from restage otherwise. Use '--intercept' to have it call all of them as it does alone.",
    );
  }
  const [clientKey] = settings.clientKeys;
  if (clientKey !== undefined) return { credentials: clientKey, region, endpoints };
  try {
    return { credentials: await handOut(), region, endpoints };
  } catch (cause) {
    throw new FailureError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What a command finds whose tunnels restage takes: its signature is kept, with whatever it signs with. */
export async function findTunnelled(
  settings: Settings,
  env: Variables,
  forwards: boolean,
): Promise<TunnelledCommand> {
  const region = configuredRegion(env, await profileOf(settings, env, forwards));
  if (!forwards) return { isOffline: true, region, hasEndpoint: true };
  // The command is not told of '--profile'.
  const { endpointFrom } = locateService(env, await readProfile(env));
  if (endpointFrom !== undefined && settings.upstream === undefined) {
    throw new UsageError(
      `Cannot take the command's tunnels: ${endpointFrom} names an endpoint of its own, which a call through a tunnel does not go to. ` +
        "Leave '--intercept' out, or unset it, or give '--upstream'.",
    );
  }
  return { isOffline: false, region, hasEndpoint: endpointFrom !== undefined };
}

/** In replay nothing depends on which of two profiles counts, and nobody has to say it. */
function profileOf({ profile }: Settings, env: Variables, forwards: boolean): Promise<Profile> {
  return readProfile(env, profile ?? ((!forwards && env.AWS_PROFILE) || undefined));
}

/** Without its profile the command reads the default one, and must not ignore it. */
async function refuseStray(env: Variables, profile: Profile, endpoints: Variables): Promise<void> {
  const isEffective = profile.name === 'default' && !isIgnored(env, profile);
  const stray = isEffective ? undefined : findStrayEndpoint(endpoints, await readProfile(env, 'default'));
  if (stray === undefined) return;
  throw new UsageError(
    `Cannot run the command as it would run alone: ${stray} would count, which does not otherwise. ` +
      "Move it to a profile of another name, or use '--intercept'.",
  );
}
