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
  seed: 1,
  idleSeconds: 10,
};

function createSessions(start: () => Promise<void> = async () => {}) {
  const closed: string[] = [];
  const errors: unknown[] = [];
  const clock = { time: 0 };
  const sessions = new Sessions({
    defaults,
    open: (name, settings) => ({
      session: {
        name,
        mode: settings.mode,
        recorder: { start },
        rules: { setPlan() {} },
      } as unknown as Session,
      close: async () => void closed.push(String(name)),
    }),
    elapsed: () => clock.time,
    onError: (error) => errors.push(error),
  });
  const names = () => sessions.list.map(({ session }) => session.name);
  return { sessions, closed, errors, clock, names };
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

  it('are no more than so many', async () => {
    const { sessions, clock } = createSessions();
    for (let i = 0; i < memoryBounds.sessions; i += 1) sessions.enter(`s${i}`);
    const refusal = sessions.enter('one-more');
    expect(refusal).toBeInstanceOf(CallError);
    await expect(sessions.create('one-more', defaults)).rejects.toThrow('there are 1000 already');
    clock.time = 10_000;
    expect(sessions.enter('one-more')).not.toBeInstanceOf(CallError);
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
