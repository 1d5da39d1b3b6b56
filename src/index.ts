import { type Listeners, type Restage, start } from './assembly/start.ts';
import { FailureError, listNames, UsageError } from './errors.ts';
import { type Mode, modes } from './sessions/mode.ts';
import type { SettingValues } from './settings/schemas.ts';
import { resolveSettings } from './settings/settings.ts';

export type { Listeners, Restage } from './assembly/start.ts';
export type { Outcome } from './call.ts';
export { listCassettes } from './cassette/cassette.ts';
export { FailureError, UsageError } from './errors.ts';
export type { JournalEntry, Observer } from './journal/journal.ts';
export type { Clock } from './proxy/clock.ts';
export type { Verdict } from './retries/expectation.ts';
export type { RetryReport } from './retries/report.ts';
export type { Mode } from './sessions/mode.ts';

/** Options by the names they have on the command line, such as `cassette`, `upstream`, `fault` or `'admin-token'`. */
export type RestageOptions = SettingValues;

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
      `Cannot start in mode '${String(mode)}': there is no such mode. Known are ${listNames(modes)}.`,
    );
  const settings = resolveSettings({ flags: options, variables: {}, file: undefined });
  if (settings.faultsFile !== undefined) refuseFaultsFile();
  return start(mode, settings, listeners);
}

function refuseFaultsFile(): never {
  throw new FailureError(
    "Cannot read a faults file here: only the command line does. Give the rules as 'fault'.",
  );
}
