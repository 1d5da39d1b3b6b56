import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { acquireLock, type Lock } from '../../../src/cassette/lock-file.ts';
import { createHolder, type Holder } from '../../../src/cassette/lock-holder.ts';
import { FailureError } from '../../../src/errors.ts';
import type { Order, Tried } from '../../support/lock-contender.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A pid that this system gives to no process. */
const NO_PID = 2 ** 30;

function deadHolder(fields: Partial<Holder> = {}): Holder {
  return { ...createHolder(), pid: NO_PID, started: 'long ago', ...fields };
}

/** Leaves a lock behind, or the draft of one, as a holder that died would. */
function leave(folder: string, holder: Holder, name = '.lock'): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, '.gitignore'), '*\n');
  writeFileSync(join(folder, name, holder.id), `${JSON.stringify(holder)}\n`);
}

const draftOf = ({ id }: Holder): string => `.lock.${id}.draft`;

function readLock(folder: string): Holder {
  const [id = ''] = readdirSync(join(folder, '.lock')).filter((name) => name !== '.gitignore');
  return JSON.parse(readFileSync(join(folder, '.lock', id), 'utf8')) as Holder;
}

/** Takes the lock, or says why not. */
function tryLock(folder: string): Lock | string {
  try {
    return acquireLock(folder);
  } catch (error) {
    return String(error);
  }
}

interface Contender {
  readonly process: ChildProcess;
  readonly ask: (order: Order) => Promise<Tried>;
}

const program = join(import.meta.dirname, '../../support/lock-contender.ts');

/** Another process that tries for locks when it is asked to. */
function startContender(): Contender {
  return toContender(fork(program, { execArgv: ['--import', 'tsx'] }));
}

/** Runs a command as the first process of a namespace, as in a container, but with the same host name and files. */
const unshare = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
const hasNamespaces = process.platform === 'linux' && spawnSync('unshare', [...unshare, 'true']).status === 0;

