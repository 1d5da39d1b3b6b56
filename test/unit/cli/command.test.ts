import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { FailureError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function runNode(code: string, ...args: string[]) {
  return runCommand([process.execPath, '-e', code, '--', ...args], { RESTAGE_TEST: 'set' });
}

describe('a command', () => {
  it.each([0, 1, 7, 255])('ends with its own status %i', async (status) => {
    expect(await (await runNode(`process.exit(${status})`)).status).toBe(status);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const)('that %s ends has status %i', async (signal, status) => {
    const running = await runNode('setInterval(() => {}, 1000)');
    running.stop(signal, 1);
    expect(await running.status).toBe(status);
  });

  it.each([
    ['SIGINT', 0],
    ['SIGQUIT', 0],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('on a terminal is not told twice of %s', async (signal, status) => {
    const command = [process.execPath, '-e', 'setTimeout(() => {}, 100)'];
    const running = await runCommand(command, {}, { onTerminal: true, isWindows: false });
    running.stop(signal, 1);
    expect(await running.status).toBe(status);
  });

  it('that does not stop is ended at the second time', async () => {
    const marker = join(temporaryFolder(), 'ready');
    const script = 'trap "" TERM; : > "$1"; sleep 60';
    const running = await runCommand(['/bin/sh', '-c', script, 'sh', marker], {
      PATH: process.env.PATH ?? '',
    });
    await vi.waitFor(() => expect(existsSync(marker)).toBe(true));
    running.stop('SIGTERM', 1);
    running.stop('SIGTERM', 2);
    expect(await running.status).toBe(137);
  });

  it('gets its arguments as they are, through no shell, and no environment but its own', async () => {
    const path = join(temporaryFolder(), 'seen');
    const args = ['a b', '$HOME', '"', '; exit 9', ''];
    const code =
      'require("fs").writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), process.env.RESTAGE_TEST, process.env.PATH ?? null]))';
    expect(await (await runNode(code, path, ...args)).status).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([args, 'set', null]);
  });
});

describe('what cannot be run has the status that env has for it', () => {
  it.each<[program: string, reason: RegExp]>([
    ['restage-has-no-such-program', /: there is no such program on the PATH\. /],
    ['FOLDER/nothing', /: there is no such file\. /],
    ['', /: a command's name is empty\. /],
    ['FOLDER/script', /: the interpreter that its first line names is not there\. /],
    ['FOLDER', /EACCES/],
    ['FOLDER/plain', /EACCES/],
    ['FOLDER/plain/x', /ENOTDIR/],
  ])('%s', async (name, reason) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    writeFileSync(join(folder, 'plain'), 'exit 0\n');
    const program = name.replace('FOLDER', folder);
    const env = await new Promise((resolve) =>
      spawn('env', [program], { stdio: 'ignore' }).once('exit', resolve),
    );
    const running = runCommand([program], { PATH: '/bin' }).then(({ status }) => status);

    await expect(running).rejects.toThrow(FailureError);
    await expect(running).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot run '/),
      exitStatus: env,
    });
    await expect(running).rejects.toThrow(reason);
  });
});

describe('on Windows', () => {
  const require = createRequire(import.meta.url);
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    vi.restoreAllMocks();
  });

  // What is loaded here goes by the platform that it finds then.
  it('scripts are run by a shell that their arguments are quoted for, and told of no signal twice', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'npm.cmd'), '');
    Object.defineProperty(process, 'platform', { value: 'win32' });
    const childProcess = require('node:child_process') as typeof import('node:child_process');
    const started = vi
      .spyOn(childProcess, 'spawn')
      .mockImplementation(() => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 100)']));
    const env = { PATH: folder, Path: folder, PATHEXT: '.EXE;.CMD' };
    const surroundings = { isWindows: true, onTerminal: false };
    const running = await runCommand(['npm', 'run', 'a b & c'], env, surroundings);
    for (const signal of ['SIGINT', 'SIGHUP'] as const) running.stop(signal, 1);
    expect(await running.status).toBe(0);

    expect(started).toHaveBeenCalledTimes(1);
    const [file, args, options] = started.mock.calls[0] ?? [];
    expect(file).toMatch(/cmd/i);
    expect(args).toEqual(['/d', '/s', '/c', expect.stringContaining('npm')]);
    expect(args?.[3]).toContain('^"a^ b^ ^&^ c^"');
    expect(options).toMatchObject({ detached: false, windowsVerbatimArguments: true });
  });
});
