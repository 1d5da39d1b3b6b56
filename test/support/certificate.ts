import { createSecureContext, type SecureContext } from 'node:tls';

/** A certificate that vouches for itself, and the TLS context of a server that has it. */
export interface TestCertificate {
  readonly pem: string;
  readonly context: SecureContext;
}

/** The library asks for what decorators leave behind, and needs no answer for what is used of it here. */
const { SubjectAlternativeNameExtension, X509CertificateGenerator } = await (() => {
  const none = { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => {} };
  if (!('getMetadata' in Reflect)) Object.assign(Reflect, none);
  return import('@peculiar/x509');
})();

/** Makes a certificate for a host, valid for an hour. */
export async function makeCertificate(host: string): Promise<TestCertificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${host}`,
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  const pem = certificate.toString('pem');
  const exported = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${exported}\n-----END PRIVATE KEY-----\n`;
  return { pem, context: createSecureContext({ key, cert: pem }) };
}
