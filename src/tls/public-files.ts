import type { X509Certificate } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { errorCode } from '../errors.ts';
import { withDraft } from './private-file.ts';
import type { PublicFiles } from './trust.ts';

/** Writes the files that clients read next to the key, where they are missing or other than they should be. */
export async function writePublicFiles(folder: string, certificate: X509Certificate): Promise<PublicFiles> {
  const certificatePath = join(folder, 'ca.pem');
  const bundlePath = join(folder, 'bundle.pem');
  const own = certificate.toString();
  await writeIfDifferent(certificatePath, own);
  await writeIfDifferent(bundlePath, `${rootCertificates.join('\n')}\n${own}`);
  return { certificatePath, bundlePath };
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
