import { expect, test } from 'vitest';
import { run } from '../support/restage.ts';

test.each([
  ['GET', 'status'],
  ['DELETE', 'calls'],
  ['POST', 'reset'],
  ['GET', 'faults'],
  ['DELETE', 'faults'],
  ['DELETE', 'faults/x'],
  ['GET', 'retries'],
  ['GET', 'events'],
  ['GET', 'unused'],
  ['POST', 'discard'],
  ['GET', 'sessions'],
  ['DELETE', 'sessions/x'],
  ['GET', 'metrics'],
])('%s %s refuses a parameter rather than pass it over', async (method, path) => {
  const { url, calls } = await run('replay');
  await fetch(`${url}/restapis/a1b2c3d4e5/stages`);
  const answer = await fetch(`${url}/__restage/${path}?session=a`, { method });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    message:
      'Cannot carry out the call: there is no parameter "session"; it takes none. Correct it, and call again.',
  });
  expect(calls()).toHaveLength(1);
});
