import type { Listeners, Restage } from './assembly/restage.ts';
import { start } from './assembly/start.ts';
import { parsePlan } from './chaos/scenario.ts';
import { FailureError, UsageError } from './errors.ts';
import { suggestNames } from './known-names.ts';
import { type Mode, modes } from './sessions/mode.ts';
import { readPlan } from './settings/read-plan.ts';
import type { SettingValues } from './settings/setting-values.ts';
import { resolveSettings } from './settings/settings.ts';

export type { Listeners, Restage } from './assembly/restage.ts';
export type { Credentials } from './aws/signing/signature.ts';
export type { Outcome } from './call.ts';
export { listCassettes } from './cassette/folder.ts';
export { FailureError, UsageError } from './errors.ts';
export type { JournalEntry, Observer } from './journal/entry.ts';
export type { Clock } from './proxy/clock.ts';
export type { RetryReport } from './retries/report.ts';
export type { Verdict } from './retries/verdict.ts';
export type { Mode } from './sessions/mode.ts';

/** Options by the names they have on the command line, such as `cassette`, `upstream`, `fault` or `'admin-token'`. */
export type RestageOptions = Omit<SettingValues, 'faults'>;

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
  const { setPlan, gaps, countMisses, ...restage } = await start(
    mode,
    settings,
    await readPlan(settings.faults),
    listeners,
  );
  return { ...restage, setFaults: (faults) => setPlan(parsePlan(faults, 'faults')) };
}

function refuseFaultsFile(): never {
  throw new FailureError(
    "Cannot read a faults file here: only the command line does. Give the rules as 'fault'.",
  );
}
