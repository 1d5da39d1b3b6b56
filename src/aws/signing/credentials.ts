import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { CallError, reasonOf } from '../../errors.ts';
import type { Credentials } from './signature.ts';

// On Node 20 the SDK's clients for STS and SSO print that they will want a newer Node: that is not our user's affair.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** That a profile wins over keys in the environment is what was asked for: the SDK need not warn of it. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Gives the credentials to sign with, resolved when first asked for and renewed before they expire. */
export type CredentialSource = () => Promise<Credentials>;

/**
 * The credentials that every AWS SDK would find here: the profile's, or those of the default chain.
 * The source throws {@link CallError} `CredentialsUnavailableException` when there are none.
 */
export function createCredentialSource(profile: string | undefined): CredentialSource {
  const provide = fromNodeProviderChain({ logger: silent, ...(profile !== undefined && { profile }) });
  return async () => {
    try {
      return await provide();
    } catch (cause) {
      const whose = profile === undefined ? 'the default chain' : `profile '${profile}'`;
      throw new CallError(
        'CredentialsUnavailableException',
        `Cannot sign the call: no AWS credentials come from ${whose} (${reasonOf(cause)}). ` +
          "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, log in, or name a profile with '--profile'.",
        { cause },
      );
    }
  };
}
