import type { Credentials } from '../aws/signing/signature.ts';
import type { Order } from '../cassette/order.ts';
import { reasonOf, UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { type Expectation, parseExpectation } from '../retries/expectation.ts';
import { withoutSecrets } from '../secrets.ts';
import { type LogFormat, options } from './options.ts';
import type { Reader } from './reader.ts';
import { isRecord, type SettingTypes, settingReaders } from './setting-readers.ts';
import type { FaultSpec } from './setting-values.ts';

/** Every setting, checked. */
export interface Settings {
  readonly cassette: string;
  readonly dir: string;
  readonly followLinks: boolean;
  readonly port: number;
  readonly host: string;
  readonly upstream: URL | undefined;
  readonly profile: string | undefined;
  readonly clientKeys: readonly Credentials[];
  readonly trustClients: boolean;
  readonly allowWrites: boolean;
  readonly allowedHosts: readonly string[];
  readonly intercept: boolean;
  readonly caDir: string | undefined;
  readonly tunnels: readonly string[];
  readonly adminToken: string | undefined;
  readonly order: Order;
  readonly ciRecord: boolean;
  readonly replace: boolean;
  /** Operations that are recorded if they are named. */
  readonly recordedOperations: readonly string[];
  readonly faults: FaultSettings;
  readonly expectations: readonly Expectation[];
  readonly seed: number | undefined;
  readonly failOnMiss: boolean;
  readonly failOnUnused: boolean;
  readonly log: LogFormat;
  readonly disabledRedactions: readonly string[];
  readonly redactions: ReadonlyArray<{ readonly match: RegExp; readonly replace: string }>;
}

/** What is to go wrong, not read yet: what reads it need not be loaded where nothing is. */
export interface FaultSettings {
  readonly quota: string | undefined;
  readonly presets: readonly string[];
  readonly rules: readonly FaultSpec[];
  readonly file: string | undefined;
}

/** Values by option name, as one source gives them. */
export type Values = Readonly<Record<string, unknown>>;

/** Where settings come from; the first that has a value wins. */
export interface Sources {
  readonly flags: Values;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The config file's content, if there is one, and its name. */
  readonly file: { readonly name: string; readonly values: unknown } | undefined;
}

type Name = keyof SettingTypes;

/** What the config file alone may hold. */
const FILE_ONLY = ['redact'];

/** What may hold a secret, even where it is mistyped. It is not repeated in a message. */
const SECRETIVE = ['client-key', 'upstream', 'admin-token'];

/**
 * Puts the settings together: a flag beats a variable beats the config file.
 * @throws {@link UsageError} that names the value, where it came from and what is known.
 */
export function resolveSettings({ flags, variables, file }: Sources): Settings {
  checkFlags(flags);
  const fromFile = checkFile(file);
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const { name, variable, type } of options) {
    const text = variables[variable];
    if (flags[name] !== undefined) [values[name], origins[name]] = [flags[name], `--${name}`];
    else if (text !== undefined && text !== '') {
      [values[name], origins[name]] = [type === 'list' ? text.trim().split(/\s+/) : text, variable];
    } else if (fromFile[name] !== undefined) {
      [values[name], origins[name]] = [fromFile[name], `'${name}' in ${file?.name}`];
    }
  }
  const given = <K extends Name>(name: K): SettingTypes[K] | undefined =>
    values[name] === undefined ? undefined : check(name, values[name], origins[name] ?? name);
  const settings: Settings = {
    cassette: given('cassette') ?? 'default',
    dir: given('dir') ?? 'cassettes',
    followLinks: given('follow-links') ?? false,
    port: given('port') ?? 8480,
    host: given('host') ?? '127.0.0.1',
    upstream: given('upstream'),
    profile: given('profile'),
    clientKeys: given('client-key') ?? [],
    trustClients: given('trust-clients') ?? false,
    allowWrites: given('allow-writes') ?? false,
    allowedHosts: given('allow-host') ?? [],
    intercept: given('intercept') ?? false,
    caDir: given('ca-dir'),
    tunnels: given('tunnel') ?? [],
    adminToken: given('admin-token'),
    order: given('order') ?? 'sequence',
    ciRecord: given('ci-record') ?? false,
    replace: given('replace') ?? false,
    recordedOperations: given('record-operation') ?? [],
    faults: {
      quota: given('quota'),
      presets: given('preset') ?? [],
      rules: given('fault') ?? [],
      file: given('faults'),
    },
    expectations: (given('expect') ?? []).map(parseExpectation),
    seed: given('seed'),
    failOnMiss: given('fail-on-miss') ?? false,
    failOnUnused: given('fail-on-unused') ?? false,
    log: given('log') ?? 'pretty',
    disabledRedactions: given('no-redact') ?? [],
    redactions: toRedactions(fromFile.redact, file?.name ?? ''),
  };
  if (settings.trustClients && !isLoopbackAddress(settings.host)) {
    throw new UsageError(
      `Cannot use '--trust-clients' on ${settings.host}: whoever reaches the port could use your credentials. ` +
        "Listen on 127.0.0.1, or give the clients a '--client-key'.",
    );
  }
  if (settings.tunnels.length > 0 && !settings.intercept) {
    throw new UsageError(
      "Cannot let tunnels pass: without '--intercept' restage takes none. Add '--intercept', or leave '--tunnel' out.",
    );
  }
  if (settings.adminToken === undefined && !isLoopbackAddress(settings.host)) {
    throw new UsageError(
      `Cannot listen on ${settings.host}: others can reach it, and control would have no password. ` +
        "Listen on 127.0.0.1, or set RESTAGE_ADMIN_TOKEN (or '--admin-token') to 16 characters or more.",
    );
  }
  return settings;
}

