import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { type Started, start } from '../assembly/start.ts';
import { listCassettes } from '../cassette/folder.ts';
import type { Plan } from '../chaos/plan.ts';
import { FailureError, UsageError } from '../errors.ts';
import { type Mode, modeNeeds } from '../sessions/mode.ts';
import { NO_SESSION } from '../sessions/session-address.ts';
import {
  type FaultSettings,
  isLoopbackAddress,
  resolveSettings,
  type Settings,
  type Values,
} from '../settings/settings.ts';
import { runCommand } from './command.ts';
import { readConfig } from './config.ts';
import { type CommandIdentity, commandEnvironment, tunnelEnvironment } from './environment.ts';
import { readWholePlan, watchFaultsFile } from './faults-file.ts';
import { Log } from './log.ts';
import { lookOf } from './look.ts';
import { printable, printableLine, printableLines } from './printable.ts';
import { exitOnNextSignal, nextSignal, passSignalsOn } from './signals.ts';
import { TunnelReport } from './tunnel-report.ts';

/** Runs restage in a mode until it is told to stop, or until the command ends. @returns the exit status. */
export async function serve(mode: Mode, flags: Values, command: readonly string[]): Promise<number> {
  // As the user has it: libraries add to it as they are loaded.
  const env = { ...process.env };
  const settings = resolveSettings({ flags, variables: env, file: await readConfig() });
  const plan = await readWholePlan(settings.faults);
  if (settings.expectations.length > 0 && command.length === 0) {
    throw new UsageError(
      "Cannot check '--expect': there is no command whose end to wait for. Put one after '--'.",
    );
  }
  const format = settings.log ?? (process.stderr.isTTY ? 'pretty' : 'json');
  const log = format === 'silent' ? undefined : new Log(format, (text) => process.stderr.write(text));
  const failures = new FailureReport((line) => {
    log?.flush();
    say(line);
  });
  const tunnels = new TunnelReport((line) => {
    log?.flush();
    say(pc.yellow(printable(line)));
  });
  const restage = await start(
    mode,
    // A command is told where restage listens: any free port will do, unless a flag asks for one.
    command.length > 0 && !isPortGiven(flags) ? { ...settings, port: 0 } : settings,
    plan,
    {
      onCall: log === undefined ? () => {} : (entry) => log.add(entry),
      onFailure: (failure) => failures.add(failure),
      onError: reportError,
      onStaleFile: (failure) => {
        log?.flush();
        say(pc.yellow(failure.message));
      },
      onTunnelError: (host, error) => tunnels.add(host, error),
    },
  );
  if (format !== 'silent') await introduce(restage, settings, plan);
  if (format !== 'silent' && command.length === 0) introduceTunnels(restage, settings);
  const unwatch = watchFaults(restage, settings.faults);
  const status =
    command.length > 0 ? await withCommand(restage, settings, command, env) : await untilSignal(restage);
  unwatch();
  log?.flush();
  failures.summarise();
  if (command.length > 0 && !(await reportRetries(restage, settings))) return 1;
  return failures.count > 0 && status === 0 ? 1 : status;
}

/** Recordings that were lost: one loud line at once, the sum in the end. */
class FailureReport {
  readonly #say: (line: string) => void;
  count = 0;

  constructor(write: (line: string) => void) {
    this.#say = write;
  }

  add(failure: Error): void {
    this.count += 1;
    if (this.count === 1) this.#say(pc.red(pc.bold(failure.message)));
  }

  summarise(): void {
    if (this.count > 1)
      this.#say(pc.red(`${this.count} times something could not be saved; the first reason stands above.`));
  }
}

/** Loads the faults file again when it changes. */
function watchFaults(restage: Started, faults: FaultSettings): () => void {
  if (faults.file === undefined) return () => {};
  return watchFaultsFile(faults.file, {
    load: async () => restage.setPlan(await readWholePlan(faults)),
    say,
  });
}

/** Says what the command tried again where a fault fired, and what did not come as expected. @returns whether all did. */
async function reportRetries(restage: Started, { expectations, log }: Settings): Promise<boolean> {
  const report = restage.retries();
  if (log !== 'silent' && (report.totals.faultedAttempts > 0 || expectations.length > 0)) {
    const { renderRetryReport } = await import('./retry-report.ts');
    process.stderr.write(`\n${renderRetryReport(report, lookOf(process.stderr))}`);
  }
  const verdicts = expectations.map((expectation) => restage.check(expectation.text));
  for (const { expected, passed, reason } of verdicts) {
    const [mark, color] = passed ? ['✔', pc.green] : ['✘', pc.red];
    say(`${color(`${mark} ${expected}`)}  ${printable(reason)}`);
  }
  return verdicts.every(({ passed }) => passed);
}

