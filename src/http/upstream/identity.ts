import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/**
 * Why the certificate is none for the host; nothing when it is one. Of an address, the certificate itself is asked:
 * Node.js 22.23 finds none that is for an IPv6 address.
 * @param host a name, or an address without brackets.
 */
export function findIdentityFlaw(host: string, certificate: PeerCertificate): Error | undefined {
  const isAddress = isIP(host) !== 0;
  if (isAddress && new X509Certificate(certificate.raw).checkIP(host) !== undefined) return undefined;
  const flaw = checkServerIdentity(host, certificate);
  return flaw ?? (isAddress ? new Error(`the certificate is not for ${host}`) : undefined);
}
