import { generateKeyPair } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { errorCode, FailureError, isError, reasonOf } from '../errors.ts';
import { type CertifiedKey, certifyHost, curve } from './certificate.ts';
import { HostContexts } from './host-contexts.ts';
import { openKeyFile } from './key-file.ts';
import { openPrivateFolder } from './private-file.ts';
import { writePublicFiles } from './public-files.ts';
import type { PublicFiles } from './trust.ts';

/** A certificate authority of this machine, for hosts at AWS alone. */
export interface Authority extends PublicFiles {
  /**
   * A TLS context with a certificate for the host, made when it is first asked for and renewed before it ends.
   * Whether the host is one to intercept is for the caller to say.
   * @throws {@link FailureError} when it is no plain DNS name.
   */
  contextFor(host: string): Promise<SecureContext>;
}

/**
 * Opens the authority that is kept in the folder, or makes one there. Processes that do so at once get the same one.
 * @param companyRoots what clients trust here besides the public roots, as PEM each: it goes into their bundle.
 * @throws {@link FailureError} when the folder cannot be used, or what is in it is not fit for use.
 */
export async function openAuthority(
  folder: string,
  now: () => Date,
  companyRoots: readonly string[] = [],
): Promise<Authority> {
  try {
    await openPrivateFolder(folder);
    const authority = await openKeyFile(folder, now());
    const files = await writePublicFiles(folder, authority.certificate, companyRoots);
    const contexts = await contextsOf(authority, now);
    return { ...files, contextFor: async (host) => contexts.get(asDnsName(host)) };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new FailureError(
      `Cannot open the certificate authority in '${folder}': ${reasonOf(error)}. ${remedyOf(error)}.`,
      { cause: error },
    );
  }
}

/** The key is made by a hard link: of several processes, one makes it. */
function remedyOf(error: unknown): string {
  const isLink = isError(error) && 'syscall' in error && error.syscall === 'link';
  return isLink
    ? "Choose a folder on a file system with hard links, with '--ca-dir'"
    : 'Choose a folder of your own that can be written to';
}

/** The folder of the authority where none is named: `$XDG_DATA_HOME/restage`, else `~/.local/share/restage`. */
export function authorityFolder(env: Readonly<Record<string, string | undefined>>): string {
  // A relative one is to be ignored. [XDG Base Directory Specification]
  const isSet = env.XDG_DATA_HOME !== undefined && isAbsolute(env.XDG_DATA_HOME);
  const data = isSet ? env.XDG_DATA_HOME : join(env.HOME || homedir(), '.local', 'share');
  return join(data ?? '', 'restage');
}

/** All hosts of a process share one key: it is the certificate that differs. */
async function contextsOf(authority: CertifiedKey, now: () => Date): Promise<HostContexts> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: curve.name });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const make = async (host: string, validity: { notBefore: Date; notAfter: Date }) => {
    const certificate = await certifyHost(host, privateKey, authority, validity);
    return createSecureContext({ key, cert: certificate.toString(), minVersion: 'TLSv1.2' });
  };
  return new HostContexts(make, now);
}

/** Dotted labels of letters, digits and hyphens; the last begins with a letter, so that it is no address. [RFC 1123, 2.1] */
const dnsName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function asDnsName(host: string): string {
  const name = host.toLowerCase();
  if (name.length <= 253 && dnsName.test(name)) return name;
  throw new FailureError(
    `Cannot certify ${JSON.stringify(host.slice(0, 100))}: it is no DNS name. Ask for a host by its full name, without a port.`,
  );
}
