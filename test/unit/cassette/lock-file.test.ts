import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock, isLockFile } from '../../../src/cassette/lock-file.ts';
import { FailureError } from '../../../src/errors.ts';
import type { Order, Tried } from '../../support/lock-contender.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Holder {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

/** A pid that this system gives to no process. */
const NO_PID = 2 ** 30;

function deadHolder(fields: Partial<Holder> = {}): Holder {
  return { id: randomUUID(), host: hostname(), pid: NO_PID, started: 'long ago', ...fields };
}

/** Leaves a file of a lock behind, as a holder that died would. */
function leave(folder: string, name: string, holder: Holder): void {
  writeFileSync(join(folder, name), `${JSON.stringify(holder)}\n`);
}

function readLock(folder: string): Holder {
  return JSON.parse(readFileSync(join(folder, '.lock'), 'utf8')) as Holder;
}

/** Another process that tries for locks when it is asked to. */
async function startContender(): Promise<{ process: ChildProcess; ask: (order: Order) => Promise<Tried> }> {
  const child = fork(join(import.meta.dirname, '../../support/lock-contender.ts'), {
    execArgv: ['--import', 'tsx'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    process: child,
    ask: async (order) => {
      child.send(order);
      const [tried] = (await once(child, 'message')) as [Tried];
      return tried;
    },
  };
}

describe('a lock', () => {
  it('names host, process and when the process began, and is gone after its release', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a1b2c3d4e5.json'), '{}');
    const lock = await acquireLock(folder);
    expect(readLock(folder)).toMatchObject({ host: hostname(), pid: process.pid });
    expect(readLock(folder).started).not.toBe('');
    expect(readdirSync(folder)).toEqual(['.lock', 'a1b2c3d4e5.json']);
    await lock.release();
    expect(readdirSync(folder)).toEqual(['a1b2c3d4e5.json']);
  });

  it('is refused while a living process holds it, naming the process', async () => {
    const folder = temporaryFolder();
    const lock = await acquireLock(folder);
    const attempt = acquireLock(folder);
    await expect(attempt).rejects.toThrow(FailureError);
    await expect(attempt).rejects.toThrow(`process ${process.pid} on ${hostname()} is recording`);
    expect(readdirSync(folder)).toEqual(['.lock']);
    await lock.release();
    await (await acquireLock(folder)).release();
  });

  it('is refused when it was left on another host, where nobody can tell whether the process lives', async () => {
    const folder = temporaryFolder();
    leave(folder, '.lock', deadHolder({ host: 'elsewhere' }));
    await expect(acquireLock(folder)).rejects.toThrow(
      `process ${NO_PID} on elsewhere is recording to it. Stop it; if it has died, remove '${join(folder, '.lock')}'.`,
    );
    expect(readdirSync(folder)).toEqual(['.lock']);
  });

  it('is taken over at once from a process that was killed', async () => {
    const folder = temporaryFolder();
    const contender = await startContender();
    expect(await contender.ask({ folder, tries: 1 })).toEqual([null]);
    await expect(acquireLock(folder)).rejects.toThrow(`process ${contender.process.pid} on`);
    contender.process.kill('SIGKILL');
    await once(contender.process, 'exit');
    const lock = await acquireLock(folder);
    expect(readLock(folder).pid).toBe(process.pid);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over when its pid belongs to another process by now', async () => {
    const folder = temporaryFolder();
    leave(folder, '.lock', deadHolder({ pid: process.pid }));
    const lock = await acquireLock(folder);
    expect(readLock(folder).started).not.toBe('long ago');
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not taken from a living process by a forged date of a takeover', async () => {
    const folder = temporaryFolder();
    const lock = await acquireLock(folder);
    leave(folder, `.lock.${readLock(folder).id}`, deadHolder());
    await expect(acquireLock(folder)).rejects.toThrow('is recording');
    await lock.release();
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'locked'],
    ['JSON of something else', '{"pid":1}'],
    ['an id that is a path', JSON.stringify(deadHolder({ id: '../../evil' }))],
    ['a pid that is none', JSON.stringify(deadHolder({ pid: -1 }))],
  ])('is refused when the file holds %s, and left as it is', async (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.lock'), text);
    await expect(acquireLock(folder)).rejects.toThrow(/'.*\.lock' is no lock of restage\. Remove it/);
    expect(readdirSync(folder)).toEqual(['.lock']);
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe(text);
  });

  it('fails when its place is taken by a folder, or there is no folder to lock', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.lock'));
    await expect(acquireLock(folder)).rejects.toThrow('EISDIR');
    expect(readdirSync(folder)).toEqual(['.lock']);
    await expect(acquireLock(join(folder, 'missing'))).rejects.toThrow('ENOENT');
  });

  it('that was removed by hand, and taken by another, is not given back by the first', async () => {
    const folder = temporaryFolder();
    const first = await acquireLock(folder);
    rmSync(join(folder, '.lock'));
    const second = await acquireLock(folder);
    const { id } = readLock(folder);
    await first.release();
    expect(readLock(folder).id).toBe(id);
    await second.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be given back twice', async () => {
    const lock = await acquireLock(temporaryFolder());
    await lock.release();
    await lock.release();
  });
});

