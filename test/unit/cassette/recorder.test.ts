import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../../src/aws/apigateway/key.ts';
import type { Recording } from '../../../src/aws/apigateway/operation.ts';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { CassetteLock } from '../../../src/cassette/cassette-lock.ts';
import { parseCassetteFile, writeCassetteFile } from '../../../src/cassette/format.ts';
import { Recorder, type RecorderSettings } from '../../../src/cassette/recorder.ts';
import { FailureError } from '../../../src/errors.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';
import {
  errorAnswer,
  errorTake,
  interactionOf,
  newTake,
  stagesAnswer,
  stagesKey,
  takeOf,
} from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ID = 'a1b2c3d4e5';
const KEY = stagesKey(ID);

interface Answered {
  readonly answer: Recording;
  readonly region: string;
  readonly key: Key;
}

/** `A`, `B`: a stage of that name; `404`: an error; `eu:A`: from another region; `A/vakw79`: with a filter. */
function answered(word: string): Answered {
  const [, region = 'us', what = '', filter] = /^(?:(\w+):)?(\w+)(?:\/(\w+))?$/.exec(word) ?? [];
  const answer =
    what === '404' || what === '400' ? errorAnswer(Number(what) as 400 | 404) : stagesAnswer(what);
  return { answer, region, key: stagesKey(ID, filter) };
}

/** One run of restage at the given second, on the cassette in `dir`. */
function startRun(dir: string, second: number, settings: Partial<RecorderSettings> = {}) {
  const cassette = new Cassette(dir, 'default');
  const lock = new CassetteLock(cassette);
  const failures: FailureError[] = [];
  const recorder = new Recorder({
    cassette,
    lock,
    redact: createRedactor([], []),
    replacesEarlierRuns: true,
    replacesByErrors: false,
    now: () => new Date(Date.UTC(2024, 0, 1, 0, 0, second, 789)),
    onFailure: (failure) => failures.push(failure),
    ...settings,
  });
  const store = async (word: string) => {
    const { answer, region, key } = answered(word);
    return recorder.store(newTake(key, answer, region));
  };
  const stop = async () => {
    await recorder.settle();
    await lock.release();
  };
  return { cassette, recorder, stop, failures, store, path: join(cassette.folder, `${ID}.json`) };
}

/** What the file holds, in words: `us A×2@1` is stage A, twice, recorded at second 1; filters after a slash. */
function describeFile(path: string): string {
  return parseCassetteFile(readFileSync(path, 'utf8'), ID)
    .map(({ key, takes }) => {
      const words = takes.map(({ status, content, times, region, recordedAt }) => {
        const name = status === 200 ? (content.stages as { stageName: string }[])[0]?.stageName : status;
        return `${region} ${name}${times > 1 ? `×${times}` : ''}@${Number(recordedAt.slice(17, 19))}`;
      });
      const filter = key.parameters.deploymentId;
      return `${filter === undefined ? '' : `/${filter} `}${words.join(', ')}`;
    })
    .join('; ');
}

async function recordRuns(
  runs: readonly string[],
  settings: Partial<RecorderSettings> = {},
): Promise<{ texts: string[]; last: string }> {
  const dir = temporaryFolder();
  const texts: string[] = [];
  let path = '';
  for (const [index, words] of runs.entries()) {
    const run = startRun(dir, index + 1, settings);
    ({ path } = run);
    await run.recorder.start();
    for (const word of words.split(' ')) await run.store(word);
    await run.stop();
    texts.push(readFileSync(path, 'utf8'));
    expect(readdirSync(run.cassette.folder)).toEqual([`${ID}.json`]);
    expect(run.failures).toEqual([]);
  }
  return { texts, last: describeFile(path) };
}

