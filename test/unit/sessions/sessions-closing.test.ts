import { expect, test } from 'vitest';
import { planOf } from '../../../src/chaos/plan.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { Sessions, type SessionsSettings } from '../../../src/sessions/sessions.ts';

test('a session that cannot be closed is told of, and all others are closed', async () => {
  const closed: (string | undefined)[] = [];
  const errors: unknown[] = [];
  const failure = new Error('the folder has gone');
  const open: SessionsSettings['open'] = (name, settings) => ({
    // Of a session, nothing is asked here but its name.
    session: { ...settings, name } as unknown as Session,
    close: async () => {
      if (name === 'broken') throw failure;
      closed.push(name);
    },
  });
  const sessions = new Sessions({
    defaults: {
      mode: 'replay',
      cassette: 'default',
      order: 'sequence',
      plan: planOf([]),
      planBytes: 0,
      dir: 'cassettes',
      seed: 1,
      idleSeconds: 60,
    },
    open,
    elapsed: () => 0,
    onError: (error) => errors.push(error),
  });
  for (const name of ['a', 'broken', 'b']) sessions.enter(name);
  await sessions.close();
  expect(closed).toEqual(['a', 'b', undefined]);
  expect(errors).toEqual([failure]);
});
