import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ca, renderTrust } from '../../../src/cli/ca.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The lines to paste, run by a shell: the variables that it then has. */
function paste(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith('  '));
  const out = execFileSync('sh', ['-c', `${lines.join('\n')}\nenv -0`], {
    env: { PATH: process.env.PATH ?? '' },
  });
  const pairs = out
    .toString()
    .split('\0')
    .map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

describe('restage ca', () => {
  it('makes the authority and prints where its certificate is', async () => {
    const folder = join(temporaryFolder(), 'restage');
    let printed = '';
    const status = await ca({
      folder,
      now: () => new Date(),
      write: (text) => {
        printed += text;
      },
    });
    expect(status).toBe(0);
    expect(printed.split('\n')[0]).toBe(join(folder, 'ca.pem'));
    expect(existsSync(join(folder, 'bundle.pem'))).toBe(true);
  });

  it('says what each client needs', () => {
    const text = renderTrust({
      certificatePath: '/data/restage/ca.pem',
      additionsPath: '/data/restage/ca.pem',
      bundlePath: '/data/restage/bundle.pem',
    });
    expect(text).toBe(`/data/restage/ca.pem

Node.js, which adds it to its own roots:
  export NODE_EXTRA_CA_CERTS=/data/restage/ca.pem

AWS CLI, boto3, Go and curl, which take these roots in place of their own; the bundle holds the public ones too:
  export AWS_CA_BUNDLE=/data/restage/bundle.pem
  export SSL_CERT_FILE=/data/restage/bundle.pem
  export CURL_CA_BUNDLE=/data/restage/bundle.pem

And, while restage runs with --intercept, on the port it prints (JavaScript SDKs need a proxy agent besides):
  export HTTPS_PROXY=http://127.0.0.1:8480
`);
  });

  it.each(['/home/me', '/home/me and you', "/home/o'neill", '/home/$(id)`id`"\\;&', '/home/*', '/home/ü'])(
    'prints lines that a shell understands for %s',
    (home) => {
      const paths = {
        certificatePath: `${home}/ca.pem`,
        additionsPath: `${home}/ca.pem`,
        bundlePath: `${home}/bundle.pem`,
      };
      expect(paste(renderTrust(paths))).toMatchObject({
        NODE_EXTRA_CA_CERTS: paths.certificatePath,
        AWS_CA_BUNDLE: paths.bundlePath,
        SSL_CERT_FILE: paths.bundlePath,
        CURL_CA_BUNDLE: paths.bundlePath,
        HTTPS_PROXY: 'http://127.0.0.1:8480',
      });
    },
  );
});
