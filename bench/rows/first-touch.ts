import { startServer } from '../children.ts';
import { type Fixture, makeFixture } from '../fixtures.ts';
import type { Phase, PhaseResult } from '../load-plan.ts';
import { load } from '../programs.ts';
import { apisOfOneKey } from '../recordings.ts';
import { alternate, type Measured, type Side, sidesOf } from '../rounds.ts';
import { type Group, perSecond, type Row, rowOf } from '../row.ts';
import { bareServer, peerServer, replay } from '../servers.ts';
import { type Build, roundsOr } from '../settings.ts';
import { peers } from '../tapes.ts';

/** Calls for APIs that lie in a file of their own and were not asked for before, 32 at once. */
const WARMED_UP = '4a first touch, warmed up';
const FRESH = '4b first touch, first second';
const OTHERS = 3_000;
const APIS = 10_000;

export const firstTouch: Group = { names: [WARMED_UP, FRESH], measure };

async function measure(builds: readonly Build[]): Promise<Row[]> {
  const [build] = builds;
  if (build === undefined) return [];
  const fixture = await makeFixture(build, 'first-touch', apisOfOneKey(APIS + OTHERS));
  // talkback reads all tapes before it listens, and looks for each call's from the first one on: it has no first touch.
  const warmedUp = await alternate(sidesOf(builds, ['yakbak']), roundsOr(5), (side) =>
    touch(side, fixture, [
      { from: APIS, count: OTHERS },
      { from: 0, count: APIS },
    ]),
  );
  const fresh = await alternate(sidesOf(builds, peers), roundsOr(5), (side) =>
    touch(side, fixture, [{ from: 0, count: fixture.count, seconds: 1 }]),
  );
  return [toRow(WARMED_UP, 9_000, warmedUp), toRow(FRESH, 3_000, fresh)];
}

function toRow(name: string, atLeast: number, measured: Measured<PhaseResult>): Row {
  return rowOf({
    name,
    target: { atLeast },
    measured,
    pick: ({ answered, seconds }) => answered / seconds,
    describe: perSecond,
    isAbsolute: true,
  });
}

/** Starts the side anew and loads it; counted is the last phase. */
async function touch(side: Side, fixture: Fixture, phases: readonly Phase[]): Promise<PhaseResult> {
  const server = await startServer(startOf(side, fixture));
  try {
    const plan = { port: server.port, file: fixture.file, connections: 32, outcome: 'replayed', phases };
    return await load(plan);
  } finally {
    await server.stop();
  }
}

function startOf(side: Side, fixture: Fixture) {
  if (side.kind === 'restage') return replay(side.build, fixture.name);
  if (side.kind === 'peer') return peerServer(side.peer, fixture.tapes(side.peer));
  return bareServer(fixture.file);
}
