import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The region that every AWS SDK would find here, if any: of the environment, or of the profile. Reads files alone. */
export async function resolveRegion(profile: string | undefined): Promise<string | undefined> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  if (AWS_REGION) return AWS_REGION;
  // Python's SDKs look there besides.
  return (await regionOfProfile(profile)) ?? (AWS_DEFAULT_REGION || undefined);
}

async function regionOfProfile(profile: string | undefined): Promise<string | undefined> {
  // What reads the files is loaded where there may be some.
  if (!mayHaveFiles()) return undefined;
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
    '@smithy/core/config'
  );
  const options = { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...(profile !== undefined && { profile }) };
  try {
    return (await loadConfig<string>(NODE_REGION_CONFIG_OPTIONS, options)()) || undefined;
  } catch {
    // "Region is missing": the library's only way to say that there is none.
    return undefined;
  }
}

/** Where the files are is the library's affair once that is said: it knows `~/`, for one. */
function mayHaveFiles(): boolean {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, HOME, USERPROFILE } = process.env;
  if (AWS_CONFIG_FILE || AWS_SHARED_CREDENTIALS_FILE) return true;
  return [HOME, USERPROFILE, homedir()].some((home) => home !== undefined && existsSync(join(home, '.aws')));
}
