import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../errors.ts';

/** Environment variables by their names. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the shared AWS config and credentials files say under one profile's name. */
export interface Profile {
  readonly name: string;
  /** Whether an option or a variable named it. Nobody has to have a profile `default`. */
  readonly isNamed: boolean;
  readonly isThere: boolean;
  /** Its settings, such as `endpoint_url`. Those of sections in it are `section.name`. */
  readonly settings: Variables;
  /** The `[services]` section that it names; nothing when it names none. */
  readonly services: { readonly name: string; readonly settings: Variables | undefined } | undefined;
}

const DEFAULT_PROFILE = 'default';

/**
 * Reads the profile that counts: the one that is named, else that of `AWS_PROFILE`, else that of `AWS_DEFAULT_PROFILE`, which
 * Python's and Go's SDKs look at besides.
 * @throws {@link UsageError} when the two variables name different ones: SDKs differ on which counts.
 */
export async function readProfile(env: Variables, named?: string): Promise<Profile> {
  const name = named ?? profileName(env);
  const profile = { name: name ?? DEFAULT_PROFILE, isNamed: name !== undefined };
  // What reads the files is loaded where there may be some.
  if (!mayHaveFiles(env)) return { ...profile, isThere: false, settings: {}, services: undefined };
  const { CONFIG_PREFIX_SEPARATOR, loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const inConfig = configFile[profile.name];
  const inCredentials = credentialsFile[profile.name];
  const settings: Variables = { ...inCredentials, ...inConfig };
  const { services } = settings;
  return {
    ...profile,
    isThere: inConfig !== undefined || inCredentials !== undefined,
    settings,
    services:
      services === undefined
        ? undefined
        : { name: services, settings: configFile[`services${CONFIG_PREFIX_SEPARATOR}${services}`] },
  };
}

function profileName({ AWS_PROFILE, AWS_DEFAULT_PROFILE }: Variables): string | undefined {
  if (AWS_PROFILE && AWS_DEFAULT_PROFILE && AWS_PROFILE !== AWS_DEFAULT_PROFILE) {
    throw new UsageError(
      `Cannot tell which profile counts: AWS_PROFILE is '${AWS_PROFILE}', AWS_DEFAULT_PROFILE is '${AWS_DEFAULT_PROFILE}', ` +
        "and AWS SDKs differ on it. Unset one of them, or give '--profile'.",
    );
  }
  return AWS_PROFILE || AWS_DEFAULT_PROFILE || undefined;
}

/** Where the files are is the library's affair once that is said: it knows `~/`, for one. */
function mayHaveFiles({
  AWS_CONFIG_FILE,
  AWS_SHARED_CREDENTIALS_FILE,
  HOME,
  USERPROFILE,
}: Variables): boolean {
  if (AWS_CONFIG_FILE || AWS_SHARED_CREDENTIALS_FILE) return true;
  return [HOME, USERPROFILE, homedir()].some((home) => home !== undefined && existsSync(join(home, '.aws')));
}
