import { describe, expect, test } from 'vitest';
import { answersOf, readCapturedCalls } from '../support/captured-calls.ts';
import { asCaptured, type Played, type Playing, play } from '../support/replayed-program.ts';
import { run, temporaryFolder } from '../support/restage.ts';
import { startUpstream } from '../support/upstream.ts';
import { varied } from '../support/varied-program.ts';
import { Random } from '../torture/random.ts';

/** What Terraform called for the configuration in examples/terraform: apply, plan, another release, plan, destroy. */
const terraform = readCapturedCalls(new URL('../support/terraform-run.jsonl', import.meta.url));

/** What the AWS CLI called for each of its commands that read, of both versions. */
const awsCli = readCapturedCalls(new URL('../support/aws-cli-run.jsonl', import.meta.url));

const inOrder: Playing = { parallelism: 10, pick: () => 0, madeUp: /^made-up-value/ };

/** What was answered otherwise than captured; the first of it, since one wrong write makes many. */
function differences(played: readonly Played[]): string[] {
  const differing = played.filter(({ difference }) => difference !== '');
  return differing
    .slice(0, 5)
    .map(({ call, difference }) => `${call.phase}: ${call.method} ${call.target}: ${difference}`);
}

/** Other runs of the same program, and how many calls each has under way. */
const runs = [
  { seed: 1, parallelism: 1 },
  { seed: 2, parallelism: 10 },
  { seed: 3, parallelism: 30 },
];

describe('a whole run of Terraform', () => {
  test('is answered as by the service while it is recorded, and by its recording whatever of its order is chance', async () => {
    const dir = await temporaryFolder();
    const upstream = await startUpstream(answersOf(terraform));
    const recording = await run('record', { dir, upstream });
    const recorded = await play(recording.url, asCaptured(terraform), inOrder);
    await recording.close();
    const replayed: Record<string, string[]> = {};
    for (const { seed, parallelism } of runs) {
      const random = new Random(seed);
      const plan = varied(terraform, () => random.next());
      const restage = await run('replay', { dir });
      const pick = (count: number) => random.below(count);
      replayed[`seed ${seed}`] = differences(
        await play(restage.url, plan, { ...inOrder, parallelism, pick }),
      );
      await restage.close();
    }

    expect(differences(recorded)).toEqual([]);
    expect(replayed).toEqual(Object.fromEntries(runs.map(({ seed }) => [`seed ${seed}`, []])));
  });
});

describe('every command of the AWS CLI that reads', () => {
  test('is answered as by the service while it is recorded, and by its recording', async () => {
    const dir = await temporaryFolder();
    const upstream = await startUpstream(answersOf(awsCli));
    const recording = await run('record', { dir, upstream });
    const recorded = await play(recording.url, asCaptured(awsCli), inOrder);
    await recording.close();
    const replay = await run('replay', { dir });
    const replayed = await play(replay.url, asCaptured(awsCli), inOrder);

    expect(differences(recorded)).toEqual([]);
    expect(differences(replayed)).toEqual([]);
  });
});
