import type { Profile, Variables } from './profile.ts';

/** The region that every AWS SDK would find here, if any: of the environment, or of the profile. */
export function regionOf(env: Variables, profile: Profile): string | undefined {
  const found = configuredRegion(env, profile);
  return found === undefined ? undefined : realRegion(found);
}

/** Whether what is configured is a name of old, such as `us-east-1-fips`, that asks for the region's FIPS endpoints. */
export function forcesFips(env: Variables, profile: Profile): boolean {
  return regionOf(env, profile) !== configuredRegion(env, profile);
}

/** The region without what a name of old adds to it. */
export function realRegion(region: string): string {
  return region.replace(/^fips-|-fips$/, '');
}

/** The region as it is written. */
export function configuredRegion(env: Variables, profile: Profile): string | undefined {
  // Python's SDKs look at the last besides.
  return env.AWS_REGION || profile.settings.region || env.AWS_DEFAULT_REGION || undefined;
}
