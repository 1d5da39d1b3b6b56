import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recording } from '../../../src/aws/apigateway/operation.ts';
import { type Identified, identify } from '../../../src/aws/apigateway/operations.ts';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { CassetteLock } from '../../../src/cassette/cassette-lock.ts';
import type { Order } from '../../../src/cassette/order.ts';
import { Player } from '../../../src/cassette/player.ts';
import { Recorder } from '../../../src/cassette/recorder.ts';
import { startRecordingRun } from '../../support/recording-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A call and its answer: `GET /restapis/a = v1`, `PATCH /restapis/a = ok`, `PATCH /restapis/a = 400`. */
interface Told {
  readonly asked: Identified & { readonly key: object };
  readonly recording: Recording;
  readonly answer: string;
}

function told(line: string): Told {
  const [call = '', answer = ''] = line.split(' = ');
  const [method = '', path = ''] = call.trim().split(' ');
  const asked = identify(method, path);
  if (asked.key === undefined) throw new Error(`${call}: ${asked.notUnderstood}`);
  const isError = /^4\d\d$/.test(answer);
  const content = isError
    ? { error: { type: 'BadRequestException', message: answer } }
    : { document: { says: answer } };
  return { asked, recording: { status: isError ? 400 : 200, representation: 'json', content }, answer };
}

/** Records stories one after the other, each a run of its own. */
async function recordRuns(stories: readonly (readonly string[])[], dir = temporaryFolder()) {
  const leftovers: (readonly string[])[] = [];
  const replaced: (readonly string[])[] = [];
  for (const [run, story] of stories.entries()) {
    const { recorder, lock } = startRecordingRun(dir, run);
    for (const line of story) {
      const { asked, recording } = told(line);
      if (asked.key === undefined) throw new Error(line);
      const { key, operation } = asked;
      const isDone = operation.isWrite && recording.status === 200;
      const at = isDone ? recorder.countWrite(key, operation) : recorder.placeOf(key, 0);
      await recorder.store({ key, operation, region: 'us-east-1', recording, at });
    }
    await recorder.settle();
    const timelines = await recorder.listTimelines();
    leftovers.push(timelines.leftovers);
    replaced.push(timelines.replaced);
    await lock.release();
  }
  return { dir, leftovers, replaced, files: () => readFolder(join(dir, 'default')) };
}

