import { createHandle } from './assembly/handle.ts';
import type { Listeners, Restage } from './assembly/restage.ts';
import { start } from './assembly/start.ts';
import { FailureError, UsageError } from './errors.ts';
import { suggestNames } from './known-names.ts';
import { type Mode, modes } from './sessions/mode.ts';
import { readConfig } from './settings/config.ts';
import { refuseRecordingInCi, resolveMode } from './settings/mode-setting.ts';
import { readWholePlan } from './settings/read-plan.ts';
import type { SettingValues } from './settings/setting-values.ts';
import { resolveSettings, type Settings } from './settings/settings.ts';

export type {
  HeededSettings,
  Listeners,
  Restage,
  RestageSession,
  SessionOptions,
} from './assembly/restage.ts';
export type { ClientConfig, ClientCredentials, Faults, View, WaitOptions } from './assembly/view.ts';
export type { Credentials } from './aws/signing/signature.ts';
export type { Outcome } from './call.ts';
export type { Discarded } from './cassette/discarded.ts';
export { listCassettes } from './cassette/folder.ts';
export type { RuleStatus } from './chaos/rule-status.ts';
export { FailureError, UsageError } from './errors.ts';
export type { CallFilter } from './journal/call-filter.ts';
export type { JournalEntry, Observer } from './journal/entry.ts';
export type { Clock } from './proxy/clock.ts';
export type { RetryReport } from './retries/report.ts';
export type { Verdict } from './retries/verdict.ts';
export type { Mode } from './sessions/mode.ts';
export type { UnusedRecording } from './sessions/unused-recording.ts';
export type { FaultSpec } from './settings/setting-values.ts';

/** Options by the names they have on the command line, such as `cassette`, `upstream`, `fault` or `'admin-token'`. */
export type RestageOptions = Omit<SettingValues, 'faults'>;

/** The same, with a faults file, and a mode that beats `RESTAGE_MODE`. */
export interface EnvironmentOptions extends SettingValues {
  readonly mode?: Mode | undefined;
}

/**
 * Starts restage in this process.
 * @throws UsageError for options that cannot be understood, FailureError when the port is taken or the cassette locked.
 */
export async function startRestage(
  mode: Mode,
  options: RestageOptions = {},
  listeners: Listeners = {},
): Promise<Restage> {
  if (!modes.includes(mode))
    throw new UsageError(
      `Cannot start in mode '${String(mode)}': there is no such mode. ${suggestNames(String(mode), modes)}.`,
    );
  const settings = resolveSettings({ flags: { ...options }, variables: {}, file: undefined });
  if (settings.faults.file !== undefined) refuseFaultsFile();
  return startWith(mode, settings, listeners);
}

/**
 * Starts restage in this process with what the command line would take: these options, else the `RESTAGE_…` variables, else
 * the config file of the working folder. The mode is `options.mode`, else `RESTAGE_MODE`, else `replay`; where `CI` is set,
 * none is that records, unless `ci-record` (`RESTAGE_CI_RECORD=1`) says so. A free port is taken if the options name none, and a
 * faults file is read once.
 * @throws UsageError for what cannot be understood, FailureError when the port is taken or the cassette locked.
 */
export async function startRestageFromEnvironment(
  options: EnvironmentOptions = {},
  listeners: Listeners = {},
): Promise<Restage> {
  const { mode: given, ...flags } = options;
  const variables = { ...process.env };
  const mode = resolveMode(given, variables);
  const settings = resolveSettings({
    flags: { ...flags, port: flags.port ?? 0 },
    variables,
    file: await readConfig(),
  });
  refuseRecordingInCi(mode, settings.ciRecord, variables);
  return startWith(mode, settings, listeners);
}

async function startWith(mode: Mode, settings: Settings, listeners: Listeners): Promise<Restage> {
  const started = await start(mode, settings, await readWholePlan(settings.faults), listeners);
  return createHandle(started, settings, listeners);
}

function refuseFaultsFile(): never {
  throw new FailureError(
    "Cannot read a faults file here: only the command line and startRestageFromEnvironment do. Give the rules as 'fault'.",
  );
}
