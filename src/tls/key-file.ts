import { createPrivateKey, createPublicKey, generateKeyPair, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CertifiedKey, certifyAuthority, curve } from './certificate.ts';
import { createPrivateFile, giveFurtherName, readPrivateFile, unfit } from './private-file.ts';

const KEY_FILE = 'ca-key.pem';

const DAY_MS = 24 * 60 * 60 * 1000;
const VALID_DAYS = 3650;
/** An authority that ends within this time is replaced when it is opened. */
const REPLACED_DAYS = 30;

/**
 * Reads the authority's key and certificate, `ca-key.pem`, or makes them where there are none, or where they end soon.
 *
 * Processes that do so at once agree: one of them makes the file, and all read it then. So with a replacement, which
 * has a name of its own first, made of what it replaces.
 * @param folder one in which nobody else can write.
 * @throws FailureError when the file is not fit for use; nothing of the key is ever in its message.
 */
export async function openKeyFile(folder: string, now: Date): Promise<CertifiedKey> {
  const path = join(folder, KEY_FILE);
  const found = await readOrMake(path, now);
  if (!endsSoon(found, now)) return found;

  const fingerprint = found.certificate.fingerprint256.replaceAll(':', '').toLowerCase().slice(0, 16);
  const successorPath = join(folder, `ca-key.after-${fingerprint}.pem`);
  const successor = await readOrMake(successorPath, now);
  if (endsSoon(successor, now)) throw unfit(successorPath, 'it has ended, or is about to');
  await giveFurtherName(successorPath, path);
  return successor;
}

async function readOrMake(path: string, now: Date): Promise<CertifiedKey> {
  const text = (await readPrivateFile(path)) ?? (await make(path, now));
  return parse(path, text, now);
}

async function make(path: string, now: Date): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: curve.name });
  const certificate = await certifyAuthority(privateKey, {
    // Other machines' clocks may be behind.
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + VALID_DAYS * DAY_MS),
  });
  await createPrivateFile(path, `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate}`);
  const made = await readPrivateFile(path);
  if (made === undefined) throw unfit(path, 'somebody removed it as it was made');
  return made;
}

function parse(path: string, text: string, now: Date): CertifiedKey {
  const { key, certificate } = decode(path, text);
  const isOnCurve = key.asymmetricKeyDetails?.namedCurve === curve.opensslName;
  if (!isOnCurve) throw unfit(path, `its key is not on the curve ${curve.name}`);
  if (!certificate.checkPrivateKey(key))
    throw unfit(path, 'its key and its certificate do not belong together');
  const isOwn =
    certificate.ca && certificate.checkIssued(certificate) && certificate.verify(createPublicKey(key));
  if (!isOwn) throw unfit(path, 'its certificate is not that of an authority');
  if (Date.parse(certificate.validFrom) > now.getTime()) {
    const remedy = 'Set the clock right, or';
    throw unfit(path, `it is not valid before ${certificate.validFrom}`, remedy);
  }
  return { key, certificate };
}

function decode(path: string, text: string): CertifiedKey {
  try {
    return { key: createPrivateKey(text), certificate: new X509Certificate(text) };
  } catch {
    // The library's error is left out: nobody can vouch for what it holds of the key.
    throw unfit(path, 'it does not hold a key and a certificate in PEM');
  }
}

function endsSoon({ certificate }: CertifiedKey, now: Date): boolean {
  return Date.parse(certificate.validTo) - now.getTime() < REPLACED_DAYS * DAY_MS;
}
