import { describe, expect, it } from 'vitest';
import { memoryBounds } from '../../../src/bounds.ts';
import { planOf } from '../../../src/chaos/plan.ts';
import { CallError, FailureError } from '../../../src/errors.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { type SessionSettings, Sessions } from '../../../src/sessions/sessions.ts';

const defaults: SessionSettings = {
  mode: 'record',
  cassette: 'default',
  order: 'sequence',
  plan: planOf([]),
  planBytes: 0,
  dir: 'cassettes',
  seed: 1,
  idleSeconds: 10,
};

/** What each session of a test has come to. */
const NOTHING = { recorded: 0, replayed: 0, forwarded: 0, faulted: 0, missed: 0, refused: 0 };

function createSessions(start: () => Promise<void> = async () => {}) {
  const counts = new Map<string, Partial<typeof NOTHING>>();
  const closed: string[] = [];
  const errors: unknown[] = [];
  const fails: boolean[] = [];
  const clock = { time: 0 };
  const sessions = new Sessions({
    defaults,
    open: (name, settings) => {
      if (fails.shift() === true) throw new CallError('MemoryLimitExceededException', 'Cannot: full.');
      return {
        session: {
          name,
          mode: settings.mode,
          recorder: { start },
          rules: { setPlan() {} },
          journal: {
            get counts() {
              return { ...NOTHING, ...counts.get(name ?? '') };
            },
          },
        } as unknown as Session,
        close: async () => void closed.push(String(name)),
      };
    },
    elapsed: () => clock.time,
    onError: (error) => errors.push(error),
  });
  const names = () => sessions.list.map(({ session }) => session.name);
  return { sessions, counts, fails, closed, errors, clock, names };
}

