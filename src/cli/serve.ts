import { type Started, start } from '../assembly/start.ts';
import { reasonOf, UsageError } from '../errors.ts';
import { nearestName } from '../known-names.ts';
import { type Mode, modeNeeds } from '../sessions/mode.ts';
import { readConfig } from '../settings/config.ts';
import { MODE_VARIABLE, refuseRecordingInCi, URL_VARIABLE } from '../settings/mode-setting.ts';
import { options } from '../settings/options.ts';
import { readWholePlan } from '../settings/read-plan.ts';
import { isRecord } from '../settings/setting-readers.ts';
import { type FaultSettings, resolveSettings, type Settings, type Values } from '../settings/settings.ts';
import { reportGaps, reportRetries, reportTimelines, reportUnused } from './closing.ts';
import { type RunningCommand, runCommand } from './command.ts';
import { FailureReport } from './failure-report.ts';
import { watchFaultsFile } from './faults-file.ts';
import { introduce, introduceSeed, introduceTunnels, listeningLine } from './introduction.ts';
import type { Reporter } from './reporter.ts';
import { onStopSignal, statusOfSignal } from './signals.ts';
import { TunnelReport } from './tunnel-report.ts';

/** What `restage <mode>` is run with. */
export interface ServeRequest {
  readonly mode: Mode;
  readonly flags: Values;
  readonly command: readonly string[];
}

/** Runs restage in a mode until it is told to stop, or until the command ends. @returns the exit status. */
export async function serve({ mode, flags, command }: ServeRequest, reporter: Reporter): Promise<number> {
  // As the user has it: libraries add to it as they are loaded.
  const env = { ...process.env };
  const file = await readConfig();
  if (flags.log === undefined && !env.RESTAGE_LOG && isRecord(file?.values)) reporter.expect(file.values.log);
  const settings = resolveSettings({ flags, variables: env, file });
  reporter.setFormat(settings.log);
  refuseRecordingInCi(mode, settings.ciRecord, env);
  if (!reporter.isSilent) warnOfMistyped(env, reporter);
  // The SDK's own clients, for STS and SSO, look for their endpoints by this alone.
  const profile = settings.profile ?? (env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE);
  if (profile) process.env.AWS_PROFILE = profile;
  const plan = await readWholePlan(settings.faults);
  const hasCommand = command.length > 0;
  if (settings.expectations.length > 0 && !hasCommand) {
    throw new UsageError(
      "Cannot check '--expect': there is no command whose end to wait for. Put one after '--'.",
    );
  }
  const failures = new FailureReport(reporter);
  const tunnels = new TunnelReport((message) =>
    reporter.say({ event: 'tunnel-failed', level: 'warning', message }),
  );
  const restage = await start(
    mode,
    // A command is told where restage listens: any free port will do, unless a flag asks for one.
    hasCommand && flags.port === undefined ? { ...settings, port: 0 } : settings,
    plan,
    {
      onCall: reporter.isSilent ? () => {} : (entry) => reporter.call(entry),
      onFailure: (failure) => failures.add(failure),
      onError: (error) => reportError(error, reporter),
      onStaleFile: ({ message }) => reporter.say({ event: 'stale-file', level: 'warning', message }),
      onTunnelError: (host, error) => tunnels.add(host, error),
      onWarning: (message) => reporter.say({ event: 'warning', level: 'warning', message }),
      onTimelines: (timelines) => reportTimelines(timelines, reporter),
    },
  );
  if (!reporter.isSilent) await introduce(restage, settings, plan, reporter);
  if (!reporter.isSilent && !hasCommand) introduceTunnels(restage, settings, reporter);
  const unwatch = watchFaults(restage, settings.faults, reporter);
  const status = hasCommand
    ? await withCommand(restage, settings, { command, env, reporter })
    : await untilSignal(restage, reporter);
  unwatch();
  reporter.flush();
  failures.summarise();
  if (hasCommand || settings.failOnMiss) await reportGaps(restage, settings, reporter);
  const isUnused = settings.failOnUnused && (await reportUnused(restage, settings, reporter));
  if (hasCommand && !(await reportRetries(restage, settings, reporter))) return 1;
  if (status !== 0) return status;
  return failures.count > 0 || isUnused || (settings.failOnMiss && restage.countMisses() > 0) ? 1 : 0;
}

/** Loads the faults file again when it changes. */
function watchFaults(restage: Started, faults: FaultSettings, reporter: Reporter): () => void {
  if (faults.file === undefined) return () => {};
  return watchFaultsFile(faults.file, {
    load: async () => {
      const plan = await readWholePlan(faults);
      restage.setPlan(plan);
      if (!reporter.isSilent) introduceSeed(restage, plan, reporter);
    },
    say: (message, level) => reporter.say({ event: 'faults-file', level, message }),
  });
}

