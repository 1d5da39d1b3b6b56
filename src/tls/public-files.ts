import { createHash, type X509Certificate } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { errorCode } from '../errors.ts';
import { withDraft } from './private-file.ts';
import type { PublicFiles } from './trust.ts';

/**
 * Writes the files that clients read next to the key, where they are missing or other than they should be.
 * @param companyRoots what clients trust here besides the public roots, as PEM each.
 */
export async function writePublicFiles(
  folder: string,
  certificate: X509Certificate,
  companyRoots: readonly string[] = [],
): Promise<PublicFiles> {
  const certificatePath = join(folder, 'ca.pem');
  const own = certificate.toString();
  await writeIfDifferent(certificatePath, own);
  // The variables that name a company's roots are easily set to this very bundle.
  const company = companyRoots.filter((each) => each.trim() !== own.trim());
  const bundle = `${[...rootCertificates, ...company].join('\n')}\n${own}`;
  const bundlePath = join(folder, bundleName(company, bundle));
  await writeIfDifferent(bundlePath, bundle);
  const additionsPath = company.length > 0 ? bundlePath : certificatePath;
  return { certificatePath, bundlePath, additionsPath };
}

/** A bundle that depends on who is asked has a name of its own: processes with other variables must not take it away. */
function bundleName(company: readonly string[], bundle: string): string {
  if (company.length === 0) return 'bundle.pem';
  return `bundle.${createHash('sha256').update(bundle).digest('hex').slice(0, 16)}.pem`;
}

async function writeIfDifferent(path: string, text: string): Promise<void> {
  if ((await readIfThere(path)) === text) return;
  await withDraft(path, async (draft) => {
    await writeFile(draft, text, { flag: 'wx', mode: 0o644 });
    await rename(draft, path);
  });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
