import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** `starts sessions`: how often restage is started, and how many sessions one of them makes. In a process of its own. */
const program = new URL('../support/leaks.mjs', import.meta.url).pathname;

interface Left {
  readonly resources: readonly string[];
  readonly listeners: Readonly<Record<string, number>>;
  readonly grownBytes: number;
}

const [STARTS, SESSIONS] = [100, 2000];

test('starts and stops, and sessions, leave no socket, timer, listener nor memory', async () => {
  const args = ['--expose-gc', program, String(STARTS), String(SESSIONS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { starts, sessions } = JSON.parse(stdout) as Record<'starts' | 'sessions', Left>;
  for (const left of [starts, sessions]) expect(left).toMatchObject({ resources: [], listeners: {} });
  // What Node.js makes of code that runs often is part of it; one that were kept would take several times as much.
  expect(starts.grownBytes / STARTS).toBeLessThan(10_000);
  expect(sessions.grownBytes / SESSIONS).toBeLessThan(1200);
});
