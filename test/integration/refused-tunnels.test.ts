import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { restage, runRestage } from '../support/cli.ts';
import { temporaryFolder } from '../support/restage.ts';
import { askForTunnel, HOST, intercept } from '../support/tunnel.ts';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 60_000 });

describe('a tunnel that is not taken', () => {
  test.each([
    ['sts.amazonaws.com:443', 'in replay restage connects to nowhere'],
    ['example.com:443', 'in replay restage connects to nowhere'],
    [`${HOST}:8443`, 'answers for API Gateway on port 443 alone'],
    ['93.184.215.14:443', 'it is no host name with a port'],
    ['localhost:443', 'that is this machine'],
  ])('in replay is refused: %s', async (authority, reason) => {
    const restage = await intercept('replay');
    const answer = await askForTunnel(restage.port, authority);

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain(reason);
    expect(restage.calls()).toMatchObject([
      {
        operation: `CONNECT ${authority}`,
        outcome: 'refused',
        status: 403,
        note: expect.stringContaining(reason),
      },
    ]);
  });

  test.each([
    ['example.com:443', "Allow it with '--tunnel'"],
    ['sts.amazonaws.com:8443', 'it is none of those to AWS on port 443, nor allowed'],
    [`${HOST}:8443`, 'it is none of those to AWS on port 443, nor allowed'],
    ['10.0.0.1:443', 'it is no host name with a port'],
    ['2130706433:443', 'it is no host name with a port'],
    ['[::1]:443', 'it is no host name with a port'],
    ['localhost:443', 'that is this machine'],
    ['db.localhost:443', 'that is this machine'],
    ['tunnelled.example:8443', 'nor allowed'],
  ])('in record is refused: %s', async (authority, reason) => {
    const restage = await intercept('record', {
      upstream: 'http://127.0.0.1:9',
      tunnel: ['tunnelled.example'],
    });
    const answer = await askForTunnel(restage.port, authority);

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain(reason);
    expect(restage.calls()).toMatchObject([{ operation: `CONNECT ${authority}`, outcome: 'refused' }]);
  });

  test('is refused when its Host is another', async () => {
    const restage = await intercept('replay');
    const wire = await askForTunnel(restage.port, `${HOST}:443`, 'Host: localhost\r\n');

    expect(wire).toMatch(/^HTTP\/1\.1 403 [\s\S]+its Host is another/);
  });
});

describe('the program', () => {
  const resolver = fileURLToPath(new URL('../support/watch/resolver.cjs', import.meta.url));

  async function recording(RESOLVES_TO: string, args: readonly string[] = []) {
    const folder = await temporaryFolder();
    const flags = [
      '--port',
      '0',
      '--dir',
      folder,
      '--intercept',
      '--ca-dir',
      `${folder}/ca`,
      '--log',
      'pretty',
    ];
    const program = restage(['record', '--upstream', 'http://127.0.0.1:9', ...flags, ...args], {
      env: { RESOLVES_TO },
      nodeArgs: ['--require', resolver],
    });
    return { program, port: Number(new URL(await program.url).port) };
  }

  test.each([
    ['sts.amazonaws.com:443', '169.254.169.254'],
    ['inner.example:443', '127.0.0.1'],
    ['inner.example:443', 'fe80::1'],
  ])('refuses a tunnel to %s when its name leads to %s, and logs it', async (authority, address) => {
    const { program, port } = await recording(address, ['--tunnel', 'inner.example']);
    const answer = await askForTunnel(port, authority);

    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]+not on the public internet/);
    const [line] = await program.said(/^.*CONNECT.*$/m);
    expect(line).toContain(`refused   403  CONNECT ${authority}`);
    expect(line).toContain(`its name leads to ${address}, which is not on the public internet`);
  });

  test('logs what it refuses, and what cannot be reached', async () => {
    const { program, port } = await recording('');
    expect(await askForTunnel(port, 'example.com:443')).toMatch(/^HTTP\/1\.1 403 /);
    await program.said(/refused {3}403 {2}CONNECT example\.com:443 /);

    expect(await askForTunnel(port, 'sts.amazonaws.com:443')).toMatch(/^HTTP\/1\.1 502 /);
    await program.said(/refused {3}502 {2}CONNECT sts\.amazonaws\.com:443 .+ENOTFOUND/);
  });

  test.each(['localhost', '127.0.0.1', '169.254.169.254:80'])(
    'does not start with --tunnel %s',
    async (name) => {
      const { status, stderr } = await runRestage(['record', '--intercept', '--tunnel', name]);

      expect(status).toBe(2);
      expect(stderr).toContain(`Cannot allow tunnels to '${name}': it is no name of another machine.`);
    },
  );
});
