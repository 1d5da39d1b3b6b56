import { cpSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { send } from '../support/stand-in/signed-request.ts';
import { folder, type Outcome, repeat, Victim, Witness } from './victim.ts';

/** How much is done. */
export interface SoakScale {
  /** Calls of strangers, each with a long path, or another session, key, client or invocation. */
  readonly calls: number;
  /** Connections that are held and never read, of each kind. */
  readonly held: number;
  /** How long the speed of a good client is measured, before and after; 0 to leave that out. */
  readonly speedMs: number;
}

export const wholeSoak: SoakScale = { calls: 200_000, held: 60, speedMs: 4_000 };
const LIMIT_MB = 600;
const LEAST_SPEED = 0.9;
const TARGET = '/restapis/a1b2c3d4e5/stages';
const AT_ONCE = 32;

/** Fills everything that a stranger can fill, at once, and looks at memory and at how others are served meanwhile. */
export async function soak({ calls, held, speedMs }: SoakScale): Promise<Outcome> {
  cpSync('cassettes', join(folder, 'cassettes'), { recursive: true });
  const ca = join(folder, 'soak-ca');
  const faults = ['throttle,first=1,per=key,api=k*', 'latency,ms=1,api=slow'].flatMap((fault) => [
    '--fault',
    fault,
  ]);
  const victim = await Victim.start(['replay', '-c', 'example', '--intercept', '--ca-dir', ca, ...faults]);
  const failures: string[] = [];
  const alone = await speedOf(victim, speedMs);
  const sockets = [
    ...hold(
      victim.port,
      held,
      (n) =>
        `POST ${TARGET} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9500000\r\n\r\n${'x'.repeat(200_000)}${n}`,
    ),
    ...hold(victim.port, held, () => 'GET /__restage/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
    ...hold(victim.port, held, () => 'GET /__restage/calls HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(20)),
    ...hold(victim.port, held, () => `GET ${TARGET} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(20)),
    ...hold(
      victim.port,
      held,
      (n) => `CONNECT apigateway.us-east-${n % 9}.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\n\r\n`,
    ),
    ...hold(victim.port, held, () => `GET ${TARGET} HTTP/1.1\r\nX: `),
  ];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const witness = new Witness(victim.port, TARGET);
  await repeat(calls, AT_ONCE, async (n) => {
    // Whatever is refused here is refused rightly; whether restage lives is looked at in the end.
    await strange(victim, n, agent).catch(() => undefined);
  });
  await witness.end();
  failures.push(...witness.failures);
  const filled = await speedOf(victim, speedMs);
  const answer = await send(victim.url, TARGET, { host: '127.0.0.1' });
  if (answer.status !== 200)
    failures.push(`a good call was answered ${answer.status} ${answer.text.slice(0, 200)}`);
  const { remembered } = JSON.parse(
    (await send(victim.url, '/__restage/status', { host: '127.0.0.1' })).text,
  );
  const { largestMb, hasCrashed } = victim;
  agent.destroy();
  for (const socket of sockets) socket.destroy();
  await victim.stop();
  const speed = filled / alone;
  if (largestMb > LIMIT_MB) failures.push(`${largestMb.toFixed(0)} MB were taken, ${LIMIT_MB} are allowed`);
  if (speedMs > 0 && speed < LEAST_SPEED)
    failures.push(`others were served at ${(100 * speed).toFixed(0)}% of the speed`);
  if (remembered.bytes > remembered.limit) failures.push(`${remembered.bytes} bytes are remembered`);
  if (victim.child.exitCode !== 0)
    failures.push(`restage ended with ${victim.child.exitCode}: ${victim.said.stderr.slice(-2_000)}`);
  return {
    tried: calls + sockets.length,
    crashes: hasCrashed ? 1 : 0,
    largestMb,
    longestWaitMs: witness.longestWaitMs,
    failures,
    remarks: [
      `remembered ${(remembered.bytes / 2 ** 20).toFixed(0)} MB of ${(remembered.limit / 2 ** 20).toFixed(0)}`,
      ...(speedMs > 0
        ? [`others at ${(100 * speed).toFixed(0)}% of the speed (${alone.toFixed(0)}/s before)`]
        : []),
    ],
  };
}

/** A call that a stranger makes up, to have something new remembered. */
async function strange(victim: Victim, n: number, agent: Agent): Promise<void> {
  const long = 'x'.repeat(15_000);
  const headers = {
    host: '127.0.0.1',
    'user-agent': `client ${n} ${'y'.repeat(180)}`,
    'amz-sdk-invocation-id': `${n}-${'z'.repeat(80)}`,
  };
  const options = { agent };
  switch (n % 8) {
    case 0:
      return void (await send(victim.url, `/@s${n % 1_500}/x${n}${long}`, headers, options));
    case 1:
      return void (await send(victim.url, `/@s${n % 1_500}/restapis/k${n}${long}/stages`, headers, options));
    case 2:
      return void (await send(victim.url, `/restapis/k${n}/stages?deploymentId=${n}`, headers, options));
    case 3:
      return void (await send(
        victim.url,
        `/@s${n % 1_500}${TARGET}`,
        { ...headers, 'user-agent': `${n}` },
        options,
      ));
    case 4:
      return void (await send(
        victim.url,
        `/@s${n % 1_500}/restapis/kx/stages?deploymentId=${n}`,
        { host: '127.0.0.1' },
        options,
      ));
    case 5: {
      const body = JSON.stringify({
        kind: 'status',
        status: 503,
        body: `${n}${'b'.repeat(50_000)}`,
        api: 'none',
        name: `rule ${n}`,
      });
      if (n % 64 !== 5) return void (await send(victim.url, `/@s${n % 1_500}/x${n}`, headers, options));
      return void (await send(
        victim.url,
        `/@s${n % 1_500}/__restage/faults`,
        { host: '127.0.0.1', 'content-type': 'application/json' },
        { ...options, method: 'POST', body },
      ));
    }
    case 6:
      return void (await send(victim.url, `/restapis/slow${n}/stages`, headers, options));
    default:
      return void (await send(victim.url, `/${n}/${long}`, headers, options));
  }
}

/** Connections that send something and read nothing. */
function hold(port: number, count: number, bytes: (n: number) => string): Socket[] {
  return Array.from({ length: count }, (_, n) => {
    const socket = connect(port, '127.0.0.1');
    // Being put out is what is to be expected.
    socket.on('error', () => socket.destroy());
    socket.pause();
    socket.write(Buffer.from(bytes(n), 'latin1'));
    return socket;
  });
}

/** Good calls a second of four clients. */
async function speedOf(victim: Victim, forMs: number): Promise<number> {
  if (forMs === 0) return 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const count = async (ms: number): Promise<number> => {
    const end = performance.now() + ms;
    let answered = 0;
    await repeat(4, 4, async () => {
      while (performance.now() < end) {
        const { status } = await send(victim.url, TARGET, { host: '127.0.0.1' }, { agent });
        if (status === 200) answered += 1;
      }
    });
    return (1_000 * answered) / ms;
  };
  await count(1_000);
  const rate = await count(forMs);
  agent.destroy();
  return rate;
}