async function untilSignal(restage: Started): Promise<number> {
  // Whoever reads the line may send the signal at once.
  const stopped = nextSignal();
  process.stdout.write(`${listeningLine(restage)}\n`);
  await stopped;
  exitOnNextSignal();
  await restage.close();
  return 0;
}

async function withCommand(
  restage: Started,
  settings: Settings,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    const identity = await findIdentity(restage, settings);
    say(pc.dim(listeningLine(restage)));
    const running = runCommand(command, environmentOf(restage, settings, env, identity));
    const passOn = passSignalsOn(running.kill);
    try {
      const status = await running.status;
      if (restage.countCalls() === 0 && status < 128) {
        say(pc.yellow(`The command made no call through restage. ${guessWhy(restage)}`));
      }
      return status;
    } finally {
      passOn.stop();
    }
  } finally {
    await restage.close();
  }
}

/** Why a command may have gone past restage, or nowhere. */
function guessWhy({ trust }: Started): string {
  return trust === undefined
    ? 'Does it set an endpoint, or keys, of its own, or lack a region?'
    : 'Does it take HTTPS_PROXY? SDKs for JavaScript need a proxy agent. Or does it lack keys, or a region?';
}

/** The command is led to restage as its endpoint or, where tunnels are taken, as its proxy. */
function environmentOf(
  restage: Started,
  settings: Settings,
  env: NodeJS.ProcessEnv,
  identity: CommandIdentity,
): Record<string, string> {
  if (restage.trust === undefined) return commandEnvironment(env, reachableUrl(restage), identity);
  const url = proxyUrl(restage, settings, NO_SESSION, settings.adminToken ?? '');
  return tunnelEnvironment(env, url, restage.trust, !modeNeeds[restage.mode].upstream, identity.region);
}

/** What the command signs with: a key made for clients, or the very credentials that restage signs with. */
async function findIdentity(restage: Started, settings: Settings): Promise<CommandIdentity> {
  const { resolveRegion } = await import('../aws/signing/region.ts');
  const region = await resolveRegion(settings.profile);
  // Through a tunnel the command's own signature is kept, with whatever it signs with.
  if (!modeNeeds[restage.mode].upstream || restage.trust !== undefined)
    return { credentials: undefined, region };
  const [clientKey] = settings.clientKeys;
  if (clientKey !== undefined) return { credentials: clientKey, region };
  try {
    return { credentials: await restage.handOutCredentials(), region };
  } catch (cause) {
    throw new FailureError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function introduce(restage: Started, settings: Settings, plan: Plan): Promise<void> {
  const { dir, cassette, host } = settings;
  if (
    modeNeeds[restage.mode].recordings &&
    !modeNeeds[restage.mode].upstream &&
    !existsSync(`${dir}/${cassette}`)
  ) {
    const known = await listCassettes(dir);
    const hint = known.length === 0 ? `There is none in '${dir}' yet` : `Known are ${known.join(', ')}`;
    say(pc.yellow(`Cassette '${cassette}' does not exist: every call will be a miss. ${hint}.`));
  }
  if (!isLoopbackAddress(host)) {
    say(
      pc.yellow(
        `Listening on ${host}: others can reach this port, by its address or a name of '--allow-host', and read what is recorded. Control asks for the admin token.`,
      ),
    );
  }
  if (plan.rules.length + plan.phases.length > 0)
    say(pc.dim(`seed ${restage.seed} (--seed ${restage.seed} repeats this run)`));
}

/** A command is led through restage; whoever starts clients on their own has to know how. */
function introduceTunnels(restage: Started, settings: Settings): void {
  if (restage.trust === undefined) return;
  const url = proxyUrl(restage, settings, 'SESSION', 'TOKEN');
  say(pc.dim(`Taking tunnels: give clients HTTPS_PROXY=${url} and the CA ('restage ca' says how)`));
}

/** What clients take restage for their proxy by. Off loopback it asks for the token. */
function proxyUrl(restage: Started, { host }: Settings, user: string, password: string): string {
  const url = reachableUrl(restage);
  return isLoopbackAddress(host) ? url : url.replace('//', `//${user}:${encodeURIComponent(password)}@`);
}

/** Where a command on this machine reaches restage: an address that stands for all is none to call. */
function reachableUrl({ url }: Started): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function listeningLine({ mode, url }: Started): string {
  return `restage ${mode} listening on ${url}`;
}

function isPortGiven(flags: Values): boolean {
  return flags.port !== undefined;
}

function say(line: string): void {
  process.stderr.write(`${printableLine(line)}\n`);
}

function reportError(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  say(`Cannot finish an answer: ${reason.replace(/\.$/, '')}. The client's connection was closed.`);
  if (process.env.DEBUG === 'restage' && error instanceof Error)
    process.stderr.write(`${printableLines(error.stack ?? '')}\n`);
}
