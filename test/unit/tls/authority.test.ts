import { fork } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { FailureError } from '../../../src/errors.ts';
import { authorityFolder, openAuthority } from '../../../src/tls/authority.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { lookAt, startTlsServer } from '../../support/tls-server.ts';

const HOST = 'apigateway.us-east-1.amazonaws.com';
const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-01-01T00:00:00Z');
const now = () => new Date(START);
const inDays = (days: number) => () => new Date(START + days * DAY_MS);

/** A folder that is not there yet. */
function newFolder(): string {
  return join(temporaryFolder(), 'data', 'restage');
}

function read(folder: string, file = 'ca.pem'): string {
  return readFileSync(join(folder, file), 'utf8');
}

describe('the authority', () => {
  it('is made on first use, and is the same from then on', async () => {
    const folder = newFolder();
    const authority = await openAuthority(folder, now);
    expect(authority).toMatchObject({
      certificatePath: join(folder, 'ca.pem'),
      additionsPath: join(folder, 'ca.pem'),
      bundlePath: join(folder, 'bundle.pem'),
    });
    expect(readdirSync(folder).sort()).toEqual(['bundle.pem', 'ca-key.pem', 'ca.pem']);
    const certificate = read(folder);
    await openAuthority(folder, now);
    expect(read(folder)).toBe(certificate);
  });

  it('is valid from a day ago for ten years, and says whose it is', async () => {
    const folder = newFolder();
    await openAuthority(folder, now);
    const certificate = new X509Certificate(read(folder));
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toMatch(/^CN=restage local CA [0-9a-f]{8}$/);
    expect(Date.parse(certificate.validFrom)).toBe(START - DAY_MS);
    expect(Date.parse(certificate.validTo)).toBe(START + 3650 * DAY_MS);
  });

  it('is another one in another folder, by its name and serial number too', async () => {
    const [one = '', other = ''] = [newFolder(), newFolder()];
    await Promise.all([openAuthority(one, now), openAuthority(other, now)]);
    const [first, second] = [new X509Certificate(read(one)), new X509Certificate(read(other))];
    expect(first.subject).not.toBe(second.subject);
    expect(first.serialNumber).not.toBe(second.serialNumber);
  });

  it('keeps its folder and its key to its owner, whatever the umask', async () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = newFolder();
    await openAuthority(folder, now);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'ca.pem')).mode & 0o777).toBe(0o644);
  });

  it('puts no key into what clients are given, and the public roots into the bundle', async () => {
    const folder = newFolder();
    await openAuthority(folder, now);
    expect(read(folder) + read(folder, 'bundle.pem')).not.toContain('PRIVATE');
    const bundle = read(folder, 'bundle.pem').match(/-+BEGIN CERTIFICATE-+[^-]+-+END CERTIFICATE-+/g);
    expect(bundle).toEqual([...rootCertificates, read(folder).trim()]);
  });

  it('writes the files for clients again when they are missing or different', async () => {
    const folder = newFolder();
    await openAuthority(folder, now);
    const [certificate, bundle] = [read(folder), read(folder, 'bundle.pem')];
    rmSync(join(folder, 'ca.pem'));
    writeFileSync(join(folder, 'bundle.pem'), `${bundle}${bundle}`);
    await openAuthority(folder, now);
    expect([read(folder), read(folder, 'bundle.pem')]).toEqual([certificate, bundle]);
  });

  it('is one for all who open it at once', async () => {
    const folder = newFolder();
    const authorities = await Promise.all(Array.from({ length: 8 }, () => openAuthority(folder, now)));
    const issuers = await Promise.all(
      authorities.map(
        async (authority) => (await lookAt(await startTlsServer(authority.contextFor), HOST)).issuer.CN,
      ),
    );
    expect(new Set(issuers)).toEqual(new Set([new X509Certificate(read(folder)).subject.replace('CN=', '')]));
    expect(readdirSync(folder).sort()).toEqual(['bundle.pem', 'ca-key.pem', 'ca.pem']);
  });

  it('is one for processes that open it at once', async () => {
    const folder = temporaryFolder();
    const openers = Array.from({ length: 2 }, () =>
      fork(join(import.meta.dirname, '../../support/authority-opener.ts'), { execArgv: ['--import', 'tsx'] }),
    );
    onTestFinished(() => {
      for (const opener of openers) opener.kill('SIGKILL');
    });
    await Promise.all(openers.map((opener) => once(opener, 'message')));
    const opened = openers.map((opener) => once(opener, 'message'));
    for (const opener of openers) opener.send(folder);
    const [[one], [other]] = (await Promise.all(opened)) as [[string], [string]];
    expect(one).toBe(other);
    expect(read(folder, 'ca-key.pem')).toContain(one);
    expect(readdirSync(folder)).toEqual(['ca-key.pem']);
  });

  it('is not disturbed by what killed processes leave behind', async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'ca-key.pem.1.tmp'), '-----BEGIN PRIV', { mode: 0o600 });
    writeFileSync(join(folder, 'ca.pem.1.tmp'), '');
    await openAuthority(folder, now);
    const certificate = read(folder);
    rmSync(join(folder, 'ca.pem'));
    rmSync(join(folder, 'bundle.pem'));
    await openAuthority(folder, now);
    expect(read(folder)).toBe(certificate);
  });
});

