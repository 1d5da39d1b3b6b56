import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDial } from '../../src/http/tunnels/dial.ts';

/** A server on this machine that stands for the internet, and the addresses that were dialled. */
async function startInternet(refused: readonly string[] = []) {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dialled: string[] = [];
  const open = (address: string, asked: number): Socket => {
    dialled.push(`${address} ${asked}`);
    // Port 1 of this machine is nobody's.
    return connect(refused.includes(address) ? 1 : port, '127.0.0.1');
  };
  return { dialled, open };
}

function resolving(...addresses: string[]) {
  const names: string[] = [];
  const lookup = async (name: string) => {
    names.push(name);
    return addresses;
  };
  return { names, lookup };
}

describe('a dial', () => {
  test('looks the name up once, and connects to an address that was looked at', async () => {
    const { dialled, open } = await startInternet();
    const { names, lookup } = resolving('52.94.0.1', '2600:1f18::1');
    const socket = await createDial({ lookup, connect: open, timeoutMs: 5_000 })('sts.example', 443);
    socket.destroy();

    expect(names).toEqual(['sts.example']);
    expect(dialled).toEqual(['52.94.0.1 443']);
  });

  test('tries the next address when one fails', async () => {
    const { dialled, open } = await startInternet(['52.94.0.1']);
    const { lookup } = resolving('52.94.0.1', '52.94.0.2');
    const socket = await createDial({ lookup, connect: open, timeoutMs: 5_000 })('sts.example', 443);
    socket.destroy();

    expect(dialled).toEqual(['52.94.0.1 443', '52.94.0.2 443']);
  });

  test.each([
    [['127.0.0.1']],
    [['52.94.0.1', '10.0.0.1']],
    [['169.254.169.254', '52.94.0.1']],
    [['::ffff:127.0.0.1']],
  ])('to a name with the addresses %j connects to none', async (addresses) => {
    const { dialled, open } = await startInternet();
    const { lookup } = resolving(...addresses);

    await expect(
      createDial({ lookup, connect: open, timeoutMs: 5_000 })('x.example', 443),
    ).rejects.toMatchObject({
      type: 'TunnelNotAllowedException',
      message: expect.stringMatching(
        /^Cannot open a tunnel to x\.example:443: .+ not on the public internet\. .+\.$/,
      ),
    });
    expect(dialled).toEqual([]);
  });

  test('to a loopback name is refused by the system’s own resolver too', async () => {
    await expect(createDial({ timeoutMs: 5_000 })('localhost', 443)).rejects.toMatchObject({ status: 403 });
  });

  test.each([
    [
      'whose name is unknown',
      () => Promise.reject(new Error('getaddrinfo ENOTFOUND')),
      'getaddrinfo ENOTFOUND',
    ],
    ['whose name has no address', async () => [], 'its name has no address'],
    [
      'whose name is never looked up',
      () => new Promise<never>(() => {}),
      'its name took too long to look up',
    ],
    ['that refuses', async () => ['52.94.0.1'], 'ECONNREFUSED'],
    ['that never answers', async () => ['52.94.0.9'], 'it could not be connected to within 0.05 s'],
  ])('to a host %s fails with the reason', async (_, lookup, reason) => {
    const { open } = await startInternet(['52.94.0.1']);
    const silent = (address: string, port: number) =>
      address === '52.94.0.9' ? new Socket() : open(address, port);

    await expect(
      createDial({ lookup, connect: silent, timeoutMs: 50 })('x.example', 443),
    ).rejects.toMatchObject({
      type: 'UpstreamUnreachableException',
      message: expect.stringContaining(reason),
    });
  });
});
