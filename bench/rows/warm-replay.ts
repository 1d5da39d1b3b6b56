import { startServer } from '../children.ts';
import { type Fixture, makeFixture } from '../fixtures.ts';
import type { PhaseResult } from '../load-plan.ts';
import { type Load, prepareLoad } from '../programs.ts';
import { filteredKeys } from '../recordings.ts';
import { alternate, type Measured, type Side, sidesOf } from '../rounds.ts';
import { type Group, milliseconds, perSecond, type Row, rowOf } from '../row.ts';
import { bareServer, peerServer, replay } from '../servers.ts';
import { type Build, roundsOr, seconds } from '../settings.ts';
import { peers } from '../tapes.ts';

/** Replay of keys that were all asked for before, 32 calls at once, as fast as they are answered. */
export const warmReplays: readonly Group[] = [1, 1_000, 10_000].map(groupOf);

/** The processor's caches were another side's. */
const LEAD_IN_SECONDS = 0.1;

/** The phases of a load. */
const [ALL_KEYS, WARM_UP, LEAD_IN, MEASURED] = [0, 1, 2, 3];

function groupOf(keys: number): Group {
  const what = `${keys.toLocaleString('en-US')} key${keys === 1 ? '' : 's'}`;
  const throughput = `5 warm replay, ${what}`;
  const latency = `6 p99 of warm replay, ${what}`;
  const measure = async (builds: readonly Build[]): Promise<Row[]> => {
    const measured = await measureKeys(builds, keys);
    return [
      rowOf({
        name: throughput,
        target: { atLeast: 0.85 },
        measured,
        pick: ({ answered, seconds }) => answered / seconds,
        describe: perSecond,
      }),
      rowOf({
        name: latency,
        target: { atMost: 1.6 },
        measured,
        pick: ({ p99Ms }) => p99Ms,
        describe: milliseconds,
      }),
    ];
  };
  return { names: [throughput, latency], measure };
}

async function measureKeys(builds: readonly Build[], keys: number): Promise<Measured<PhaseResult>> {
  const [build] = builds;
  if (build === undefined) return new Map();
  const fixture = await makeFixture(build, `warm-${keys}`, filteredKeys(keys));
  const opened = new Map<string, Load>();
  try {
    return await alternate(sidesOf(builds, keys === 1_000 ? peers : []), roundsOr(21), async (side) => {
      const loaded = opened.get(side.label) ?? (await open(side, fixture));
      opened.set(side.label, loaded);
      await loaded.run(LEAD_IN);
      return loaded.run(MEASURED);
    });
  } finally {
    for (const { stop } of opened.values()) await stop();
  }
}

/** Starts a server, and has it answer every key. */
async function open(side: Side, { name, file, count, tapes }: Fixture): Promise<Load> {
  const server = await startServer(
    side.kind === 'restage'
      ? replay(side.build, name)
      : side.kind === 'peer'
        ? peerServer(side.peer, tapes(side.peer))
        : bareServer(file),
  );
  const all = { from: 0, count };
  const timed = [1, LEAD_IN_SECONDS, seconds].map((time) => ({ ...all, repeats: true, seconds: time }));
  const { run, stop } = await prepareLoad({
    port: server.port,
    file,
    connections: 32,
    keepsAwake: true,
    outcome: 'replayed',
    phases: [all, ...timed],
  });
  await run(ALL_KEYS);
  await run(WARM_UP);
  return { run, stop: () => stop().then(server.stop) };
}