describe('an authority that ends', () => {
  it('is kept while thirty days are left, then replaced', async () => {
    const folder = newFolder();
    await openAuthority(folder, now);
    const certificate = read(folder);
    await openAuthority(folder, inDays(3620));
    expect(read(folder)).toBe(certificate);
    await openAuthority(folder, inDays(3620.1));
    const replacement = new X509Certificate(read(folder));
    expect(replacement.toString()).not.toBe(certificate);
    expect(Date.parse(replacement.validTo)).toBe(START + (3620.1 + 3650) * DAY_MS);
    expect(read(folder, 'ca-key.pem')).toContain(replacement.toString());
    expect(statSync(join(folder, 'ca-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('has one replacement for all who open it at once', async () => {
    const folder = newFolder();
    await openAuthority(folder, now);
    const authorities = await Promise.all(
      Array.from({ length: 8 }, () => openAuthority(folder, inDays(3640))),
    );
    const issuers = await Promise.all(
      authorities.map(
        async (authority) => (await lookAt(await startTlsServer(authority.contextFor), HOST)).issuer.CN,
      ),
    );
    expect(new Set(issuers)).toEqual(new Set([new X509Certificate(read(folder)).subject.replace('CN=', '')]));
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is replaced by what a killed process had made for it', async () => {
    const folder = newFolder();
    await openAuthority(folder, now);
    const old = read(folder, 'ca-key.pem');
    await openAuthority(folder, inDays(3640));
    const replacement = read(folder);
    // As if it had died before it gave the replacement its name.
    rmSync(join(folder, 'ca-key.pem'));
    writeFileSync(join(folder, 'ca-key.pem'), old, { mode: 0o600 });
    await openAuthority(folder, inDays(3640));
    expect(read(folder)).toBe(replacement);
  });
});

describe('a context', () => {
  it('is refused at once for a name far too long', async () => {
    const { contextFor } = await openAuthority(newFolder(), now);
    await expect(contextFor('a-'.repeat(100_000))).rejects.toThrow(FailureError);
  });

  it('has a certificate for the host asked for, of the authority, renewed before it ends', async () => {
    const clock = { days: 0 };
    const authority = await openAuthority(newFolder(), () => inDays(clock.days)());
    const port = await startTlsServer(authority.contextFor);
    const first = await lookAt(port, HOST);
    expect(first.subjectaltname).toBe(`DNS:${HOST}`);
    expect(first.issuer).toEqual(
      new X509Certificate(read(join(authority.certificatePath, '..'))).toLegacyObject().subject,
    );
    expect(Date.parse(first.valid_to)).toBe(START + 7 * DAY_MS);
    clock.days = 5.9;
    expect((await lookAt(port, HOST)).serialNumber).toBe(first.serialNumber);
    clock.days = 6.1;
    const renewed = await lookAt(port, HOST);
    expect(renewed.serialNumber).not.toBe(first.serialNumber);
    expect(Date.parse(renewed.valid_to)).toBe(START + 13.1 * DAY_MS);
  });

  it('is the same for a host in upper and lower case', async () => {
    const { contextFor } = await openAuthority(newFolder(), now);
    expect(await contextFor(HOST.toUpperCase())).toBe(await contextFor(HOST));
  });

  it.each([
    '',
    'localhost',
    '127.0.0.1',
    '::1',
    `${HOST}.`,
    `${HOST}:443`,
    `*.amazonaws.com`,
    'a..amazonaws.com',
    '-a.amazonaws.com',
    'a_b.amazonaws.com',
    `${HOST}\n`,
    `${HOST}\0.evil.example`,
    `apigateway.us-east-1.amaz\u00f6naws.com`,
    `${'a'.repeat(64)}.api.aws`,
    `${'a.'.repeat(130)}api.aws`,
  ])('is refused for %j', async (host) => {
    const { contextFor } = await openAuthority(newFolder(), now);
    await expect(contextFor(host)).rejects.toThrow(FailureError);
    await expect(contextFor(host)).rejects.toThrow(/^Cannot certify ".*": it is no DNS name/);
  });
});

test.each<[Record<string, string | undefined>, string]>([
  [{ XDG_DATA_HOME: '/data', HOME: '/home/me' }, '/data/restage'],
  [{ XDG_DATA_HOME: '', HOME: '/home/me' }, '/home/me/.local/share/restage'],
  [{ XDG_DATA_HOME: 'relative', HOME: '/home/me' }, '/home/me/.local/share/restage'],
  [{ HOME: '/home/me' }, '/home/me/.local/share/restage'],
  [{}, join(homedir(), '.local/share/restage')],
])('%j keeps it in %s', (env, folder) => {
  expect(authorityFolder(env)).toBe(folder);
});
