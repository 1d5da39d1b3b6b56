import { once } from 'node:events';
import { connect } from 'node:net';
import { startServer } from '../children.ts';
import { makeFixture } from '../fixtures.ts';
import { type Answer, AnswerReader, flawOf } from '../programs/answer-reader.ts';
import { makeRequest } from '../programs/requests.ts';
import { apisOfOneKey } from '../recordings.ts';
import { alternate, sidesOf } from '../rounds.ts';
import { type Group, milliseconds, type Row, rowOf } from '../row.ts';
import { bareServer, replay } from '../servers.ts';
import { type Build, roundsOr } from '../settings.ts';

/** From the start of the process to the end of the first answer, on a fresh connection. */
export const firstAnswers: readonly Group[] = [groupOf(1, 21), groupOf(10_000, 9)];

function groupOf(apis: number, rounds: number): Group {
  const name = `3 first answer, ${apis.toLocaleString('en-US')} API${apis === 1 ? '' : 's'}`;
  const measure = async (builds: readonly Build[]): Promise<Row[]> => {
    const [build] = builds;
    if (build === undefined) return [];
    const recordings = apisOfOneKey(apis);
    const fixture = await makeFixture(build, `first-answer-${apis}`, recordings);
    const { path = '', body = '' } = recordings.at(-1) ?? {};
    const right = Buffer.from(body);
    const measured = await alternate(sidesOf(builds), roundsOr(rounds), async (side) => {
      const started = performance.now();
      const server = await startServer(
        side.kind === 'restage' ? replay(side.build, fixture.name) : bareServer(fixture.file),
      );
      try {
        const answer = await ask(server.port, path);
        const ms = performance.now() - started;
        const flaw = flawOf(answer, right, 'replayed');
        if (flaw !== undefined) throw new Error(flaw);
        return ms;
      } finally {
        await server.stop();
      }
    });
    return [rowOf({ name, target: { atMost: 2.2 }, measured, pick: (ms) => ms, describe: milliseconds })];
  };
  return { names: [name], measure };
}

async function ask(port: number, path: string): Promise<Answer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(makeRequest(path, `127.0.0.1:${port}`, undefined));
  const reader = new AnswerReader();
  const signal = AbortSignal.timeout(10_000);
  try {
    for (;;) {
      const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
      const answer = reader.add(chunk);
      if (answer !== undefined) return answer;
    }
  } finally {
    socket.destroy();
  }
}
