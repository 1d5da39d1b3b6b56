import { existsSync, readFileSync } from 'node:fs';
import { startServer } from '../children.ts';
import { makeFixture } from '../fixtures.ts';
import { load } from '../programs.ts';
import { filteredKeys } from '../recordings.ts';
import { alternate, sidesOf } from '../rounds.ts';
import { type Group, megabytes, type Row, rowOf } from '../row.ts';
import { bareServer, replay } from '../servers.ts';
import { type Build, roundsOr } from '../settings.ts';

/** How much memory a fresh process holds when it has served every key twice. */
const KEYS = 10_000;
const NAME = `7 memory, ${KEYS.toLocaleString('en-US')} keys`;

export const memory: Group = { names: [NAME], measure };

async function measure(builds: readonly Build[]): Promise<Row[]> {
  const [build] = builds;
  if (build === undefined) return [];
  if (!existsSync('/proc/self/status')) {
    console.error(`Skipped: ${NAME}. There is no /proc here to read it from.`);
    return [];
  }
  const fixture = await makeFixture(build, 'memory', filteredKeys(KEYS));
  const all = { from: 0, count: KEYS };
  const measured = await alternate(sidesOf(builds), roundsOr(5), async (side) => {
    const server = await startServer(
      side.kind === 'restage' ? replay(side.build, fixture.name) : bareServer(fixture.file),
    );
    try {
      const plan = { port: server.port, file: fixture.file, connections: 32, outcome: 'replayed' };
      await load({ ...plan, phases: [all, all] });
      return residentBytes(server.pid);
    } finally {
      await server.stop();
    }
  });
  return [
    rowOf({ name: NAME, target: { atMost: 2 }, measured, pick: (bytes) => bytes, describe: megabytes }),
  ];
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} does not tell its memory`);
  return Number(kilobytes) * 1024;
}
