import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerLimits } from '../../src/http/server/limits.ts';
import { createDial } from '../../src/http/tunnels/dial.ts';
import { createTunnelPolicy } from '../../src/http/tunnels/tunnel-policy.ts';
import { takeTunnels } from '../../src/http/tunnels/tunnels.ts';
import { openWire, startBareServer, Wire } from '../support/bare-server.ts';

const CONNECT = 'CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: sts.amazonaws.com:443\r\n\r\n';
const OPENED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** A server whose tunnels lead to a host on this machine that stands for a public one. */
async function passing(limits: Partial<ServerLimits> = {}, address = '52.94.0.1') {
  const outside: Wire[] = [];
  const host = createServer({ allowHalfOpen: true }, (socket) => outside.push(new Wire(socket))).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => {
    host.close();
  });
  await once(host, 'listening');
  const dialled: Socket[] = [];
  const { port } = host.address() as AddressInfo;
  const open = () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    dialled.push(socket);
    return socket;
  };
  const failures: string[] = [];
  const server = await startBareServer({
    limits,
    tunnels: takeTunnels({
      decide: createTunnelPolicy({ forwards: true, intercepts: true, allowed: [] }),
      contextFor: () => Promise.reject(new Error('nothing is intercepted here')),
      dial: createDial({ lookup: async () => [address], connect: open, timeoutMs: 5_000 }),
      onTunnel: ({ authority, decision }) => {
        if (decision.type === 'refuse') failures.push(`${authority} ${decision.error.message}`);
      },
    }),
  });
  const tunnel = async (text = CONNECT) => {
    const inner = await openWire(server.port);
    inner.send(text);
    await inner.until(OPENED);
    await expect.poll(() => outside.length).toBeGreaterThan(0);
    const outer = outside.pop();
    if (outer === undefined) throw new Error('nobody came');
    return { inner, outer };
  };
  return { server, host, outside, dialled, failures, tunnel };
}

test('bytes pass both ways, untouched', async () => {
  const { tunnel } = await passing();
  const { inner, outer } = await tunnel();
  const bytes = '\x00\xff\x16\x03GET / HTTP/1.1\r\n\r\n';
  inner.send(bytes);
  outer.send(bytes);

  expect(await outer.until(bytes)).toBe(bytes);
  expect(await inner.until(bytes)).toBe(bytes);
});

test('what came right behind the CONNECT is not lost', async () => {
  const { tunnel } = await passing();
  const { outer } = await tunnel(`${CONNECT}early`);

  expect(await outer.until('early')).toBe('early');
});

test('each side may end its half and read on', async () => {
  const { tunnel } = await passing();
  const { inner, outer } = await tunnel();
  inner.send('question');
  inner.socket.end();
  await outer.until('question');
  await once(outer.socket, 'end');
  outer.socket.end('answer');

  expect(await inner.rest()).toBe('answer');
});

test.each(['inner', 'outer'] as const)('when the %s side breaks, the other is closed', async (side) => {
  const { tunnel } = await passing();
  const both = await tunnel();
  both[side].socket.resetAndDestroy();

  await both[side === 'inner' ? 'outer' : 'inner'].rest();
});

test('a silent tunnel is closed, one that is used is not', async () => {
  const { tunnel } = await passing({ tunnelIdleMs: 500 });
  const used = await tunnel();
  const silent = await tunnel();
  const beat = setInterval(() => used.outer.send('.'), 10);
  await Promise.all([silent.inner.rest(), silent.outer.rest()]);

  used.inner.send('still there');
  await used.outer.until('still there');
  clearInterval(beat);
});

test('tunnels are closed when the server stops', async () => {
  const { server, tunnel } = await passing();
  const { inner, outer } = await tunnel();
  await server.close(60_000);

  await Promise.all([inner.rest(), outer.rest()]);
});

test('a host that is not public is answered with 403, and nothing is dialled', async () => {
  const { server, dialled, failures } = await passing({}, '169.254.169.254');
  const inner = await openWire(server.port);
  inner.send(CONNECT);

  expect(await inner.rest()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]+169\.254\.169\.254/);
  expect(dialled).toEqual([]);
  expect(failures).toEqual([
    expect.stringMatching(/^sts\.amazonaws\.com:443 Cannot open .+ 169\.254\.169\.254/),
  ]);
});

test('a host that cannot be reached is answered with 502 and the reason', async () => {
  const { server, host } = await passing();
  host.close();
  await once(host, 'close');
  const inner = await openWire(server.port);
  inner.send(CONNECT);

  expect(await inner.rest()).toMatch(
    /^HTTP\/1\.1 502 Bad Gateway\r\n[\s\S]+UpstreamUnreachableException[\s\S]+ECONNREFUSED/,
  );
});

test('tunnels do not take the places of others', async () => {
  const { server, tunnel } = await passing({ connections: 8, stalledMs: 600_000 });
  await tunnel();
  await tunnel();
  const third = await openWire(server.port);
  third.send(CONNECT);

  expect(await third.rest()).toMatch(/^HTTP\/1\.1 403 [\s\S]+too many are open/);
});

test('a tunnel that is quiet leaves its place to a newcomer, and a busy one does not', async () => {
  const { outside, server, tunnel } = await passing({ connections: 8, stalledMs: 0 });
  const busy = await tunnel();
  const quiet = await tunnel();
  const opened = [];
  for (let i = 0; i < 3; i += 1) {
    busy.inner.send('x'.repeat(2_000));
    await busy.outer.until('x'.repeat(2_000));
    const inner = await openWire(server.port);
    inner.send(CONNECT);
    opened.push(await inner.until(OPENED));
  }

  expect(opened).toHaveLength(3);
  expect(await quiet.inner.rest()).toBe('');
  await expect
    .poll(() => outside.filter(({ socket }) => socket.destroyed || socket.readableEnded).length)
    .toBe(2);
  busy.outer.send('still there');
  await busy.inner.until('still there');
});
