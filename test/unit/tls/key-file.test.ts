import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../src/errors.ts';
import { openAuthority } from '../../../src/tls/authority.ts';
import { certifyAuthority, certifyHost } from '../../../src/tls/certificate.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.parse('2026-01-01T00:00:00Z');
const now = () => new Date(START);
const validity = { notBefore: new Date(START - DAY_MS), notAfter: new Date(START + 3650 * DAY_MS) };

interface Opened {
  readonly folder: string;
  readonly path: string;
  readonly text: string;
}

/** An authority that was made, and its key file. */
async function opened(): Promise<Opened> {
  const folder = join(temporaryFolder(), 'restage');
  await openAuthority(folder, now);
  const path = join(folder, 'ca-key.pem');
  return { folder, path, text: readFileSync(path, 'utf8') };
}

/** Why the authority is refused; fails when it is not, and when a line of a key is in the error. */
async function refusal({ folder, path, text }: Opened, at = now): Promise<string> {
  const error = await openAuthority(folder, at).then(
    () => new Error('it was opened'),
    (reason: Error) => reason,
  );
  expect(error.message).toMatch(/^Cannot [^\n]+: [^\n]+\. [^\n]+\.$/);
  expect(error).toBeInstanceOf(FailureError);
  for (const line of text.split('\n').slice(1, 4)) expect(inspect(error, { depth: 9 })).not.toContain(line);
  return error.message.replaceAll(path, 'FILE').replaceAll(folder, 'FOLDER');
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pemOf = (key: ReturnType<typeof newKey>) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('a key file', () => {
  it.each(['640', '604', '620', '660', '601'])(
    'is refused with mode %s, until it is put right',
    async (mode) => {
      const made = await opened();
      chmodSync(made.path, Number.parseInt(mode, 8));
      expect(await refusal(made)).toBe(
        "Cannot use the certificate authority in 'FILE': others than its owner can read or write it. Run 'chmod 600' on it if nobody has, or remove it, and a new one is made.",
      );
      chmodSync(made.path, 0o600);
      await openAuthority(made.folder, now);
    },
  );

  it.each(['770', '707', '777'])('is refused in a folder of mode %s', async (mode) => {
    const made = await opened();
    chmodSync(made.folder, Number.parseInt(mode, 8));
    expect(await refusal(made)).toBe(
      "Cannot keep a certificate authority in 'FOLDER': others can write in this folder. Run 'chmod go-w' on it, or choose another.",
    );
  });

  it('may begin with a byte order mark', async () => {
    const { folder, path } = await opened();
    const text = readFileSync(path, 'latin1');
    writeFileSync(path, `\ufeff${text}`);
    const { certificatePath } = await openAuthority(folder, now);
    expect(text).toContain(readFileSync(certificatePath, 'latin1').trim());
  });

  it('is refused in a folder above which others can write', async () => {
    const made = await opened();
    const above = join(made.folder, '..');
    chmodSync(above, 0o777);
    expect(await refusal(made)).toBe(
      `Cannot keep a certificate authority in 'FOLDER': others can write in '${above}'. Run 'chmod go-w' on it, or choose another.`,
    );
    chmodSync(above, 0o1777);
    await openAuthority(made.folder, now);
  });

  it.runIf(process.getuid?.() === 0)(
    'is refused in a folder of another user, until it is given back',
    async () => {
      const made = await opened();
      chownSync(made.folder, 65_534, 65_534);
      expect(await refusal(made)).toBe(
        "Cannot keep a certificate authority in 'FOLDER': this folder belongs to another user, who could exchange it. Choose a folder of your own with '--ca-dir'.",
      );
      chownSync(made.folder, 0, 0);
      await openAuthority(made.folder, now);
    },
  );

  it.runIf(process.getuid?.() === 0)('is not made in the folder of another user', async () => {
    const home = temporaryFolder();
    chownSync(home, 65_534, 65_534);
    const folder = join(home, 'data', 'restage');
    await expect(openAuthority(folder, now)).rejects.toThrow(`'${home}' belongs to another user`);
    expect(readdirSync(home)).toEqual([]);
    chownSync(home, 0, 0);
  });

  it('is accepted in a folder that others can look into', async () => {
    const { folder } = await opened();
    chmodSync(folder, 0o755);
    await openAuthority(folder, now);
  });

  it.skipIf(process.getuid?.() !== 0)('is refused when it belongs to another user', async () => {
    const made = await opened();
    chownSync(made.path, 65_534, 65_534);
    expect(await refusal(made)).toContain("in 'FILE': it belongs to another user. Remove it");
  });

  it('is refused when it is a folder', async () => {
    const made = await opened();
    rmSync(made.path);
    mkdirSync(made.path);
    expect(await refusal(made)).toContain("in 'FILE': it is not a file. Remove it, and a new one is made.");
  });

  it('is refused when it is a link, to the right file or to nothing', async () => {
    const made = await opened();
    renameSync(made.path, `${made.path}.moved`);
    symlinkSync(`${made.path}.moved`, made.path);
    expect(await refusal(made)).toContain('it is a link, not a file');
    rmSync(`${made.path}.moved`);
    expect(await refusal(made)).toContain('it is a link, not a file');
  });

  it('is refused when it is a pipe, and nobody waits for it', async () => {
    const made = await opened();
    rmSync(made.path);
    execFileSync('mkfifo', ['-m', '600', made.path]);
    expect(await refusal(made)).toContain('it is not a file');
  });

  it.each<[string, (text: string) => string]>([
    ['is empty', () => ''],
    ['is cut off', (text) => text.slice(0, 100)],
    ['has no certificate', (text) => text.slice(0, text.indexOf('-----BEGIN CERT'))],
    ['has no key', (text) => text.slice(text.indexOf('-----BEGIN CERT'))],
    ['has a broken key', (text) => text.replace(/KEY-----\n.{20}/, 'KEY-----\nAAAAAAAAAAAAAAAAAAAA')],
    ['is something else', () => '\0'.repeat(1000)],
  ])('is refused when it %s', async (_name, damage) => {
    const made = await opened();
    writeFileSync(made.path, damage(made.text));
    expect(await refusal(made)).toContain('it does not hold a key and a certificate in PEM. Remove it');
  });

  it('is refused when it is far too long', async () => {
    const made = await opened();
    writeFileSync(made.path, made.text.repeat(100));
    expect(await refusal(made)).toContain('it is longer than 65536 bytes');
  });

  it('is refused when key and certificate are of different pairs', async () => {
    const made = await opened();
    const certificate = made.text.slice(made.text.indexOf('-----BEGIN CERT'));
    writeFileSync(made.path, pemOf(newKey()) + certificate);
    expect(await refusal(made)).toContain('its key and its certificate do not belong together');
  });

  it('is refused when its certificate is that of a host, or signed by another', async () => {
    const made = await opened();
    const [key, authorityKey] = [newKey(), newKey()];
    const authority = { key: authorityKey, certificate: await certifyAuthority(authorityKey, validity) };
    writeFileSync(made.path, `${pemOf(key)}${await certifyHost('a.api.aws', key, authority, validity)}`);
    expect(await refusal(made)).toContain('its certificate is not that of an authority');
  });

  it('is refused when its key is of another kind', async () => {
    const made = await opened();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const certificate = made.text.slice(made.text.indexOf('-----BEGIN CERT'));
    writeFileSync(made.path, pemOf(privateKey) + certificate);
    expect(await refusal(made)).toContain('its key is not on the curve P-256');
  });

  it('is refused before it is valid: the clock was wrong then, or is now', async () => {
    const made = await opened();
    const message = await refusal(made, () => new Date(START - 2 * DAY_MS));
    expect(message).toContain(
      'it is not valid before Dec 31 00:00:00 2025 GMT. Set the clock right, or remove it',
    );
  });
});

describe('a folder', () => {
  it('is refused when it is a file', async () => {
    const folder = join(temporaryFolder(), 'restage');
    writeFileSync(folder, '');
    expect(await refusal({ folder, path: join(folder, 'ca-key.pem'), text: '' })).toMatch(
      /^Cannot open the certificate authority in 'FOLDER': EEXIST.*Choose a folder of your own/,
    );
  });
});
