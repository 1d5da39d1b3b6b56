import { resolve } from 'node:path';
import { readProfile } from '../aws/signing/profile.ts';
import { resolveSettings, type Values } from '../settings/settings.ts';
import { authorityFolder, openAuthority } from '../tls/authority.ts';
import { readCompanyRoots } from '../tls/company-roots.ts';
import type { PublicFiles } from '../tls/trust.ts';

/** What `restage ca` is run with. */
export interface CaFlags {
  /** The folder of the authority, resolved: the paths that are printed begin with it. */
  readonly folder: string;
  /** What clients trust here besides the public roots, as PEM each. */
  readonly companyRoots?: readonly string[];
  readonly now: () => Date;
  /** Takes what is to stand on stdout. */
  readonly write: (text: string) => void;
}

/** `restage ca` by its flags. @returns the exit status. */
export async function runCa(flags: Values, write: (text: string) => void): Promise<number> {
  const { caDir } = resolveSettings({
    flags,
    // What else is set there is for restage when it runs: nobody asks for that here.
    variables: { RESTAGE_CA_DIR: process.env.RESTAGE_CA_DIR },
    file: undefined,
  });
  const folder = resolve(caDir ?? authorityFolder(process.env));
  const { settings } = await readProfile(process.env);
  const { own } = await readCompanyRoots(process.env, settings.ca_bundle);
  return ca({ folder, companyRoots: own, now: () => new Date(), write });
}

/**
 * `restage ca`: makes the certificate authority where there is none, and says how clients are made to trust it.
 * @returns the exit status.
 * @throws FailureError when the authority cannot be made or used.
 */
export async function ca({ folder, companyRoots, now, write }: CaFlags): Promise<number> {
  write(renderTrust(await openAuthority(folder, now, companyRoots)));
  return 0;
}

/** The certificate's path on the first line, then what each client needs, as lines to paste into a shell. */
export function renderTrust({ certificatePath, bundlePath, additionsPath }: PublicFiles): string {
  const bundle = quoteForShell(bundlePath);
  // No comments: an interactive zsh takes them for commands.
  return `${certificatePath}

Node.js, which adds it to its own roots:
  export NODE_EXTRA_CA_CERTS=${quoteForShell(additionsPath)}

AWS CLI, boto3, Go and curl, which take these roots in place of their own; the bundle holds the public ones too:
  export AWS_CA_BUNDLE=${bundle}
  export SSL_CERT_FILE=${bundle}
  export CURL_CA_BUNDLE=${bundle}

And, while restage runs with --intercept, on the port it prints (JavaScript SDKs need a proxy agent besides):
  export HTTPS_PROXY=http://127.0.0.1:8480
`;
}

/** The text as one word of a POSIX shell. */
function quoteForShell(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
