import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { PassingTunnels } from '../../../../src/http/server/passing-tunnels.ts';

const QUIET_MS = 1000;

function setUp() {
  let now = 0;
  const tunnels = new PassingTunnels<{ name: string; socket: Socket }>(QUIET_MS, () => now);
  const add = (name: string) => {
    const traffic = { bytesRead: 0, bytesWritten: 0 };
    const tunnel = { name, socket: traffic as unknown as Socket };
    tunnels.add(tunnel);
    return { tunnel, traffic };
  };
  const wait = (ms: number) => {
    now += ms;
  };
  return { tunnels, add, wait };
}

test('the one that is quiet for the longest time is found, once that is long', () => {
  const { tunnels, add, wait } = setUp();
  const first = add('first');
  wait(500);
  add('second');
  wait(499);
  expect(tunnels.findQuiet()).toBeUndefined();
  wait(501);
  expect(tunnels.findQuiet()?.name).toBe('first');
  tunnels.delete(first.tunnel);

  expect(tunnels.findQuiet()?.name).toBe('second');
});

test.each(['bytesRead', 'bytesWritten'] as const)('one that is used is not (%s)', (way) => {
  const { tunnels, add, wait } = setUp();
  const { traffic } = add('used');
  for (let i = 0; i < 5; i += 1) {
    wait(5 * QUIET_MS);
    traffic[way] += 2000;
    expect(tunnels.findQuiet()).toBeUndefined();
  }
});

test('a byte now and then is no use', () => {
  const { tunnels, add, wait } = setUp();
  const { traffic } = add('drips');
  for (let i = 0; i < 20; i += 1) {
    wait(QUIET_MS / 20);
    traffic.bytesRead += 1;
  }

  expect(tunnels.findQuiet()?.name).toBe('drips');
});
