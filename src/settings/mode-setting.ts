import { UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';
import { type Mode, modeNeeds, modes } from '../sessions/mode.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The variable that says the mode to whoever is started without one, and to a program that runs under restage. */
export const MODE_VARIABLE = 'RESTAGE_MODE';
/** Where restage listens, for a program that runs under it. */
export const URL_VARIABLE = 'RESTAGE_URL';

/**
 * The mode that is given; else the one of `RESTAGE_MODE`; else `replay`, which reaches nothing and changes nothing.
 * @throws {@link UsageError} that names the known modes.
 */
export function resolveMode(given: string | undefined, variables: Variables = {}): Mode {
  const text = given ?? (variables[MODE_VARIABLE] || 'replay');
  const mode = modes.find((known) => known === text);
  if (mode !== undefined) return mode;
  const origin = given === undefined ? MODE_VARIABLE : 'mode';
  throw new UsageError(
    `Cannot use ${origin} ${withoutSecrets(JSON.stringify(text) ?? String(text))}: there is no such mode. ${suggestNames(String(text), modes)}.`,
  );
}

/**
 * Refuses to record where a CI service runs the tests: what a test there records is lost, and passes without a recording.
 * @throws {@link UsageError} that names the way out.
 */
export function refuseRecordingInCi(mode: Mode, ciRecord: boolean, { CI }: Variables): void {
  if (modeNeeds[mode].recorder === undefined || ciRecord || NO_CI.test(CI ?? '')) return;
  throw new UsageError(
    `Cannot run in mode '${mode}' here: CI is set, and it would record. ` +
      "Use replay, or say that it is to record with '--ci-record' or RESTAGE_CI_RECORD=1.",
  );
}

const NO_CI = /^(?:|0|false)$/i;
