import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;

/** Key and certificate of a server, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that lives as long as the test. */
export interface ThrowawayCa {
  /** What to trust, as PEM. */
  readonly ca: string;
  /** Makes a certificate for these names; those of digits and dots, or with colons, are IP addresses. */
  readonly issue: (...names: string[]) => Promise<Identity>;
}

/** Makes a certificate authority. */
export async function createCa(): Promise<ThrowawayCa> {
  const x509 = loadX509();
  const [notBefore, notAfter] = [new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS)];
  const shared = { issuer: 'CN=throwaway', notBefore, notAfter, signingAlgorithm: ALGORITHM };
  const authority = await makeKey();
  const own = await x509.X509CertificateGenerator.create(
    {
      ...shared,
      subject: shared.issuer,
      publicKey: authority.publicKey,
      signingKey: authority.signingKey,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    },
    webcrypto,
  );
  const issue = async (...names: string[]): Promise<Identity> => {
    const { publicKey, pem } = await makeKey();
    const alternatives = names.map((value) => ({
      type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const),
      value,
    }));
    const leaf = await x509.X509CertificateGenerator.create(
      {
        ...shared,
        subject: `CN=${names[0]}`,
        publicKey,
        signingKey: authority.signingKey,
        extensions: [new x509.SubjectAlternativeNameExtension(alternatives)],
      },
      webcrypto,
    );
    return { key: pem, cert: leaf.toString('pem') };
  };
  return { ca: own.toString('pem'), issue };
}

function loadX509(): typeof import('@peculiar/x509') {
  const require = createRequire(import.meta.url);
  // The library wants a polyfill of decorators' metadata, which others in this process may want whole.
  require('reflect-metadata');
  return require('@peculiar/x509');
}

async function makeKey() {
  const pem = generateKeyPairSync('ec', {
    namedCurve: ALGORITHM.namedCurve,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  }).privateKey;
  const signing = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  const publicKey = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', signing, ALGORITHM, false, ['sign']);
  return { pem, publicKey, signingKey };
}
