import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/**
 * Runs restage as often as it is told to, one run after the other: each line of JSON on stdin holds `program`, `args`,
 * `env` and `cwd`, each line on stdout in answer `status`, `stdout` and `stderr`.
 *
 * Every run reads its arguments, variables and folder afresh and ends where it would end its process. What it imports is
 * loaded once.
 */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const EVENTS = ['uncaughtException', 'unhandledRejection', 'warning', ...SIGNALS];
/** Thrown in place of the end of the process, so that nothing behind it is carried out. */
const over = Symbol('the program is over');
const require = createRequire(import.meta.url);

for await (const line of createInterface({ input: process.stdin })) {
  writeSync(1, `${JSON.stringify(await runOnce(JSON.parse(line)))}\n`);
}

async function runOnce({ program, args, env, cwd }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, program, ...args];

  const output = { stdout: '', stderr: '' };
  const status = await new Promise((resolve) => {
    let isOver = false;
    for (const name of ['stdout', 'stderr']) {
      process[name].write = (text, ...others) => {
        if (!isOver) output[name] += text;
        others.find((each) => typeof each === 'function')?.();
        return true;
      };
    }
    process.exit = (code = process.exitCode ?? 0) => {
      isOver = true;
      resolve(code);
      throw over;
    };
    // Its entry alone is loaded anew.
    delete require.cache[program];
    require(program);
  });

  for (const event of EVENTS) process.removeAllListeners(event);
  for (const name of ['stdout', 'stderr']) process[name].removeAllListeners('error');
  process.exitCode = undefined;
  process.on('unhandledRejection', ignoreTheEnd).on('uncaughtException', ignoreTheEnd);
  return { status, ...output };
}

function ignoreTheEnd(error) {
  if (error !== over) throw error;
}
