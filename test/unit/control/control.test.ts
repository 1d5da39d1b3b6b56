import { expect, test } from 'vitest';
import type { Answer } from '../../../src/call.ts';
import { type ControlSettings, createControl } from '../../../src/control/control.ts';
import { randomIds } from '../../../src/proxy/ids.ts';
import { makeCall } from '../../support/make-call.ts';

test('of calls that come at once, one is answered each turn: others come in between', async () => {
  const facts = { version: '0', upstream: undefined, startedAt: new Date(0) };
  const control = createControl({ adminToken: undefined, ids: randomIds, facts } as ControlSettings);
  const call = makeCall({ target: '/__restage/nothing' });
  // Loads what calls need.
  await control.answer(call, undefined);
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const answeredAt: number[] = [];
  const answers: Answer[] = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const answer = await control.answer(call, undefined);
      answeredAt.push(turn);
      return answer;
    }),
  );
  isOver = true;

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  expect(new Set(answeredAt).size).toBe(5);
});

test('an answer is bytes of its own, which count until the client has taken them', async () => {
  const facts = { version: '0', upstream: undefined, startedAt: new Date(0) };
  const control = createControl({ adminToken: undefined, ids: randomIds, facts } as ControlSettings);
  const { body } = await control.answer(makeCall({ target: '/__restage/health' }), undefined);

  expect(body).toBeInstanceOf(Uint8Array);
});