describe('a takeover', () => {
  /** Locks left by processes that died, at every point of a takeover. */
  const remains: ReadonlyArray<readonly [string, (folder: string) => void]> = [
    ['a holder', (folder) => leave(folder, '.lock', deadHolder())],
    [
      'a holder and the one who was taking over',
      (folder) => {
        const [holder, taker] = [deadHolder(), deadHolder()];
        leave(folder, '.lock', holder);
        leave(folder, `.lock.${holder.id}`, taker);
        leave(folder, `.lock.${taker.id}.draft`, taker);
      },
    ],
    [
      'a holder and a chain of three takers',
      (folder) => {
        const chain = Array.from({ length: 4 }, () => deadHolder());
        leave(folder, '.lock', chain[0] as Holder);
        for (let i = 0; i < 3; i += 1) leave(folder, `.lock.${chain[i]?.id}`, chain[i + 1] as Holder);
      },
    ],
    [
      'one who had taken over and not cleaned up',
      (folder) => {
        const [holder, taker] = [deadHolder(), deadHolder()];
        leave(folder, '.lock', taker);
        leave(folder, `.lock.${holder.id}`, taker);
      },
    ],
    [
      'one who died before it had the lock',
      (folder) => {
        const dead = deadHolder();
        leave(folder, `.lock.${dead.id}.draft`, dead);
        leave(folder, `.lock.${randomUUID()}`, dead);
      },
    ],
  ];

  it.each(remains)(
    'from %s leaves nothing but the lock, and after the release nothing',
    async (_, prepare) => {
      const folder = temporaryFolder();
      prepare(folder);
      const lock = await acquireLock(folder);
      expect(readdirSync(folder)).toEqual(['.lock']);
      expect(readLock(folder).pid).toBe(process.pid);
      await lock.release();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('is refused when the last of the chain is alive, and changes nothing', async () => {
    const folder = temporaryFolder();
    const other = temporaryFolder();
    const living = await acquireLock(other);
    const holder = deadHolder();
    leave(folder, '.lock', holder);
    leave(folder, `.lock.${holder.id}`, readLock(other));
    const before = readdirSync(folder);
    await expect(acquireLock(folder)).rejects.toThrow(`process ${process.pid}`);
    expect(readdirSync(folder)).toEqual(before);
    await living.release();
  });

  it.each(remains)('from %s is won by exactly one of 20 at once', async (_, prepare) => {
    for (let round = 0; round < 5; round += 1) {
      const folder = temporaryFolder();
      prepare(folder);
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(folder)));
      const winners = results.filter((result) => result.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(String(result.reason)).toContain('is recording to it');
      }
      expect(readdirSync(folder)).toEqual(['.lock']);
      await winners[0]?.value.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('is won by exactly one of many processes, round after round', async () => {
    const contenders = await Promise.all(Array.from({ length: 3 }, startContender));
    for (let round = 0; round < 20; round += 1) {
      const folder = temporaryFolder();
      remains[round % remains.length]?.[1](folder);
      const tried = (await Promise.all(contenders.map(({ ask }) => ask({ folder, tries: 7 })))).flat();
      expect(tried).toHaveLength(21);
      expect(tried.filter((reason) => reason === null)).toHaveLength(1);
      for (const reason of tried) if (reason !== null) expect(reason).toContain('is recording to it');
      expect(readdirSync(folder)).toEqual(['.lock']);
      await Promise.all(contenders.map(({ ask }) => ask('release')));
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

describe('the files of a lock', () => {
  it.each([
    ['.lock', true],
    ['.lock.5f8c.draft', true],
    ['.lock.5f8c', true],
    ['.locked', false],
    ['lock', false],
    ['a1b2c3d4e5.json', false],
  ])('%s: %s', (name, expected) => {
    expect(isLockFile(name)).toBe(expected);
  });
});
