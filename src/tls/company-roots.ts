import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { reasonOf, UsageError } from '../errors.ts';

/** The certificates that a company has its machines trust, by the variables of AWS clients and of Node.js. */
export interface CompanyRoots {
  /** What is to be trusted in place of what Node.js trusts, as PEM; nothing where that is right. */
  readonly trusted: string | undefined;
  /** Those that are not among the public roots that come with Node.js, as PEM each. */
  readonly own: readonly string[];
}

const PEM = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * Reads `AWS_CA_BUNDLE`, else the profile's `ca_bundle`, else `REQUESTS_CA_BUNDLE`, which replace the roots of AWS clients, as the
 * AWS CLI has it, and `NODE_EXTRA_CA_CERTS`, which adds to those of Node.js.
 * @param ofProfile the `ca_bundle` of the profile that counts.
 * @throws {@link UsageError} when the bundle cannot be read, or holds no certificate.
 */
export async function readCompanyRoots(
  env: Readonly<Record<string, string | undefined>>,
  ofProfile?: string,
): Promise<CompanyRoots> {
  const extra = await readExtra(env.NODE_EXTRA_CA_CERTS);
  const bundle = await readBundle([
    ['AWS_CA_BUNDLE', env.AWS_CA_BUNDLE],
    ["the profile's 'ca_bundle'", ofProfile],
    ['REQUESTS_CA_BUNDLE', env.REQUESTS_CA_BUNDLE],
  ]);
  const all = [...(bundle ?? []), ...extra];
  return {
    // Node.js adds the extra ones by itself, but not to a list that it is given.
    trusted: bundle && all.join('\n'),
    get own() {
      const known = new Set(rootCertificates.map(withoutSpace));
      return all.filter((certificate) => !known.has(withoutSpace(certificate)));
    },
  };
}

async function readBundle(
  places: ReadonlyArray<readonly [where: string, path: string | undefined]>,
): Promise<string[] | undefined> {
  const [where, path] = places.find(([, each]) => each) ?? [];
  if (path === undefined) return undefined;
  let reason = 'it holds no certificate in PEM';
  try {
    const found = (await readFile(path, 'latin1')).match(PEM);
    if (found !== null) return found;
  } catch (error) {
    reason = reasonOf(error);
  }
  throw new UsageError(`Cannot trust the certificates that ${where} names: ${reason}. Correct or unset it.`);
}

async function readExtra(path: string | undefined): Promise<string[]> {
  if (!path) return [];
  try {
    return (await readFile(path, 'latin1')).match(PEM) ?? [];
  } catch {
    // Node.js has warned of it when it was started.
    return [];
  }
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, '');
}
