// Starts restage again and again, and makes many sessions, each with a call, a fault, a wait and a folder of its own. Then
// tells what is left of it: resources that keep the process alive, listeners of the process, memory.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRestage } from '../../dist/index.js';

const [starts, sessions] = process.argv.slice(2).map(Number);
const dir = mkdtempSync(join(tmpdir(), 'restage-leaks-'));
const agent = new Agent({ keepAlive: true });
cpSync(new URL('../../cassettes', import.meta.url), join(dir, 'a'), { recursive: true });
cpSync(new URL('../../cassettes', import.meta.url), join(dir, 'b'), { recursive: true });

try {
  const said = {
    starts: await measure(starts, 30, startOnce),
    sessions: await (async () => {
      const restage = await start();
      // The server's own journal is another matter: it is bounded, and takes long to be full.
      const left = await measure(
        sessions,
        200,
        (n) => useSession(restage, n),
        () => restage.reset(),
      );
      await restage.close();
      return left;
    })(),
  };
  process.stdout.write(JSON.stringify(said));
} finally {
  agent.destroy();
  rmSync(dir, { recursive: true });
}

/** What so many turns leave, after some that fill what is kept of the first. */
async function measure(turns, warmUp, act, settle = () => {}) {
  for (let n = 0; n < warmUp; n += 1) await act(n);
  await settle();
  const before = await state();
  for (let n = 0; n < turns; n += 1) await act(warmUp + n);
  await settle();
  const after = await state();
  return {
    resources: without(after.resources, before.resources),
    listeners: Object.fromEntries(
      Object.entries(after.listeners).filter(([name, count]) => count !== before.listeners[name]),
    ),
    grownBytes: Math.max(0, after.bytes - before.bytes),
  };
}

function start() {
  return startRestage('replay', { port: 0, dir: join(dir, 'a'), cassette: 'example', fault: 'latency,ms=0' });
}

async function startOnce() {
  const restage = await start();
  const waiting = restage.waitFor(2).catch(() => undefined);
  await call(restage.url);
  await Promise.all([restage.close(), waiting]);
}

async function useSession(restage, n) {
  const folder = join(dir, n % 2 === 0 ? 'a' : 'b');
  const session = await restage.session(`session-${n}`, { dir: folder, faults: ['throttle,first=1'] });
  session.faults.add('conflict,p=0');
  const waiting = [session.waitFor(2).catch(() => undefined), session.waitFor(9).catch(() => undefined)];
  // A call takes longer than all the rest.
  if (n % 10 === 0) {
    await call(session.url);
    await call(session.url, 'unknown');
    if (session.calls().length !== 2 || session.misses().length !== 1) throw new Error('calls were lost');
  }
  await session.close();
  await Promise.all(waiting);
}

function call(url, api = 'a1b2c3d4e5') {
  return new Promise((resolve, reject) => {
    request(`${url}/restapis/${api}/stages`, { agent }, (answer) => answer.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}

async function state() {
  agent.destroy();
  // What is about to end does, and what was held by it can be collected.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  globalThis.gc();
  return {
    resources: process.getActiveResourcesInfo(),
    listeners: Object.fromEntries(
      process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    ),
    bytes: process.memoryUsage().heapUsed + process.memoryUsage().external,
  };
}

function without(all, some) {
  const left = [...all];
  for (const one of some) {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
