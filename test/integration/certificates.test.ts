import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { dnsSuffixes } from '../../src/aws/signing/endpoint.ts';
import { type Authority, openAuthority } from '../../src/tls/authority.ts';
import { describeWithClient, runProgram, runPython } from '../support/clients.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { shakeHands, startTlsServer } from '../support/tls-server.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const HOUR_MS = 60 * 60 * 1000;

/** An authority, by the clock that other clients go by, and a server whose certificates are of it. */
async function serve(): Promise<{ authority: Authority; ca: string; port: number }> {
  const authority = await openAuthority(join(temporaryFolder(), 'restage'), () => new Date());
  const port = await startTlsServer(authority.contextFor);
  return { authority, ca: readFileSync(authority.certificatePath, 'utf8'), port };
}

type SubjectName = { readonly type: 'ip' | 'dns'; readonly value: string };

/** What a thief of the key file would make of it: a certificate for any name, by an authority below it or by itself. */
async function steal(
  authority: Authority,
  name: SubjectName,
  through: 'itself' | 'an authority below',
): Promise<SecureContext> {
  const require = createRequire(import.meta.url);
  require('reflect-metadata');
  const x509: typeof import('@peculiar/x509') = require('@peculiar/x509');
  const text = readFileSync(join(dirname(authority.certificatePath), 'ca-key.pem'), 'utf8');
  const validity = { notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(Date.now() + HOUR_MS) };
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const root = createPrivateKey(text);
  let issuer = new x509.X509Certificate(text.slice(text.indexOf('-----BEGIN CERT')));
  let signingKey = await importKey(root, algorithm);
  const chain: string[] = [];
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  if (through === 'an authority below') {
    issuer = await x509.X509CertificateGenerator.create({
      ...validity,
      issuer: issuer.subjectName,
      subject: 'CN=below',
      publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    signingKey = privateKey;
    chain.push(issuer.toString('pem'));
  }
  const leaf = await x509.X509CertificateGenerator.create({
    ...validity,
    issuer: issuer.subjectName,
    subject: 'CN=stolen',
    publicKey,
    signingKey,
    extensions: [new x509.SubjectAlternativeNameExtension([name])],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return createSecureContext({
    key: createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }),
    cert: [leaf.toString('pem'), ...chain].join('\n'),
  });
}

function importKey(key: KeyObject, algorithm: webcrypto.EcKeyImportParams): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), algorithm, false, [
    'sign',
  ]);
}

describe('Node.js', () => {
  it.each(dnsSuffixes)('accepts a host in %s', async (suffix) => {
    const { ca, port } = await serve();
    const host = `apigateway.xx-east-1.${suffix}`;
    expect((await shakeHands(port, host, ca)).subjectaltname).toBe(`DNS:${host}`);
  });

  it('accepts it with the bundle, and not without', async () => {
    const { authority, port } = await serve();
    const bundle = readFileSync(authority.bundlePath, 'utf8');
    expect((await shakeHands(port, HOST, bundle)).subjectaltname).toBe(`DNS:${HOST}`);
    const publicRoots = bundle.slice(0, bundle.lastIndexOf('-----BEGIN'));
    await expect(shakeHands(port, HOST, publicRoots)).rejects.toThrow(/unable to verify|issuer certificate/);
  });

  it.each(['example.com', 'amazonaws.com.example.com', 'notamazonaws.com', 'api.aws.example'])(
    'refuses %s, though the authority has signed it',
    async (host) => {
      const { ca, port } = await serve();
      await expect(shakeHands(port, host, ca)).rejects.toThrow('permitted subtree violation');
    },
  );

  it.each<[SubjectName, Parameters<typeof steal>[2], string]>([
    [{ type: 'dns', value: 'example.com' }, 'itself', 'permitted subtree violation'],
    [{ type: 'ip', value: '127.0.0.1' }, 'itself', 'excluded subtree violation'],
    [{ type: 'ip', value: '::1' }, 'itself', 'excluded subtree violation'],
    [{ type: 'dns', value: HOST }, 'an authority below', 'path length constraint exceeded'],
  ])('refuses what a thief of the key makes: %j, by %s', async (name, through, reason) => {
    const { authority, ca } = await serve();
    const stolen = await startTlsServer(() => steal(authority, name, through));
    await expect(shakeHands(stolen, HOST, ca)).rejects.toThrow(reason);
    // It is for its name that it is refused: for a host at AWS the same is accepted.
    const fitting = await startTlsServer(() => steal(authority, { type: 'dns', value: HOST }, 'itself'));
    await shakeHands(fitting, HOST, ca);
  });
});

describeWithClient('curl', 'curl', () => {
  it.each([
    [HOST, 0, ''],
    ['apigateway-fips.us-east-1.api.aws', 0, ''],
    ['example.com', 60, 'permitted subtree violation'],
  ])('told of the certificate, gets from %s status %i', async (host, status, reason) => {
    const { authority, port } = await serve();
    const args = ['-sS', '--connect-to', `${host}:443:127.0.0.1:${port}`, `https://${host}/`];
    const told = await runProgram('curl', ['--cacert', authority.certificatePath, ...args], {});
    expect(told).toMatchObject({ status, stdout: status === 0 ? 'hello' : '' });
    expect(told.stderr).toContain(reason);
    const byVariable = await runProgram('curl', args, { SSL_CERT_FILE: authority.bundlePath });
    expect(byVariable.status).toBe(status);
    expect((await runProgram('curl', args, {})).status).toBe(60);
  });
});

describeWithClient('Python', 'Python', () => {
  const script = `
import os, socket, ssl
context = ssl.create_default_context(cafile=os.environ['CA'])
context.verify_flags |= ssl.VERIFY_X509_STRICT
try:
    with socket.create_connection(('127.0.0.1', int(os.environ['PORT']))) as plain:
        with context.wrap_socket(plain, server_hostname=os.environ['NAME']) as secure:
            print(secure.getpeercert()['subjectAltName'])
except ssl.SSLCertVerificationError as error:
    print(error.verify_message)
`;

  it.each([
    [HOST, `(('DNS', '${HOST}'),)`],
    ['apigateway.cn-north-1.amazonaws.com.cn', "(('DNS', 'apigateway.cn-north-1.amazonaws.com.cn'),)"],
    ['example.com', 'permitted subtree violation'],
  ])('verifying strictly, says of %s: %s', async (host, said) => {
    const { authority, port } = await serve();
    for (const path of [authority.certificatePath, authority.bundlePath]) {
      const env = { CA: path, PORT: String(port), NAME: host };
      expect(await runPython(script, env)).toEqual({ status: 0, stdout: `${said}\n`, stderr: '' });
    }
  });
});
