import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config';

/** The region that every AWS SDK would find here, if any: of the environment, or of the profile. Reads files alone. */
export async function resolveRegion(profile: string | undefined): Promise<string | undefined> {
  const options = { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...(profile !== undefined && { profile }) };
  try {
    return await loadConfig<string>(NODE_REGION_CONFIG_OPTIONS, options)();
  } catch {
    // "Region is missing": the library's only way to say that there is none. Python's SDKs look here besides.
    return process.env.AWS_DEFAULT_REGION || undefined;
  }
}
