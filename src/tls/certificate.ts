import { createHash, createPublicKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import { dnsSuffixes } from '../aws/signing/endpoint.ts';
import { NAME_CONSTRAINTS, nameConstraints } from './name-constraints.ts';

type Library = typeof import('@peculiar/x509');

/** A private key, and a certificate of its public one. */
export interface CertifiedKey {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

/** When a certificate begins and ends, in whole seconds: fractions are left out. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The curve that {@link certifyAuthority} and {@link certifyHost} know, by its names in WebCrypto and in OpenSSL. */
export const curve = { name: 'P-256', opensslName: 'prime256v1' } as const;

const algorithm = { name: 'ECDSA', namedCurve: curve.name, hash: 'SHA-256' } as const;

/**
 * Certifies a key as a certificate authority for servers at AWS and for nothing else: whoever steals the key cannot
 * pass for another host, sign code or mail, or make a further authority. That holds for clients that heed what a root
 * says of itself: Node.js, and all that use OpenSSL, such as curl and Python. Java's default verifier does not.
 * @param key a private key on {@link curve}.
 */
export async function certifyAuthority(key: KeyObject, validity: Validity): Promise<X509Certificate> {
  const x509 = await loadLibrary();
  const publicKey = spkiOf(key);
  // Two authorities with one name confuse clients that trust both: the name is the key's.
  const name = `CN=restage local CA ${createHash('sha256').update(publicKey).digest('hex').slice(0, 8)}`;
  const subjectKey = await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto);
  return sign(x509, key, {
    ...validity,
    publicKey,
    subject: name,
    issuer: name,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.Extension(NAME_CONSTRAINTS, true, nameConstraints(dnsSuffixes)),
      subjectKey,
      new x509.AuthorityKeyIdentifierExtension(subjectKey.keyId),
    ],
  });
}

/**
 * Certifies a server's key for one host.
 * @param host a DNS name.
 * @param key the server's private key on {@link curve}.
 */
export async function certifyHost(
  host: string,
  key: KeyObject,
  authority: CertifiedKey,
  validity: Validity,
): Promise<X509Certificate> {
  const x509 = await loadLibrary();
  const issuer = new x509.X509Certificate(authority.certificate.raw);
  const publicKey = spkiOf(key);
  return sign(x509, authority.key, {
    ...validity,
    publicKey,
    // The host is in the alternative name, where clients look; here it might be longer than 64 characters.
    subject: 'O=restage',
    issuer: issuer.subjectName,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
      new x509.AuthorityKeyIdentifierExtension(
        issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? '',
      ),
    ],
  });
}

interface Contents extends Validity {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly subject: string;
  readonly issuer: string | InstanceType<Library['Name']>;
  readonly extensions: Extension[];
}

/** Signs a certificate; its serial number is 16 random octets, the library's own choice. */
async function sign(x509: Library, key: KeyObject, contents: Contents): Promise<X509Certificate> {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...contents,
      notBefore: wholeSeconds(contents.notBefore),
      notAfter: wholeSeconds(contents.notAfter),
      signingKey,
      signingAlgorithm: algorithm,
    },
    webcrypto,
  );
  return new X509Certificate(Buffer.from(certificate.rawData));
}

function spkiOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createPublicKey(key).export({ type: 'spki', format: 'der' }));
}

/** Fractions of a second are not allowed in a certificate. [RFC 5280, 4.1.2.5.2] */
function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

/** Loaded when the first certificate is made: who loads an authority that is there, and serves nobody, needs none. */
async function loadLibrary(): Promise<Library> {
  // The library's own dependency refuses to load without it.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