describe('recording anew', () => {
  it.each<[string, string[], string]>([
    ['keeps an answer', ['A'], 'us A@1'],
    ['keeps a sequence', ['A B A'], 'us A@1, us B@1, us A@1'],
    ['keeps equal answers in a row as one take', ['A A B B B'], 'us A×2@1, us B×3@1'],
    ['replaces what earlier runs recorded', ['A B C', 'D'], 'us D@2'],
    ['dates anew only what changed', ['A B', 'A C'], 'us A@1, us C@2'],
    ['dates anew only what changed at its place', ['A B C', 'A X C'], 'us A@1, us X@2, us C@1'],
    ['dates what comes earlier than before as new', ['A B', 'B'], 'us B@2'],
    ['counts anew', ['A A A', 'A'], 'us A@1'],
    ['counts further than before', ['A', 'A A A'], 'us A×3@1'],
    ['leaves other keys alone', ['A/x A B/y', 'C'], 'us C@2; /x us A@1; /y us B@1'],
    ['keeps each region', ['eu:A us:B', 'us:C'], 'eu A@1, us C@2'],
    ['keeps regions in order', ['us:A eu:B ap:C'], 'ap C@1, eu B@1, us A@1'],
    ['keeps sequences of regions apart', ['us:A eu:A us:B eu:B'], 'eu A@1, eu B@1, us A@1, us B@1'],
    ['keeps an error', ['404'], 'us 404@1'],
    ['does not let an error replace a 200', ['A', '404'], 'us A@1'],
    ['does not let an error replace a 200 among others', ['404 A', '400'], 'us 404@1, us A@1'],
    ['lets a 200 follow an error that replaced nothing', ['A', '404 B'], 'us B@2'],
    ['lets an error follow a 200 of the same run', ['A', 'A 404'], 'us A@1, us 404@2'],
    ['lets an error replace an error', ['404', '400'], 'us 400@2'],
    ['lets a 200 replace an error', ['404', 'A'], 'us A@2'],
    ['lets an error in where another region has a 200', ['us:A', 'eu:404'], 'eu 404@2, us A@1'],
  ])('%s', async (_, runs, expected) => {
    expect((await recordRuns(runs)).last).toBe(expected);
  });

  it.each([
    ['A'],
    ['A A B'],
    ['A B A B'],
    ['404 404'],
    ['A 404 B'],
    ['us:A eu:B us:A'],
    ['A/x B A/x eu:C/y'],
  ])('of the same calls with the same answers, %s, leaves the bytes as they are', async (words) => {
    const { texts } = await recordRuns([words, words, words]);
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  it('does not touch the file for an unchanged answer', async () => {
    const dir = temporaryFolder();
    const first = startRun(dir, 1);
    await first.store('A');
    await first.stop();
    const edited = `${readFileSync(first.path, 'utf8')}\n\n`;
    writeFileSync(first.path, edited);
    const second = startRun(dir, 2);
    expect((await second.store('A')).interaction?.takes).toHaveLength(1);
    expect(readFileSync(first.path, 'utf8')).toBe(edited);
    await second.stop();
  });

  it('lets an error replace a 200 when it is told to', async () => {
    expect((await recordRuns(['A B', '404'], { replacesByErrors: true })).last).toBe('us 404@2');
  });

  it('says why an error was not kept', async () => {
    const dir = temporaryFolder();
    await startRun(dir, 1)
      .store('A')
      .then(() => rmSync(join(dir, 'default', '.lock'), { recursive: true }));
    const { store, failures, stop } = startRun(dir, 2);
    expect(await store('404')).toEqual({
      reason: "an error does not replace a recorded 200; '--replace' lets it",
    });
    expect(failures).toEqual([]);
    await stop();
  });
});

describe('recording what is missing', () => {
  it.each<[string, string[], string]>([
    ['appends to what earlier runs recorded', ['A', 'B'], 'us A@1, us B@2'],
    ['counts an equal answer with the last', ['A B', 'B', 'B'], 'us A@1, us B×3@1'],
    ['appends an error', ['A', '404'], 'us A@1, us 404@2'],
    ['adds a region', ['us:A', 'eu:A'], 'eu A@2, us A@1'],
    ['adds a key', ['A', 'A/x'], 'us A@1; /x us A@2'],
  ])('%s', async (_, runs, expected) => {
    expect((await recordRuns(runs, { replacesEarlierRuns: false })).last).toBe(expected);
  });
});

describe('storing', () => {
  it('is settled when the answer is in the file', async () => {
    const { store, path, stop } = startRun(temporaryFolder(), 1);
    for (const [word, expected] of [
      ['A', 'us A@1'],
      ['A', 'us A×2@1'],
      ['B', 'us A×2@1, us B@1'],
    ] as const) {
      const stored = await store(word);
      expect(stored.interaction).toBeDefined();
      expect(describeFile(path)).toBe(expected);
    }
    await stop();
  });

  it('keeps each of many answers for one key at once', async () => {
    const { recorder, path, stop } = startRun(temporaryFolder(), 1);
    const words = ['A', 'A', 'B', 'eu:A', 'B', 'B', 'eu:B', 'C/x', 'A'];
    const stored = await Promise.all(
      words.map((word) => {
        const { answer, region, key } = answered(word);
        return recorder.store(newTake(key, answer, region));
      }),
    );
    expect(stored.every(({ interaction }) => interaction !== undefined)).toBe(true);
    expect(describeFile(path)).toBe('eu A@1, eu B@1, us A×2@1, us B×3@1, us A@1; /x us C@1');
    await stop();
  });

  it('keeps a redacted copy, and compares with that', async () => {
    const dir = temporaryFolder();
    const secret = (value: string): Recording => ({
      ...stagesAnswer(),
      content: { stages: [{ stageName: 'prod', variables: { password: value } }] },
    });
    const texts: string[] = [];
    for (const [index, value] of ['one', 'two'].entries()) {
      const { recorder, path, stop } = startRun(dir, index + 1);
      const answer = secret(value);
      await recorder.store(newTake(KEY, answer, 'us'));
      expect(answer, 'the answer itself is not changed').toEqual(secret(value));
      await stop();
      texts.push(readFileSync(path, 'utf8'));
    }
    expect(texts[0]).toContain('"password": "REDACTED"');
    expect(texts[1]).toBe(texts[0]);
  });

  it('holds what the file has of others', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'default'));
    const others = [
      interactionOf(stagesKey(ID, 'kept'), [takeOf('kept')]),
      interactionOf(KEY, [errorTake({ region: 'eu' })]),
    ];
    writeFileSync(join(dir, 'default', `${ID}.json`), writeCassetteFile(ID, others));
    const { store, path, stop } = startRun(dir, 1);
    await store('A');
    expect(describeFile(path)).toBe('eu 404@9, us A@1; /kept us-east-1 kept@9');
    await stop();
  });

  it('that fails gives the reason, tells of it, and leaves the old file; the next may go well', async () => {
    const { store, path, failures, cassette, stop } = startRun(temporaryFolder(), 1);
    await store('A');
    const before = readFileSync(path, 'utf8');
    rmSync(path);
    mkdirSync(path);
    const stored = await store('B');
    expect(stored.interaction).toBeUndefined();
    expect(stored).toHaveProperty('reason', failures[0]?.message);
    expect(failures[0]).toBeInstanceOf(FailureError);
    expect(failures[0]?.message).toMatch(
      /^Cannot save a recording to '.*json': somebody else has changed it/,
    );
    rmdirSync(path);
    writeFileSync(path, before);
    expect((await store('C')).interaction).toBeDefined();
    expect(failures).toHaveLength(1);
    expect(describeFile(path), 'with what could not be saved before').toBe('us A@1, us B@1, us C@1');
    await stop();
    expect(readdirSync(cassette.folder)).toEqual([`${ID}.json`]);
  });

  it('refuses a file that cannot be read before anything is recorded', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'default'));
    writeFileSync(join(dir, 'default', `${ID}.json`), 'broken');
    const { store, path } = startRun(dir, 1);
    expect(await store('A')).toEqual({ reason: expect.stringContaining('it is not JSON') });
    expect(readFileSync(path, 'utf8')).toBe('broken');
    expect(readdirSync(join(dir, 'default')).sort()).toEqual(['.lock', `${ID}.json`]);
  });
});

