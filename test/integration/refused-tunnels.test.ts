import { describe, expect, test } from 'vitest';
import { askForTunnel, HOST, intercept } from '../support/tunnel.ts';

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