/** Whether only this machine can reach the address. */
export function isLoopbackAddress(host: string): boolean {
  return /^localhost\.?$/.test(host) || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function checkFlags(flags: Values): void {
  const known = options.map(({ name }) => name);
  const unknown = Object.keys(flags).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`Cannot use '${unknown}': there is no such option. ${suggestNames(unknown, known)}.`);
}

function checkFile(file: Sources['file']): Values {
  if (file === undefined) return {};
  const { values } = file;
  if (!isRecord(values))
    throw new UsageError(`Cannot use '${file.name}': it does not hold an object. Write NAME: VALUE pairs.`);
  const allowed = [...options.filter(({ isPersonal }) => !isPersonal).map(({ name }) => name), ...FILE_ONLY];
  for (const name of Object.keys(values)) {
    if (allowed.includes(name)) continue;
    const personal = options.find((option) => option.name === name);
    throw new UsageError(
      personal === undefined
        ? `Cannot use '${file.name}': there is no setting '${name}'. ${suggestNames(name, allowed)}.`
        : `Cannot take '${name}' from '${file.name}': a file of a checkout must not decide on it. Use --${name} or ${personal.variable}.`,
    );
  }
  return values;
}

function check<K extends Name>(name: K, value: unknown, origin: string): SettingTypes[K] {
  const isList = options.some((option) => option.name === name && option.type === 'list');
  if (Array.isArray(value) && value.length > 1 && !isList) {
    throw new UsageError(`Cannot use ${origin}: it is given more than once. Give it once.`);
  }
  const { message, read, words }: Reader<unknown> = settingReaders[name];
  const found = read(isList && !Array.isArray(value) ? [value] : value);
  if (found !== undefined) return found as SettingTypes[K];
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const unknown = words && given.find((item) => typeof item === 'string' && !words.includes(item));
  if (words !== undefined && typeof unknown === 'string') {
    throw new UsageError(
      `Cannot use ${origin} ${JSON.stringify(unknown)}: there is none of that name. ${suggestNames(unknown, words)}.`,
    );
  }
  const isShown = typeof value !== 'object' && !SECRETIVE.includes(name);
  const shown = isShown ? ` ${withoutSecrets(JSON.stringify(value))}` : '';
  throw new UsageError(
    `Cannot use ${origin}${shown}: it ${message.replace(/^is /, 'must be ')}. See restage --help.`,
  );
}

function toRedactions(value: unknown, fileName: string): Settings['redactions'] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isRedaction))
    throw new UsageError(
      `Cannot use 'redact' in ${fileName}: it is not a list of { match, replace }. Correct it.`,
    );
  return value.map(({ match, replace }) => {
    try {
      return { match: new RegExp(match, 'g'), replace };
    } catch (cause) {
      throw new UsageError(
        `Cannot use 'redact' in ${fileName}: ${reasonOf(cause)}. Correct the expression.`,
        { cause },
      );
    }
  });
}

function isRedaction(value: unknown): value is { match: string; replace: string } {
  if (!isRecord(value) || Object.keys(value).some((name) => name !== 'match' && name !== 'replace'))
    return false;
  return typeof value.match === 'string' && value.match !== '' && typeof value.replace === 'string';
}