async function untilSignal(restage: Started, reporter: Reporter): Promise<number> {
  // Whoever reads the line may send the signal at once.
  const stopped = new Promise<void>((resolve) => {
    onStopSignal((signal, times) => {
      if (times > 1) process.exit(statusOfSignal(signal));
      resolve();
    });
  });
  process.stdout.write(`${listeningLine(restage)}\n`);
  void sayWhoseKeys(restage, reporter);
  await stopped;
  await restage.close();
  return 0;
}

/** A command to run, and what it is run with. */
interface CommandRun {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly reporter: Reporter;
}

async function withCommand(restage: Started, settings: Settings, run: CommandRun): Promise<number> {
  let running: RunningCommand | undefined;
  let interrupted = (_status: number): void => {};
  // To find out what to sign with may take its time: there is no command yet that could be stopped.
  const interruption = new Promise<number>((resolve) => {
    interrupted = resolve;
  });
  let isStopped = false;
  let isOver = false;
  const unlisten = onStopSignal((signal, times) => {
    isStopped = true;
    if (isOver && times > 1) process.exit(statusOfSignal(signal));
    if (running !== undefined) running.stop(signal, times);
    else interrupted(statusOfSignal(signal));
  });
  const runToEnd = async (): Promise<number> => {
    const variables = await environmentOf(restage, settings, run);
    await sayWhoseKeys(restage, run.reporter);
    if (isStopped) return interruption;
    sayListening(restage, run.reporter);
    running = await runCommand(run.command, variables);
    const status = await running.status;
    if (restage.countCalls() === 0 && !isStopped && !isOfShell(status)) sayUnused(restage, run.reporter);
    return status;
  };
  try {
    return await Promise.race([interruption, runToEnd()]);
  } finally {
    isOver = true;
    await restage.close();
    unlisten();
  }
}

/** Said once, so that nobody records another account than he thinks. */
async function sayWhoseKeys(restage: Started, reporter: Reporter): Promise<void> {
  if (!modeNeeds[restage.mode].upstream || reporter.isSilent) return;
  if (restage.trust !== undefined) {
    const message = "Calls through tunnels keep their clients' own signatures";
    reporter.say({ event: 'keys', level: 'info', message });
    return;
  }
  try {
    const keys = await restage.findKeys();
    reporter.say({ event: 'keys', level: 'info', message: `Calls are signed with ${keys}`, facts: { keys } });
  } catch (error) {
    // Without a command nothing fails of it yet: what is recorded can be played.
    reporter.say({ event: 'no-keys', level: 'warning', message: `${reasonOf(error)}.` });
  }
}

/** Whether a status says that the command could not be run, or was ended by a signal. Some programs fail with 252 to 255. */
function isOfShell(status: number): boolean {
  return status >= 126 && status <= 192;
}

/** Says of a variable that is no setting which one was meant, most likely: what is like none is somebody else's. */
function warnOfMistyped(env: NodeJS.ProcessEnv, reporter: Reporter): void {
  // The last two say something to programs that run under restage, and one of these may run another.
  const known = [...options.map(({ variable }) => variable), MODE_VARIABLE, URL_VARIABLE];
  for (const name of Object.keys(env)) {
    const meant = name.startsWith('RESTAGE_') && !known.includes(name) ? nearestName(name, known) : undefined;
    if (meant === undefined) continue;
    const message = `The variable ${name} is no setting and counts for nothing. Did you mean ${meant}?`;
    reporter.say({ event: 'unknown-variable', level: 'warning', message, facts: { name, meant } });
  }
}

function sayListening(restage: Started, reporter: Reporter): void {
  const { mode, url } = restage;
  reporter.say({ event: 'listening', level: 'info', message: listeningLine(restage), facts: { mode, url } });
}

/** Says why a command may have gone past restage, or nowhere. */
function sayUnused({ trust }: Started, reporter: Reporter): void {
  const guess =
    trust === undefined
      ? 'Does it set an endpoint, or keys, of its own, or lack a region?'
      : 'Does it take HTTPS_PROXY? SDKs for JavaScript need a proxy agent. Or does it lack keys, or a region?';
  reporter.say({
    event: 'no-call',
    level: 'warning',
    message: `The command made no call through restage. ${guess}`,
  });
}

/** As its clients find it. What that takes of files and libraries is loaded where there is a command. */
async function environmentOf(
  restage: Started,
  settings: Settings,
  { env, reporter }: CommandRun,
): Promise<Record<string, string>> {
  const { programEnvironment } = await import('../clients/program-environment.ts');
  const say = (message: string): void => reporter.say({ event: 'warning', level: 'warning', message });
  return programEnvironment(restage, settings, { env, say });
}

function reportError(error: unknown, reporter: Reporter): void {
  const reason = error instanceof Error ? error.message : String(error);
  reporter.fail(
    `Cannot finish an answer: ${reason.replace(/\.$/, '')}. The client's connection was closed.`,
    error,
  );
}
