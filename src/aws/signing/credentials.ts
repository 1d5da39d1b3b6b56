import { fromEnv, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { CallError, isUnknownAuthority, reasonOf, remedyForUnknownAuthority } from '../../errors.ts';
import type { Profile, Variables } from './profile.ts';
import type { Credentials } from './signature.ts';

// On Node 20 the SDK's clients for STS and SSO print that they will want a newer Node: that is not our user's affair.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Credentials, and where they were found, such as `the environment` or `profile 'team', by SSO`. */
export interface FoundCredentials extends Credentials {
  readonly from: string;
}

/** Gives the credentials to sign with, resolved when first asked for and renewed before they expire. */
export type CredentialSource = () => Promise<FoundCredentials>;

/** What sends the requests of the SDK's own clients: for STS, SSO and logins. */
export type ClientConfig = NonNullable<
  NonNullable<Parameters<typeof fromNodeProviderChain>[0]>['clientConfig']
>;

/** Where to look for credentials, and how. */
export interface CredentialSettings {
  readonly env: Variables;
  readonly profile: Profile;
  /** Whether the profile was given by an option: it beats keys in the environment then. */
  readonly isProfileGiven: boolean;
  readonly clientConfig?: ClientConfig;
  /** Told what the SDK warns of. */
  readonly onWarning?: (warning: string) => void;
}

type Provide = () => Promise<Credentials & { readonly $source?: Readonly<Record<string, string>> }>;

/**
 * The credentials that every AWS SDK should find here: those of the profile that is given, else of the environment, else of
 * the rest of the default chain. [AWS SDKs and Tools Reference Guide, "Credential provider chain"]
 * The source throws {@link CallError} `CredentialsUnavailableException` when there are none.
 */
export function createCredentialSource(settings: CredentialSettings): CredentialSource {
  const { profile } = settings;
  const provide = createProvider(settings);
  return async () => {
    try {
      if (profile.isNamed && !profile.isThere) throw new Error('there is no such profile in the AWS files');
      const { accessKeyId, secretAccessKey, sessionToken, $source = {} } = await provide();
      return {
        accessKeyId,
        secretAccessKey,
        sessionToken,
        from: describeSource(Object.keys($source), profile),
      };
    } catch (cause) {
      const whose = profile.isNamed ? `profile '${profile.name}'` : 'the default chain';
      const remedy = isUnknownAuthority(cause)
        ? remedyForUnknownAuthority
        : "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, log in, or name a profile with '--profile'.";
      throw new CallError(
        'CredentialsUnavailableException',
        `Cannot sign the call: no AWS credentials come from ${whose} (${reasonOf(cause)}). ${remedy}`,
        { cause },
      );
    }
  };
}

function createProvider({
  env,
  profile,
  isProfileGiven,
  clientConfig,
  onWarning,
}: CredentialSettings): Provide {
  const chain = fromNodeProviderChain({
    // Named, it has the SDK pass keys in the environment over: they were looked for before.
    ...(profile.isNamed && { profile: profile.name }),
    // Each of the SDK's providers reads one of the two.
    ...(clientConfig && { clientConfig, parentClientConfig: clientConfig }),
    logger: loggerOf(onWarning),
  });
  if (isProfileGiven) return chain;
  const environment = fromEnv();
  return async () => {
    // Looked at with each call: they may come later. Half a pair is a mistake, to Python's SDKs too, and none of the profile's.
    if (!env.AWS_ACCESS_KEY_ID) return chain();
    if (env.AWS_SECRET_ACCESS_KEY) return environment();
    throw new Error('AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not');
  };
}

function loggerOf(onWarning: CredentialSettings['onWarning']) {
  const none = () => {};
  return {
    trace: none,
    debug: none,
    info: none,
    warn: (warning: unknown) => {
      // A profile that was given beats keys in the environment: that is what was asked for.
      if (!/Multiple credential sources/.test(String(warning))) onWarning?.(String(warning));
    },
    error: none,
  };
}

/** By what the SDK notes of each step that the credentials came by. [@aws-sdk/types, AwsSdkCredentialsFeatures] */
const sources: ReadonlyArray<readonly [feature: string, words: string]> = [
  ['CREDENTIALS_PROFILE_SSO', 'by SSO'],
  ['CREDENTIALS_SSO', 'by SSO'],
  ['CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN', 'by a web identity'],
  ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'by a web identity'],
  ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN', 'by a web identity'],
  ['CREDENTIALS_STS_ASSUME_ROLE', 'by a role'],
  ['CREDENTIALS_PROFILE_PROCESS', 'by a process'],
  ['CREDENTIALS_PROCESS', 'by a process'],
  ['CREDENTIALS_PROFILE_LOGIN', 'by a login'],
  ['CREDENTIALS_LOGIN', 'by a login'],
];

function describeSource(features: readonly string[], profile: Profile): string {
  if (features.includes('CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN')) return 'a web identity of the environment';
  if (features.includes('CREDENTIALS_HTTP')) return "the container's endpoint";
  if (features.includes('CREDENTIALS_IMDS')) return "the instance's metadata";
  const isOfProfile = features.some((feature) => feature.startsWith('CREDENTIALS_PROFILE'));
  if (features.includes('CREDENTIALS_ENV_VARS') && !isOfProfile) return 'the environment';
  const how = sources.find(([feature]) => features.some((each) => each.startsWith(feature)))?.[1];
  return `profile '${profile.name}'${how === undefined ? '' : `, ${how}`}`;
}