describe('sessions', () => {
  it('are made on first use, and are the same ones after', () => {
    const { sessions, names } = createSessions();
    expect(sessions.enter(undefined)).toBe(sessions.main);
    expect(sessions.enter('a')).toBe(sessions.enter('a'));
    expect(sessions.find('b')).toBeUndefined();
    expect(names()).toEqual(['a']);
  });

  it('end when they were not used for as long as they may be', () => {
    const { sessions, closed, clock, names } = createSessions();
    const first = sessions.enter('a');
    clock.time = 9_999;
    expect(sessions.enter('a')).toBe(first);
    clock.time = 19_998;
    expect(names()).toEqual(['a']);
    clock.time = 19_999;
    expect(sessions.enter('a')).not.toBe(first);
    expect(closed).toEqual(['a']);
  });

  it('end for good when they were made with settings of their own: no call goes on with those of the server', async () => {
    const { sessions, closed, clock } = createSessions();
    const made = await sessions.create('a', { ...defaults, mode: 'replay' });
    clock.time = 10_000;
    expect(sessions.enter('a')).toMatchObject({ type: 'SessionEndedException' });
    expect(closed).toEqual(['a']);
    expect(await sessions.create('a', { ...defaults, mode: 'replay' })).not.toBe(made);
  });

  it('do not end while an answer is under way, and count from its end', async () => {
    const { sessions, clock, names } = createSessions();
    let answer = (_text: string): void => {};
    const answering = new Promise<string>((resolve) => {
      answer = resolve;
    });
    const held = sessions.hold(sessions.enter('a') as Session, answering);
    clock.time = 60_000;
    expect(names()).toEqual(['a']);
    answer('an answer');
    expect(await held).toBe('an answer');
    clock.time = 69_999;
    expect(names()).toEqual(['a']);
    clock.time = 70_000;
    expect(names()).toEqual([]);
  });

  describe('when there are as many as may be', () => {
    /** As many, made one after the other: `s0`, `s1`, … */
    function fill(
      setUp: (sessions: Sessions, name: string) => void = (sessions, name) => sessions.enter(name),
    ) {
      const made = createSessions();
      for (let i = 0; i < memoryBounds.sessions; i += 1) {
        made.clock.time = i / 1000;
        setUp(made.sessions, `s${i}`);
      }
      made.clock.time = 1;
      return made;
    }

    it('a new one is made in the place of the one that was not used for the longest time', async () => {
      const { sessions, closed, names } = fill();
      sessions.enter('s0');
      expect(sessions.enter('new')).not.toBeInstanceOf(CallError);
      await sessions.create('newer', defaults);
      expect(closed).toEqual(['s1', 's2']);
      expect(names()).toHaveLength(memoryBounds.sessions);
      expect(names()).toEqual(expect.arrayContaining(['s0', 'new', 'newer']));
    });

    it.each(['replayed', 'forwarded', 'faulted'] as const)(
      'one that had no answer to give goes before one that %s',
      (outcome) => {
        const { sessions, counts, closed } = fill();
        for (let i = 0; i < memoryBounds.sessions; i += 1) counts.set(`s${i}`, { [outcome]: 1 });
        counts.set('s500', { missed: 9, refused: 9 });
        for (const name of ['new', 'newer']) {
          sessions.enter(name);
          counts.set(name, { [outcome]: 1 });
        }
        expect(closed).toEqual(['s500', 's0']);
      },
    );

    it('none goes in which something was recorded, that control made or entered, or whose call is under way', async () => {
      const { sessions, counts, closed } = fill();
      for (let i = 0; i < memoryBounds.sessions - 3; i += 1) counts.set(`s${i}`, { recorded: 1 });
      const [first = '', second = '', third = ''] = [3, 2, 1].map((n) => `s${memoryBounds.sessions - n}`);
      sessions.enter(first, true);
      await sessions.remove(second);
      await sessions.create('made', defaults);
      let end = (): void => {};
      const answering = new Promise<void>((resolve) => {
        end = resolve;
      });
      const held = sessions.hold(sessions.enter(third) as Session, answering);

      const refusal = sessions.enter('new');
      expect(refusal).toMatchObject({ type: 'SessionLimitExceededException' });
      await expect(sessions.create('new', defaults)).rejects.toThrow('there are 1000 already');
      end();
      await held;
      expect(sessions.enter('new')).not.toBeInstanceOf(CallError);
      expect(closed).toEqual([second, third]);
    });

    it('one that ends by itself goes first', () => {
      const { sessions, clock, closed } = fill();
      clock.time = 10_000;
      sessions.enter('new');
      expect(closed[0]).toBe('s0');
    });
  });

  it('end for a new one while there is no memory left, as far as they may', async () => {
    const { sessions, fails, closed, names } = createSessions();
    for (const name of ['a', 'b', 'c']) sessions.enter(name);
    sessions.enter('a', true);
    fails.push(true, false);
    expect(sessions.enter('new')).not.toBeInstanceOf(CallError);
    expect(closed).toEqual(['b']);
    fails.push(...Array.from({ length: 9 }, () => true));
    expect(sessions.enter('newer')).toMatchObject({ type: 'MemoryLimitExceededException' });
    await expect(sessions.create('newer', defaults)).rejects.toThrow('Cannot: full.');
    expect(names()).toEqual(['a']);
  });

  it('whose cassette cannot be recorded to are not made', async () => {
    const { sessions, closed, names } = createSessions(async () => {
      throw new FailureError('Cannot lock it: it is locked. Wait.');
    });
    await expect(sessions.create('a', defaults)).rejects.toMatchObject({
      type: 'SessionNotMadeException',
      message: 'Cannot lock it: it is locked. Wait.',
    });
    expect(names()).toEqual([]);
    expect(closed).toEqual(['a']);
  });

  it('are all closed in the end, the main one last', async () => {
    const { sessions, closed } = createSessions();
    for (const name of ['a', 'b']) sessions.enter(name);
    await sessions.close();
    expect(closed).toEqual(['a', 'b', 'undefined']);
  });
});
