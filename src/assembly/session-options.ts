import type { Plan } from '../chaos/plan.ts';
import { parsePlan } from '../chaos/scenario.ts';
import { UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { modes, reachFlaw } from '../sessions/mode.ts';
import type { SessionSettings } from '../sessions/sessions.ts';
import { oneOf, type Reader, wholeNumber } from '../settings/reader.ts';
import { recordWith } from '../settings/record-with.ts';
import { isRecord, settingReaders } from '../settings/setting-readers.ts';
import type { SessionOptions } from './restage.ts';

const IDLE_MESSAGE = 'is a number of seconds from 1 to 86400';
const seconds = wholeNumber(86_400, IDLE_MESSAGE);

/** What each option may be; faults are read by themselves. */
const readers = {
  mode: oneOf(modes),
  cassette: settingReaders.cassette,
  dir: settingReaders.dir,
  order: settingReaders.order,
  seed: settingReaders.seed,
  idleSeconds: { ...seconds, read: (value: unknown) => seconds.read(value) || undefined },
  recordWith,
};
const known = [...Object.keys(readers), 'faults'];

/** @throws {@link UsageError} for a name that no session can have. */
export function checkSessionName(name: unknown): asserts name is string {
  const { read, message } = settingReaders.cassette;
  if (read(name) !== undefined) return;
  const shown = JSON.stringify(name) ?? String(name);
  throw new UsageError(
    `Cannot make session ${shown}: its name must be ${message.replace(/^is /, '')}. Give it another one.`,
  );
}

/**
 * The settings of a session: what is not given is the server's.
 * @throws {@link UsageError} that names what is known.
 */
export function readSessionOptions(options: SessionOptions, defaults: SessionSettings): SessionSettings {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `Cannot use '${unknown}' for a session: there is no such option. ${suggestNames(unknown, known)}.`,
    );
  const given = <K extends keyof typeof readers>(name: K) =>
    options[name] === undefined
      ? defaults[name]
      : (readOption(name, options[name], readers[name]) as SessionSettings[K]);
  const mode = given('mode');
  const flaw = reachFlaw(defaults.mode, mode);
  if (flaw !== undefined) throw new UsageError(`Cannot use mode '${mode}': ${flaw}.`);
  const { faults } = options;
  return {
    mode,
    cassette: given('cassette'),
    dir: given('dir'),
    order: given('order'),
    seed: given('seed'),
    idleSeconds: given('idleSeconds'),
    recordWith: given('recordWith'),
    plan: faults === undefined ? defaults.plan : readFaults(faults),
    // As text, and once more as what was made of it, at two bytes a character.
    planBytes: faults === undefined ? defaults.planBytes : 4 * JSON.stringify(faults).length,
  };
}

function readOption(name: string, value: unknown, { read, message, words }: Reader<unknown>): unknown {
  const found = read(value);
  if (found !== undefined) return found;
  const shown = JSON.stringify(value) ?? String(value);
  const remedy = words === undefined ? `It ${message}` : suggestNames(String(value), words);
  throw new UsageError(`Cannot use ${name} ${shown} for a session: it cannot be one. ${remedy}.`);
}

/** One rule may stand for a list of one. */
function readFaults(faults: NonNullable<SessionOptions['faults']>): Plan {
  const isRule = typeof faults === 'string' || (isRecord(faults) && 'kind' in faults);
  return parsePlan(isRule ? [faults] : faults, 'faults');
}