function readFolder(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** What a replay answers, call by call: `miss` where nothing is recorded. */
async function replay(dir: string, calls: readonly string[], order: Order = 'sequence'): Promise<string[]> {
  const cassette = new Cassette(dir, 'default');
  const player = new Player<string>(order, {
    prepare: (status, { body }) =>
      (status === 200 ? /"says":"(.*?)"/ : /"message":"(.*?)"/).exec(String(body))?.[1] ?? '',
  });
  const answers: string[] = [];
  for (const call of calls) {
    const { asked } = told(call);
    if (asked.key === undefined) throw new Error(call);
    await cassette.load(asked.key.restApiId);
    const interaction = cassette.find(asked.key);
    answers.push((interaction && player.play(interaction, 'us-east-1', 'json')) ?? 'miss');
  }
  return answers;
}

const STORY = [
  'GET /restapis/a = v1',
  'GET /restapis/a/stages/s = s1',
  'PATCH /restapis/a = to v2',
  'GET /restapis/a = v2',
  'GET /restapis/a/stages/s = s1',
  'PATCH /restapis/a/stages/s = to s2',
  'GET /restapis/a/stages/s = s2',
  'GET /restapis/a/resources = r',
  'DELETE /restapis/a = gone',
  'GET /restapis/a = 404',
];
const calls = STORY.map((line) => line.split(' = ')[0] ?? '');
const answers = STORY.map((line) => line.split(' = ')[1] ?? '');

describe('a replay that makes the same writes', () => {
  test('gets the same answers', async () => {
    const { dir } = await recordRuns([STORY]);
    expect(await replay(dir, calls)).toEqual(answers);
  });

  test.each<[string, string[], string[]]>([
    [
      'reads more often',
      [
        'GET /restapis/a',
        'GET /restapis/a',
        'GET /restapis/a',
        'PATCH /restapis/a',
        'GET /restapis/a',
        'GET /restapis/a',
      ],
      ['v1', 'v1', 'v1', 'to v2', 'v2', 'v2'],
    ],
    ['does not read before', ['PATCH /restapis/a', 'GET /restapis/a'], ['to v2', 'v2']],
    [
      'leaves a write out that does not matter',
      ['PATCH /restapis/a/stages/s', 'GET /restapis/a/stages/s', 'GET /restapis/a/resources'],
      ['to s2', 's2', 'r'],
    ],
    [
      'makes none',
      ['GET /restapis/a', 'GET /restapis/a', 'GET /restapis/a/stages/s', 'GET /restapis/a/resources'],
      ['v1', 'v1', 's1', 'r'],
    ],
    [
      'makes them in another order',
      ['PATCH /restapis/a/stages/s', 'PATCH /restapis/a', 'GET /restapis/a', 'GET /restapis/a/stages/s'],
      ['to s2', 'to v2', 'v2', 's2'],
    ],
    [
      'deletes at once',
      ['DELETE /restapis/a', 'GET /restapis/a', 'GET /restapis/a/stages/s'],
      ['gone', '404', 's2'],
    ],
  ])('gets the state that they lead to when it %s', async (_, asked, expected) => {
    const { dir } = await recordRuns([STORY]);
    expect(await replay(dir, asked)).toEqual(expected);
  });

  test('gets what changes without a write in the order in which it came', async () => {
    const story = [
      'POST /vpclinks = made',
      'GET /vpclinks/v = PENDING',
      'GET /vpclinks/v = PENDING',
      'GET /vpclinks/v = AVAILABLE',
      'DELETE /vpclinks/v = gone',
      'GET /vpclinks/v = DELETING',
      'GET /vpclinks/v = 404',
    ];
    const { dir } = await recordRuns([story]);
    const asked = story.map((line) => line.split(' = ')[0] ?? '');
    expect(await replay(dir, asked, 'strict')).toEqual(story.map((line) => line.split(' = ')[1]));
  });

  test('is not moved on by a write that failed', async () => {
    const { dir } = await recordRuns([
      [
        'GET /restapis/a = v1',
        'PATCH /restapis/a = 400',
        'GET /restapis/a = v1',
        'PATCH /restapis/a = to v2',
        'GET /restapis/a = v2',
      ],
    ]);
    expect(
      await replay(dir, ['PATCH /restapis/a', 'GET /restapis/a', 'PATCH /restapis/a', 'GET /restapis/a']),
    ).toEqual(['400', 'v1', 'to v2', 'v2']);
  });

  test('gets the stages of the state, too, in the order of their takes', async () => {
    const stages = (name: string) => ({
      status: 200,
      representation: 'json' as const,
      content: { stages: [{ stageName: name }] },
    });
    const { dir } = await recordRuns([['POST /restapis/a/stages = made']]);
    const cassette = new Cassette(dir, 'default');
    const lock = new CassetteLock(cassette);
    await cassette.load('a');
    const recorder = new Recorder({
      cassette,
      lock,
      redact: async (content) => content,
      replacesEarlierRuns: false,
      replacesByErrors: false,
      now: () => new Date(0),
      onFailure: () => {},
    });
    const { key, operation } = identify('GET', '/restapis/a/stages');
    if (key === undefined) throw new Error('no key');
    await recorder.store({ key, operation, region: 'us-east-1', recording: stages('before'), at: 0 });
    await recorder.store({ key, operation, region: 'us-east-1', recording: stages('after'), at: 1 });
    await lock.release();
    const player = new Player<string>('sequence', {
      prepare: (_, { body }) => /"stageName":"(\w+)"/.exec(String(body))?.[1] ?? '',
    });
    const play = (method: string) => {
      const asked = identify(method, '/restapis/a/stages');
      const interaction = asked.key && cassette.find(asked.key);
      return interaction && player.play(interaction, 'us-east-1', 'json');
    };
    expect([play('GET'), play('GET'), play('POST'), play('GET'), play('GET')]).toEqual([
      'before',
      'before',
      '',
      'after',
      'after',
    ]);
    expect(player.frontierOf(key)).toBe(1);
    player.reset();
    expect([play('GET'), player.frontierOf(key)]).toEqual(['before', 0]);
  });

  test('is answered by the model, whatever reads are left out, repeated or made at another time', async () => {
    // The state of each path is the number of the last write that concerns it.
    const paths = ['/restapis/a', '/restapis/a/stages/s', '/restapis/a/stages/t', '/restapis/a/models/m'];
    const related = (x: string, y: string) => `${x}/`.startsWith(`${y}/`) || `${y}/`.startsWith(`${x}/`);
    const step = fc.record({ path: fc.constantFrom(...paths), isWrite: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 12 }),
        async (steps, repeats) => {
          let writes: string[] = [];
          const stateOf = (path: string) => writes.findLastIndex((written) => related(written, path)) + 1;
          const story = steps.map(({ path, isWrite }) => {
            if (isWrite) writes.push(path);
            return isWrite ? `PATCH ${path} = w` : `GET ${path} = v${stateOf(path)}`;
          });
          const { dir } = await recordRuns([story]);
          writes = [];
          const asked: string[] = [];
          const expected: string[] = [];
          for (const [at, { path, isWrite }] of steps.entries()) {
            if (isWrite) {
              writes.push(path);
              asked.push(`PATCH ${path}`);
              expected.push('w');
            } else
              for (let n = repeats[at] ?? 1; n > 0; n -= 1) {
                asked.push(`GET ${path}`);
                expected.push(`v${stateOf(path)}`);
              }
          }
          expect(await replay(dir, asked)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('recording anew', () => {
  test('leaves the files as they are when nothing changed', async () => {
    const once = await recordRuns([STORY]);
    const twice = await recordRuns([STORY, STORY]);
    expect(twice.files()).toEqual(once.files());
  });

  test('replaces the story of a file as a whole with its first write', async () => {
    const next = ['GET /restapis/a = w1', 'PATCH /restapis/a = to w2', 'GET /restapis/a = w2'];
    const { dir } = await recordRuns([STORY, next]);
    expect(
      await replay(dir, [
        'GET /restapis/a',
        'PATCH /restapis/a',
        'GET /restapis/a',
        'GET /restapis/a/resources',
        'DELETE /restapis/a',
      ]),
    ).toEqual(['w1', 'to w2', 'w2', 'miss', 'miss']);
  });

  test('keeps what was recorded without any write', async () => {
    const { dir } = await recordRuns([
      ['GET /restapis/a/models/m = m1', 'GET /restapis/a = v1'],
      ['PATCH /restapis/a/stages/s = to s2'],
    ]);
    expect(
      await replay(dir, ['GET /restapis/a/models/m', 'GET /restapis/a', 'PATCH /restapis/a/stages/s']),
    ).toEqual(['m1', 'v1', 'to s2']);
  });

  test('names the files that tell of an earlier run alone', async () => {
    const { leftovers } = await recordRuns([
      ['PATCH /restapis/a = x', 'POST /apikeys = x'],
      ['GET /restapis/a = v'],
      ['PATCH /restapis/b = x'],
    ]);
    expect(leftovers).toEqual([[], [], ['_account.json', 'a.json']]);
  });

  test('names the files whose earlier writes went', async () => {
    const { leftovers, replaced } = await recordRuns([
      ['PATCH /restapis/a = x', 'GET /restapis/b = v', 'POST /apikeys = x'],
      ['GET /restapis/a = v', 'PATCH /restapis/b = x'],
      ['PATCH /restapis/a = y', 'POST /apikeys = y', 'PATCH /restapis/b = x'],
    ]);
    expect(replaced).toEqual([[], [], ['_account.json', 'a.json', 'b.json']]);
    expect(leftovers.at(-1)).toEqual([]);
  });

  test('puts what belongs to no API into a file of its own', async () => {
    const { files } = await recordRuns([
      ['GET /account = x', 'GET /restapis = y', 'GET /v2/apis/a/stages/s = z'],
    ]);
    const found = files();
    expect(Object.keys(found).sort()).toEqual(['_account.json', 'a.json']);
    expect(JSON.parse(found['_account.json'] ?? '')).toMatchObject({
      restage: 1,
      interactions: [{ operation: 'GetAccount' }, { operation: 'GetRestApis' }],
    });
    expect(found['_account.json']).not.toContain('restApiId');
  });
});
