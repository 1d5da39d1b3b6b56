import { describe, expect, test } from 'vitest';
import { ask } from '../support/recorded.ts';
import { readCassette, run, startService, temporaryFolder } from '../support/restage.ts';
import type { StandIn } from '../support/stand-in.ts';

const API = 'changing01';
const target = `/restapis/${API}/stages`;

/** Each name is the one stage of an answer, an empty one a 404. Gives the outcomes. */
async function record(service: StandIn, dir: string, names: readonly string[], replace = false) {
  const recording = await run('record', { upstream: service.url, dir, replace });
  const outcomes = [];
  for (const stageName of names) {
    service.setStages(API, stageName === '' ? undefined : [{ stageName }]);
    outcomes.push((await ask(recording.url, service, target)).outcome);
  }
  await recording.close();
  return { outcomes, notes: recording.calls().map(({ note }) => note) };
}

/** The takes in the file, each as `stage×times`, an error as its status. */
async function takesIn(dir: string): Promise<string[]> {
  const text = (await readCassette(dir))[`${API}.json`];
  if (text === undefined) return [];
  const [interaction] = JSON.parse(text).interactions;
  return interaction.takes.map(
    ({ status, stages, times = 1 }: { status: number; stages?: { stageName: string }[]; times?: number }) =>
      `${stages?.[0]?.stageName ?? status}×${times}`,
  );
}

const runs: ReadonlyArray<[title: string, runs: string[][], takes: string[]]> = [
  ['a sequence is kept, equal answers in a row as one', [['a', 'a', 'b', 'a']], ['a×2', 'b×1', 'a×1']],
  ['the first answer of a run replaces all earlier takes', [['a', 'b', 'c'], ['d']], ['d×1']],
  ['a shorter run leaves none of the longer behind', [['a', 'a', 'a', 'b'], ['a']], ['a×1']],
  ['an error in the middle of a run is a take', [['a', '', 'b']], ['a×1', '404×1', 'b×1']],
  ['an error first recorded is a take', [['', '', 'a']], ['404×2', 'a×1']],
  ['an answer replaces an error of an earlier run', [[''], ['a']], ['a×1']],
  ['an error replaces an error of an earlier run', [[''], ['', '']], ['404×2']],
  ['an error does not replace an answer of an earlier run', [['a', 'b'], ['']], ['a×1', 'b×1']],
  [
    'an answer after such an error begins the run',
    [
      ['a', 'b'],
      ['', 'c', ''],
    ],
    ['c×1', '404×1'],
  ],
];

describe('the takes after each run', () => {
  test.each(runs)('%s: %j', async (_, each, takes) => {
    const service = await startService();
    const dir = await temporaryFolder();
    for (const names of each) await record(service, dir, names);

    expect(await takesIn(dir)).toEqual(takes);
  });

  test('with --replace an error replaces an answer of an earlier run', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    await record(service, dir, ['a', 'b']);
    const { outcomes } = await record(service, dir, ['', '', 'c'], true);

    expect(outcomes).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await takesIn(dir)).toEqual(['404×2', 'c×1']);
  });

  test('an error that replaced nothing is told as forwarded, with the remedy in the log', async () => {
    const service = await startService();
    const dir = await temporaryFolder();
    await record(service, dir, ['a']);
    const { outcomes, notes } = await record(service, dir, ['', 'a']);

    expect(outcomes).toEqual(['forwarded', 'recorded']);
    expect(notes).toEqual([expect.stringContaining('--replace'), undefined]);
  });
});

test('what was recorded is not lost when a new run records other keys of the same API', async () => {
  const service = await startService();
  const dir = await temporaryFolder();
  await record(service, dir, ['a', 'b']);
  const recording = await run('record', { upstream: service.url, dir });
  await ask(recording.url, service, `${target}?deploymentId=other`);
  await recording.close();

  const { interactions } = JSON.parse((await readCassette(dir))[`${API}.json`] ?? '');
  expect(interactions).toMatchObject([
    { operation: 'GetStages', takes: [{}, {}] },
    { operation: 'GetStages', deploymentId: 'other', takes: [{ stages: [] }] },
  ]);
  expect(interactions[0]).not.toHaveProperty('deploymentId');
});

test.each([
  ['throttled', 429, 'TooManyRequestsException'],
  ['denied', 403, 'AccessDeniedException'],
  ['broken', 500, 'InternalFailure'],
  ['unavailable', 503, 'ServiceUnavailableException'],
  ['in conflict', 409, 'ConflictException'],
])(
  'an answer that is %s is not recorded, and replaces nothing even with --replace',
  async (_, status, type) => {
    const service = await startService();
    const dir = await temporaryFolder();
    await record(service, dir, ['a']);
    const before = await readCassette(dir);
    const recording = await run('record', { upstream: service.url, dir, replace: true });
    service.fail('error', { status, type });
    const answer = await ask(recording.url, service, target);
    await recording.close();

    expect(answer).toMatchObject({ status, type, outcome: 'forwarded' });
    expect(await readCassette(dir)).toEqual(before);
  },
);

test('while recording, what is recorded is never replayed', async () => {
  const service = await startService();
  const dir = await temporaryFolder();
  await record(service, dir, ['a']);
  const recording = await run('record', { upstream: service.url, dir });
  await ask(recording.url, service, target);
  service.setStages(API, [{ stageName: 'now' }]);
  const answer = await ask(recording.url, service, target);

  expect(answer.body.item).toEqual([{ stageName: 'now' }]);
  expect(recording.calls().map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded']);
});
