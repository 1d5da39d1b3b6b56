import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { FailureError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function runNode(code: string, ...args: string[]) {
  return runCommand([process.execPath, '-e', code, '--', ...args], { RESTAGE_TEST: 'set' });
}

describe('a command', () => {
  it.each([0, 1, 7, 255])('ends with its own status %i', async (status) => {
    expect(await runNode(`process.exit(${status})`).status).toBe(status);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGKILL', 137],
    ['SIGINT', 130],
  ] as const)('that %s ends has status %i', async (signal, status) => {
    const running = runNode('setInterval(() => {}, 1000)');
    running.kill(signal);
    expect(await running.status).toBe(status);
  });

  it('gets its arguments as they are, through no shell, and no environment but its own', async () => {
    const path = join(temporaryFolder(), 'seen');
    const args = ['a b', '$HOME', '"', '; exit 9', ''];
    const code =
      'require("fs").writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), process.env.RESTAGE_TEST, process.env.PATH ?? null]))';
    expect(await runNode(code, path, ...args).status).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([args, 'set', null]);
  });

  it.each([
    [
      'restage-has-no-such-program',
      /^Cannot run 'restage-has-no-such-program': there is no such program on the PATH\. /,
    ],
    ['/', /^Cannot run '\/': .*EACCES/],
  ])('that cannot be started, %s, says why', async (program, reason) => {
    const { status } = runCommand([program], { PATH: '/bin' });
    await expect(status).rejects.toThrow(FailureError);
    await expect(status).rejects.toThrow(reason);
  });
});