function startContainedContender(): Contender {
  const args = [...unshare, process.execPath, '--import', 'tsx', program];
  return toContender(spawn('unshare', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
}

function toContender(child: ChildProcess): Contender {
  onTestFinished(() => void child.kill('SIGKILL'));
  const ask = async (order: Order) => {
    child.send(order);
    const [tried] = (await once(child, 'message')) as [Tried];
    return tried;
  };
  return { process: child, ask };
}

describe('a lock', () => {
  it('names host, process and when the process began, and is gone after its release', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a1b2c3d4e5.json'), '{}');
    const lock = acquireLock(folder);
    expect(readLock(folder)).toMatchObject({ host: hostname(), pid: process.pid });
    expect(readLock(folder).started).not.toBe('');
    expect(readLock(folder).place).not.toBe('');
    expect(readdirSync(folder)).toEqual(['.lock', 'a1b2c3d4e5.json']);
    lock.release();
    expect(readdirSync(folder)).toEqual(['a1b2c3d4e5.json']);
  });

  it('is refused while a living process holds it, naming the process', () => {
    const folder = temporaryFolder();
    const lock = acquireLock(folder);
    expect(() => acquireLock(folder)).toThrow(FailureError);
    expect(() => acquireLock(folder)).toThrow(
      `process ${process.pid} on ${hostname()} is recording to it. Stop it, or record to another cassette.`,
    );
    expect(readdirSync(folder)).toEqual(['.lock']);
    lock.release();
    acquireLock(folder).release();
  });

  it.each<[string, Partial<Holder>]>([
    ['on another host', { host: 'elsewhere' }],
    ['in another container with the same host name', { place: 'of another' }],
    ['where nobody could tell the container', { place: '' }],
    ['by this very process id in another container', { place: 'of another', pid: process.pid }],
  ])('is refused when it was left %s, where nobody can tell whether the process lives', (_, fields) => {
    const folder = temporaryFolder();
    const holder = deadHolder(fields);
    leave(folder, holder);
    expect(() => acquireLock(folder)).toThrow(
      `process ${holder.pid} on ${holder.host} is recording to it. It runs on another machine or in another container. ` +
        `Stop it; if it has died, remove '${join(folder, '.lock')}'.`,
    );
    expect(readLock(folder)).toEqual(holder);
    expect(readdirSync(folder)).toEqual(['.lock']);
  });

  it('is taken over at once from a process that was killed', async () => {
    const folder = temporaryFolder();
    const contender = startContender();
    expect(await contender.ask({ folder, tries: 1 })).toEqual([null]);
    expect(() => acquireLock(folder)).toThrow(`process ${contender.process.pid} on`);
    contender.process.kill('SIGKILL');
    await once(contender.process, 'exit');
    const lock = acquireLock(folder);
    expect(readLock(folder).pid).toBe(process.pid);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given back by a process that a signal ends, which ends it as ever, whoever looks on', async () => {
    const before = { load: 'signal-exit' } as const;
    const after = { load: 'signal-exit-3' } as const;
    const ends: ReadonlyArray<readonly [NodeJS.Signals, (take: Order) => readonly Order[]]> = [
      ['SIGINT', (take) => [take]],
      ['SIGTERM', (take) => [take]],
      ['SIGHUP', (take) => [take]],
      ['SIGQUIT', (take) => [take]],
      ['SIGINT', (take) => [before, take]],
      ['SIGTERM', (take) => [take, after]],
      ['SIGINT', (take) => [before, take, after]],
    ];
    const left = ends.map(async ([signal, ordersWith]) => {
      const folder = temporaryFolder();
      const contender = startContender();
      for (const order of ordersWith({ folder, tries: 1 })) await contender.ask(order);
      expect(readLock(folder).pid).toBe(contender.process.pid);
      contender.process.kill(signal);
      return [...(await once(contender.process, 'exit')), readdirSync(folder)];
    });
    expect(await Promise.all(left)).toEqual(ends.map(([signal]) => [null, signal, []]));
  });

  it('is held on by a process that lives through a signal, and given back when it exits', async () => {
    const folder = temporaryFolder();
    const contender = startContender();
    await contender.ask({ folder, tries: 1 });
    await contender.ask('listen');
    const heard = once(contender.process, 'message');
    contender.process.kill('SIGTERM');
    expect(await heard).toEqual([['SIGTERM'], undefined]);
    expect(tryLock(folder)).toContain('is recording to it');
    contender.process.send('exit');
    expect(await once(contender.process, 'exit')).toEqual([3, null]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has the process listened to only while it is held', () => {
    const count = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name));
    const before = count();
    const locks = Array.from({ length: 20 }, () => acquireLock(temporaryFolder()));
    expect(count()).not.toEqual(before);
    expect(Math.max(...count())).toBeLessThan(Math.max(...before) + 2);
    for (const lock of locks) lock.release();
    expect(count()).toEqual(before);
  });

  it.runIf(hasNamespaces)(
    'is not taken over by another container of the same host name, nor from one',
    async () => {
      const folder = temporaryFolder();
      const one = startContainedContender();
      expect(await one.ask({ folder, tries: 1 })).toEqual([null]);
      // Not both in one tick of the clock that tells when a process began.
      const other = startContainedContender();
      expect(readLock(folder)).toMatchObject({ host: hostname(), pid: 1 });
      expect(await other.ask({ folder, tries: 1 })).toEqual([expect.stringContaining('is recording to it')]);
      expect(tryLock(folder)).toContain('in another container');
      await one.ask('release');
      expect(await other.ask({ folder, tries: 1 })).toEqual([null]);
    },
  );

  it('is taken over when its pid belongs to another process by now', () => {
    const folder = temporaryFolder();
    leave(folder, deadHolder({ pid: process.pid }));
    const lock = acquireLock(folder);
    expect(readLock(folder).started).not.toBe('long ago');
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not taken over from the process of another user, of which nothing is told', () => {
    const folder = temporaryFolder();
    leave(folder, deadHolder());
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    });
    onTestFinished(() => kill.mockRestore());
    expect(() => acquireLock(folder)).toThrow('is recording to it');
  });

  it('is not taken over when nobody could tell when its living process began', () => {
    const folder = temporaryFolder();
    leave(folder, deadHolder({ pid: process.pid, started: '' }));
    expect(() => acquireLock(folder)).toThrow('is recording to it');
  });

  it('is taken where an empty folder is in its place, as one that dies over its release leaves it', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.lock'));
    acquireLock(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is left out by git, whether it is held or was left behind', () => {
    const folder = temporaryFolder();
    const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    expect(git('init', '--quiet')).toMatchObject({ status: 0 });
    placeIn(join(folder, 'held'), 'a1b2c3d4e5.json', '{}');
    mkdirSync(join(folder, 'left'));
    const lock = acquireLock(join(folder, 'held'));
    cpSync(join(folder, 'held', '.lock'), join(folder, 'left', '.lock'), { recursive: true });
    cpSync(join(folder, 'held', '.lock'), join(folder, 'left', draftOf(readLock(join(folder, 'held')))), {
      recursive: true,
    });
    git('add', '--all');
    expect(git('status', '--porcelain', '--untracked-files=all').stdout).toBe('A  held/a1b2c3d4e5.json\n');
    lock.release();
  });

  /** What is no lock, put in its place; and what must be there afterwards. */
  const others: ReadonlyArray<readonly [string, (lock: string) => string]> = [
    ['a file', (lock) => place(lock, '{"pid":1}')],
    ['a link to a folder', (lock) => link(lock)],
    ['a folder with something else', (lock) => placeIn(lock, 'README.md', 'mine')],
    ['a holder under a name that is not its own', (lock) => placeIn(lock, 'x', JSON.stringify(deadHolder()))],
    [
      'a folder in the place of its file for git',
      (lock) => placeIn(join(lock, '.gitignore'), 'README', 'mine'),
    ],
    ['a holder without an id', (lock) => placeIn(lock, randomUUID(), '{"pid":1}')],
    ['a pid that is none', (lock) => placeHolder(lock, deadHolder({ pid: -1 }))],
    ['a holder that was not written whole', (lock) => placeIn(lock, randomUUID(), '')],
  ];

  it.each(others)('is refused when %s is in its place, which is left as it is', (_, put) => {
    const folder = temporaryFolder();
    const path = put(join(folder, '.lock'));
    const before = readFileSync(path, 'utf8');
    expect(() => acquireLock(folder)).toThrow(
      /'.*\.lock' (is no lock of restage|cannot be read: .*)\. Remove it/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('.lock'))).toEqual(['.lock']);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('fails when there is no folder to lock', () => {
    expect(() => acquireLock(join(temporaryFolder(), 'missing'))).toThrow('ENOENT');
  });

  it('that was removed by hand, and taken by another, is not held, nor given back by the first', () => {
    const folder = temporaryFolder();
    const first = acquireLock(folder);
    expect(first.isHeld()).toBe(true);
    rmSync(join(folder, '.lock'), { recursive: true });
    expect(first.isHeld()).toBe(false);
    const second = acquireLock(folder);
    const { id } = readLock(folder);
    expect(first.isHeld()).toBe(false);
    first.release();
    expect(readLock(folder).id).toBe(id);
    expect(second.isHeld()).toBe(true);
    second.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('can be given back twice', () => {
    const lock = acquireLock(temporaryFolder());
    lock.release();
    lock.release();
    expect(lock.isHeld()).toBe(false);
  });
});

function place(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}

function placeIn(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  return place(join(folder, name), text);
}

function placeHolder(folder: string, holder: Holder): string {
  return placeIn(folder, holder.id, JSON.stringify(holder));
}

/** A link to a lock that would be taken over if it were followed. */
function link(path: string): string {
  const holder = deadHolder();
  leave(join(path, '..'), holder, 'linked');
  symlinkSync('linked', path);
  return join(path, holder.id);
}

describe('a takeover', () => {
  /** Locks left by processes that died, at every point of taking one and of giving it back. */
  const remains: ReadonlyArray<readonly [string, (folder: string) => void]> = [
    ['a holder', (folder) => leave(folder, deadHolder())],
    [
      'a holder and one who was about to take over',
      (folder) => {
        const taker = deadHolder();
        leave(folder, deadHolder());
        leave(folder, taker, draftOf(taker));
      },
    ],
    ['one who had removed what it took over', (folder) => mkdirSync(join(folder, '.lock'))],
    [
      'one who had removed the holder it took over',
      (folder) => placeIn(join(folder, '.lock'), '.gitignore', '*\n'),
    ],
    [
      'one who had not yet begun to write who it is',
      (folder) => placeIn(join(folder, draftOf(deadHolder())), '.gitignore', '*\n'),
    ],
    [
      'one who died before it had written who it is',
      (folder) => mkdirSync(join(folder, draftOf(deadHolder()))),
    ],
    [
      'one who died as it wrote who it is',
      (folder) => {
        const { id } = deadHolder();
        placeIn(join(folder, `.lock.${id}.draft`), id, '{"id":');
      },
    ],
  ];

  it.each(remains)('from %s leaves nothing but the lock, and after the release nothing', (_, prepare) => {
    const folder = temporaryFolder();
    prepare(folder);
    const lock = acquireLock(folder);
    expect(readdirSync(folder)).toEqual(['.lock']);
    expect(readLock(folder).pid).toBe(process.pid);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves the drafts of those who may be alive, what is none of them, and what links lead to', () => {
    const folder = temporaryFolder();
    const far = deadHolder({ place: 'of another' });
    leave(folder, far, draftOf(far));
    const dead = deadHolder();
    leave(folder, dead, 'elsewhere');
    symlinkSync('elsewhere', join(folder, draftOf(dead)));
    writeFileSync(join(folder, draftOf(deadHolder())), 'a file');
    placeIn(join(folder, '.lock.notes.draft'), 'notes', 'mine');
    const full = deadHolder();
    mkdirSync(join(folder, draftOf(full), full.id), { recursive: true });
    const before = readdirSync(folder, { recursive: true }).sort();
    acquireLock(folder).release();
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
    expect(existsSync(join(folder, 'elsewhere', dead.id))).toBe(true);
  });

  it.each(remains)('from %s is won by exactly one of 20 at once', (_, prepare) => {
    const folder = temporaryFolder();
    prepare(folder);
    const results = Array.from({ length: 20 }, () => tryLock(folder));
    const winners = results.filter((result) => typeof result !== 'string');
    expect(winners).toHaveLength(1);
    for (const result of results)
      if (typeof result === 'string') expect(result).toContain('is recording to it');
    expect(readdirSync(folder)).toEqual(['.lock']);
    winners[0]?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is won by exactly one of many processes, round after round', async () => {
    const contenders = Array.from({ length: 3 }, startContender);
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