describe('the lock of a recorder', () => {
  it('is taken at the start, once, and is gone when it stops', async () => {
    const { recorder, cassette, stop } = startRun(temporaryFolder(), 1);
    await Promise.all([recorder.start(), recorder.start()]);
    expect(readdirSync(cassette.folder)).toEqual(['.lock']);
    await stop();
    expect(existsSync(cassette.folder)).toBe(false);
  });

  it('is taken in a folder that another, who has recorded nothing, removes meanwhile', async () => {
    const dir = temporaryFolder();
    const [busy, other] = [startRun(dir, 1), startRun(dir, 2)];
    const reasons = new Set<string>();
    for (let round = 0; round < 100; round += 1) {
      const stopping = busy.recorder.start().then(busy.stop);
      // Each at another moment of the removal.
      for (let turns = 0; turns < round % 20; turns += 1) await Promise.resolve();
      const started = other.recorder.start().catch(({ message }) => reasons.add(message));
      await Promise.allSettled([stopping, started]);
      await other.stop();
    }
    expect([...reasons].filter((reason) => !reason.includes('is recording to it'))).toEqual([]);
  });

  it('is taken with the first answer that is stored, and not before', async () => {
    const dir = temporaryFolder();
    const { store, cassette, stop } = startRun(dir, 1);
    expect(readdirSync(dir)).toEqual([]);
    await store('A');
    expect(readdirSync(cassette.folder)).toEqual(['.lock', `${ID}.json`]);
    await stop();
  });

  it('keeps a second recorder out, which then stores nothing', async () => {
    const dir = temporaryFolder();
    const first = startRun(dir, 1);
    await first.store('A');
    const second = startRun(dir, 2);
    await expect(second.recorder.start()).rejects.toThrow(`process ${process.pid}`);
    expect(await second.store('B')).toHaveProperty('reason', expect.stringContaining('is recording to it'));
    expect(second.failures).toHaveLength(1);
    await second.stop();
    expect(describeFile(first.path)).toBe('us A@1');
    await first.stop();
  });

  it('is taken again when somebody has removed it, and nothing that others recorded is lost', async () => {
    const { store, path, failures, cassette, stop } = startRun(temporaryFolder(), 1);
    await store('A');
    rmSync(join(cassette.folder, '.lock'), { recursive: true });
    const second = startRun(cassette.dir, 2, { replacesEarlierRuns: false });
    await second.store('B');
    expect(await store('C')).toHaveProperty('reason', expect.stringContaining('is recording to it'));
    await second.stop();
    expect((await store('D')).interaction).toBeDefined();
    expect(describeFile(path)).toBe('us A@1, us B@2, us D@1');
    expect(failures).toHaveLength(1);
    await stop();
    expect(readdirSync(cassette.folder)).toEqual([`${ID}.json`]);
  });

  it('is taken anew in a folder that was removed, and recording begins anew', async () => {
    const { store, path, failures, cassette, stop } = startRun(temporaryFolder(), 1);
    await store('A');
    rmSync(cassette.folder, { recursive: true });
    expect((await store('B')).interaction).toBeDefined();
    expect(describeFile(path)).toBe('us B@1');
    expect(failures).toEqual([]);
    await stop();
  });

  it('is held still when its folder was away for a while', async () => {
    const { store, path, failures, cassette, stop } = startRun(temporaryFolder(), 1);
    await store('A');
    renameSync(cassette.folder, `${cassette.folder}.moved`);
    symlinkSync('nowhere', cassette.folder);
    expect(await store('B')).toHaveProperty('reason', expect.stringContaining('Cannot create'));
    rmSync(cassette.folder);
    renameSync(`${cassette.folder}.moved`, cassette.folder);
    expect((await store('C')).interaction).toBeDefined();
    expect(describeFile(path)).toBe('us A@1, us C@1');
    expect(failures).toHaveLength(1);
    await stop();
    expect(readdirSync(cassette.folder)).toEqual([`${ID}.json`]);
  });

  it('takes with it what writes that did not end have left', async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'default'));
    writeFileSync(join(dir, 'default', `.x.json.${randomUUID()}.tmp`), 'half');
    const { recorder, cassette, stop } = startRun(dir, 1);
    await recorder.start();
    expect(readdirSync(cassette.folder)).toEqual(['.lock']);
    await stop();
  });

  it('cannot be taken where there can be no folder', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'file'), '');
    const { recorder, failures, stop } = startRun(join(dir, 'file'), 1);
    await expect(recorder.start()).rejects.toThrow(/Cannot create '.*'--dir'/);
    await stop();
    expect(failures).toEqual([]);
  });

  it('that was never taken needs no stopping', async () => {
    const dir = temporaryFolder();
    await startRun(dir, 1).stop();
    expect(readdirSync(dir)).toEqual([]);
  });
});
