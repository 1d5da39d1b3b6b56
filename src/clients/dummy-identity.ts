import { realRegion } from '../aws/signing/region.ts';
import type { Credentials } from '../aws/signing/signature.ts';

/** Well-formed, and no one's: replay asks nothing of a signature. */
export const DUMMY_CREDENTIALS: Credentials = {
  accessKeyId: 'AKIDRESTAGE',
  secretAccessKey: 'replay-needs-no-secret',
};
const DUMMY_REGION = 'us-east-1';

/** The region of a client that calls nobody else: the one that its environment says, or any. */
export function offlineRegion(
  env: Readonly<Record<string, string | undefined>>,
  configured?: string,
): string {
  // Empty counts as absent, as SDKs have it: that is what a CI service makes of a secret that is not there.
  return realRegion(env.AWS_REGION || env.AWS_DEFAULT_REGION || configured || DUMMY_REGION);
}
