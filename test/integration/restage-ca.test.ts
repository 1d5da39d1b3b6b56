import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { credentialVariables, restage, runRestage } from '../support/cli.ts';
import { describeWithClient, runProgram } from '../support/clients.ts';
import { recordInto } from '../support/recorded.ts';
import { credentials, startService, temporaryFolder } from '../support/restage.ts';
import { sample } from '../support/stand-in.ts';
import { HOST } from '../support/tunnel.ts';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 60_000 });

const target = `/restapis/${sample.twoStages}/stages`;

describe('restage ca', () => {
  test('makes the CA the first time, and says the same the second', async () => {
    const XDG_DATA_HOME = await temporaryFolder();
    const first = await restage(['ca'], { env: { XDG_DATA_HOME } }).ended;
    const key = await readFile(join(XDG_DATA_HOME, 'restage', 'ca-key.pem'), 'utf8');
    const second = await runRestage(['ca'], { env: { XDG_DATA_HOME } });

    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.split('\n')[0]).toBe(join(XDG_DATA_HOME, 'restage', 'ca.pem'));
    expect(second).toEqual({ status: 0, stdout: first.stdout, stderr: '' });
    expect(await readFile(join(XDG_DATA_HOME, 'restage', 'ca-key.pem'), 'utf8')).toBe(key);
    expect((await stat(join(XDG_DATA_HOME, 'restage', 'ca-key.pem'))).mode & 0o777).toBe(0o600);
  });

  test('takes the folder from a flag before a variable, and minds no other variable', async () => {
    const [flag, RESTAGE_CA_DIR] = [join(await temporaryFolder(), 'x'), await temporaryFolder()];
    // Neither could be without another one where restage listens.
    const env = { RESTAGE_CA_DIR, RESTAGE_HOST: '0.0.0.0', RESTAGE_TUNNEL: 'other.example' };
    const byFlag = await runRestage(['ca', '--ca-dir', flag], { env });
    const byVariable = await runRestage(['ca'], { env });

    expect(byFlag).toMatchObject({ status: 0, stdout: expect.stringMatching(`^${flag}/ca.pem\n`) });
    expect(byVariable).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(`^${RESTAGE_CA_DIR}/ca.pem\n`),
    });
  });

  test('run four times at once makes one CA', async () => {
    const caDir = join(await temporaryFolder(), 'ca');
    const runs = Array.from({ length: 4 }, () => restage(['ca', '--ca-dir', caDir]).ended);
    const [first, ...others] = await Promise.all(runs);

    expect(first).toMatchObject({ status: 0, stderr: '' });
    for (const other of others) expect(other).toEqual(first);
    expect((await readdir(caDir)).sort()).toEqual(['bundle.pem', 'ca-key.pem', 'ca.pem']);
    const certificate = await readFile(join(caDir, 'ca.pem'), 'utf8');
    expect(await readFile(join(caDir, 'ca-key.pem'), 'utf8')).toContain(certificate.trim());
    expect(await readFile(join(caDir, 'bundle.pem'), 'utf8')).toContain(certificate.trim());
  });

  test.each<[string, (folder: string) => Promise<unknown>, RegExp]>([
    ['lies in a file', (folder) => writeFile(folder, ''), /ENOTDIR/],
    [
      'others can write in',
      (folder) => mkdir(join(folder, 'ca'), { recursive: true }).then(() => chmod(join(folder, 'ca'), 0o777)),
      /others can write in this folder\. Run 'chmod go-w' on it, or choose another/,
    ],
    [
      'holds a key that others can read',
      (folder) =>
        mkdir(join(folder, 'ca'), { recursive: true }).then(() =>
          writeFile(join(folder, 'ca', 'ca-key.pem'), '', { mode: 0o644 }),
        ),
      /others than its owner can read or write it/,
    ],
  ])('in a folder that %s ends with one line and status 1', async (_, make, reason) => {
    const folder = join(await temporaryFolder(), 'folder');
    await make(folder);
    const { status, stdout, stderr } = await runRestage(['ca', '--ca-dir', join(folder, 'ca')]);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Cannot [^\n]+\n$/);
    expect(stderr).toMatch(reason);
  });
});

describe('what it prints, pasted into a shell', () => {
  /** Runs a shell script behind the lines to paste, in a folder with an odd name, with restage replaying. */
  async function paste(script: string) {
    const caDir = join(await temporaryFolder(), "o'neill & $(sons) `x`");
    const dir = await recordInto(await startService(), [target]);
    const { stdout } = await runRestage(['ca', '--ca-dir', caDir]);
    const replaying = restage(['replay', '--port', '0', '--dir', dir, '--intercept', '--ca-dir', caDir]);
    const lines = stdout
      .split('\n')
      .filter((line) => line.startsWith('  '))
      .map((line) => line.replace('http://127.0.0.1:8480', ''))
      .join('\n');
    const text = `${lines}${await replaying.url}\n${script}`;
    return runProgram('sh', ['-c', text], credentialVariables(credentials));
  }

  describeWithClient('curl', 'curl', () => {
    test('calls the service through restage', async () => {
      const { status, stdout, stderr } = await paste(
        `curl -sS -H 'Accept: application/json' https://${HOST}${target}`,
      );

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(stdout).item).toHaveLength(2);
    });
  });

  describeWithClient('AWS CLI', 'the AWS CLI', () => {
    test('calls the service through restage', async () => {
      const command = `aws apigateway get-stages --rest-api-id ${sample.twoStages} --output json`;
      const { status, stdout, stderr } = await paste(command);

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(stdout).item).toHaveLength(2);
    });
  });
});
