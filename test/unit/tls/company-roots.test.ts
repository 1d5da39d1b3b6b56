import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { openAuthority } from '../../../src/tls/authority.ts';
import { readCompanyRoots } from '../../../src/tls/company-roots.ts';
import { createCa } from '../../support/certificates.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const now = () => new Date();
const [publicRoot = ''] = rootCertificates;
let company: string;
let other: string;
beforeAll(async () => {
  [company, other] = [(await createCa()).ca.trim(), (await createCa()).ca.trim()];
});

/** Files that hold the certificates, by the variables that name them. */
function named(certificates: Record<string, readonly string[]>): Record<string, string> {
  const folder = temporaryFolder();
  return Object.fromEntries(
    Object.entries(certificates).map(([name, texts]) => {
      const path = join(folder, `${name}.pem`);
      writeFileSync(path, texts.map((text) => `# of ${name}\n${text}\n`).join('\n'));
      return [name, path];
    }),
  );
}

describe('the roots of a company', () => {
  test('are none where no variable names any: what Node.js trusts is right', async () => {
    expect(await readCompanyRoots({})).toEqual({ trusted: undefined, own: [] });
    expect(await readCompanyRoots({ AWS_CA_BUNDLE: '', NODE_EXTRA_CA_CERTS: '' })).toEqual({
      trusted: undefined,
      own: [],
    });
  });

  test('are those that NODE_EXTRA_CA_CERTS adds, which Node.js trusts already', async () => {
    const env = named({ NODE_EXTRA_CA_CERTS: [company] });
    expect(await readCompanyRoots(env)).toEqual({ trusted: undefined, own: [company] });
  });

  test.each(['AWS_CA_BUNDLE', 'ca_bundle', 'REQUESTS_CA_BUNDLE'])(
    'that %s names are trusted in place of the public ones, with those that Node.js adds',
    async (name) => {
      const { ca_bundle, ...env } = named({ [name]: [publicRoot, company], NODE_EXTRA_CA_CERTS: [other] });
      const { trusted, own } = await readCompanyRoots(env, ca_bundle);
      expect(trusted?.match(/BEGIN/g)).toHaveLength(3);
      for (const certificate of [publicRoot.trim(), company, other]) expect(trusted).toContain(certificate);
      expect(own).toEqual([company, other]);
    },
  );

  test('are those of the first of several that is set', async () => {
    const { ca_bundle, ...env } = named({
      AWS_CA_BUNDLE: [company],
      ca_bundle: [other],
      REQUESTS_CA_BUNDLE: [other],
    });
    expect((await readCompanyRoots(env, ca_bundle)).trusted).toBe(company);
    expect((await readCompanyRoots({ ...env, AWS_CA_BUNDLE: '' }, ca_bundle)).trusted).toBe(other);
  });

  test('cannot be read of a file that is none, or holds none', async () => {
    const env = named({ AWS_CA_BUNDLE: ['-----BEGIN nothing'] });
    await expect(readCompanyRoots(env)).rejects.toThrow(
      'Cannot trust the certificates that AWS_CA_BUNDLE names: it holds no certificate in PEM. Correct or unset it.',
    );
    await expect(readCompanyRoots({}, '/no/such/file.pem')).rejects.toThrow(
      /^Cannot trust the certificates that the profile's 'ca_bundle' names: ENOENT/,
    );
    await expect(readCompanyRoots({ REQUESTS_CA_BUNDLE: temporaryFolder() })).rejects.toThrow(
      /^Cannot trust the certificates that REQUESTS_CA_BUNDLE names: EISDIR/,
    );
  });
});

describe('what clients of the local authority trust', () => {
  test('has the roots of the company, in files that others who have none do not take away', async () => {
    const folder = join(temporaryFolder(), 'ca');
    const with1 = await openAuthority(folder, now, [company]);
    const without = await openAuthority(folder, now);
    const with2 = await openAuthority(folder, now, [other]);
    const again = await openAuthority(folder, now, [company]);

    expect(again.bundlePath).toBe(with1.bundlePath);
    const own = readFileSync(with1.certificatePath, 'utf8');
    const read = ({ bundlePath }: typeof with1) => readFileSync(bundlePath, 'utf8');
    for (const each of [with1, without, with2]) {
      expect(read(each)).toContain(publicRoot);
      expect(read(each)).toContain(own);
      expect(each.certificatePath).toBe(join(folder, 'ca.pem'));
    }
    expect([with1, without, with2].map((each) => read(each).includes(company))).toEqual([true, false, false]);
    expect([with1, without, with2].map((each) => read(each).includes(other))).toEqual([false, false, true]);
    // Node.js adds it to its roots.
    expect(with1.additionsPath).toBe(with1.bundlePath);
    expect(without.additionsPath).toBe(without.certificatePath);
  });

  test('does not count the local authority for the company, where a variable names its bundle', async () => {
    const folder = join(temporaryFolder(), 'ca');
    const first = await openAuthority(folder, now);
    const { own } = await readCompanyRoots({ AWS_CA_BUNDLE: first.bundlePath });
    const second = await openAuthority(folder, now, own);

    expect(second).toMatchObject({ bundlePath: first.bundlePath, additionsPath: first.additionsPath });
  });
});
