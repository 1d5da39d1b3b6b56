import { operationsRecordedByName } from '../aws/apigateway/recorded-by-name.ts';
import { orders } from '../cassette/order.ts';
import { presets, quotaPresets } from '../chaos/preset.ts';
import { redactionNames } from '../redaction/rule-names.ts';

/** How calls are logged: one line each for people, one JSON object each for programs, or not at all. */
export const logFormats = ['pretty', 'json', 'silent'] as const;
export type LogFormat = (typeof logFormats)[number];

/** One option: how it is called everywhere, and where it may come from. */
export interface Option {
  readonly name: string;
  readonly alias?: string;
  readonly type: 'string' | 'number' | 'boolean' | 'list';
  /** The variable that sets it; a list is split at blanks. */
  readonly variable: string;
  /** Never taken from a config file: one that lies in a checkout must not point restage or its credentials elsewhere. */
  readonly isPersonal?: boolean;
  readonly valueName?: string;
  readonly describes: string;
  readonly default?: string;
  /** What it is about, for help. */
  readonly group?: OptionGroup;
  /** Only modes have it that do this: call an upstream, look at recordings, play or make them. */
  readonly needs?: 'upstream' | 'recordings' | 'playing' | 'recording';
}

/** What options are about. */
export type OptionGroup = 'recordings' | 'upstream' | 'callers' | 'faults' | 'output';

/** Every option of the command line. */
export const options: readonly Option[] = [
  option('cassette', 'string', 'the cassette to record to or replay from', {
    alias: 'c',
    valueName: 'NAME',
    default: 'default',
    group: 'recordings',
    needs: 'recordings',
  }),
  option('dir', 'string', 'the folder of cassettes', {
    valueName: 'PATH',
    default: 'cassettes',
    group: 'recordings',
    needs: 'recordings',
  }),
  option('follow-links', 'boolean', "read cassettes' files that are links out of their folder", {
    isPersonal: true,
    group: 'recordings',
    needs: 'recordings',
  }),
  option('port', 'number', 'where to listen; 0 takes a free port', {
    alias: 'p',
    valueName: 'N',
    default: '8480',
    group: 'callers',
  }),
  option('host', 'string', 'the address to listen on', {
    valueName: 'H',
    default: '127.0.0.1',
    group: 'callers',
  }),
  option('upstream', 'string', "where to forward to, instead of the region's endpoint", {
    valueName: 'URL',
    isPersonal: true,
    group: 'upstream',
    needs: 'upstream',
  }),
  option('profile', 'string', 'whose credentials sign again, instead of the default chain', {
    valueName: 'NAME',
    isPersonal: true,
    group: 'upstream',
    needs: 'upstream',
  }),
  option('client-key', 'list', 'accept clients that sign with this key of your own making', {
    valueName: 'ID:SECRET',
    isPersonal: true,
    group: 'callers',
    needs: 'upstream',
  }),
  option('trust-clients', 'boolean', 'sign for every client, unverified (loopback only)', {
    isPersonal: true,
    group: 'callers',
    needs: 'upstream',
  }),
  option('allow-writes', 'boolean', 'sign more than reads for clients with a --client-key or trusted ones', {
    isPersonal: true,
    group: 'callers',
    needs: 'upstream',
  }),
  option('allow-host', 'list', 'answer to this name in Host, too', {
    valueName: 'NAME',
    isPersonal: true,
    group: 'callers',
  }),
  option(
    'intercept',
    'boolean',
    'take tunnels for API Gateway, with a certificate of a local CA (see restage ca)',
    {
      isPersonal: true,
      group: 'callers',
    },
  ),
  option('ca-dir', 'string', 'the folder of the local CA, instead of one in the data folder', {
    valueName: 'PATH',
    isPersonal: true,
    group: 'callers',
  }),
  option('tunnel', 'list', 'let tunnels to this host pass untouched (forwarding modes only)', {
    valueName: 'HOST',
    isPersonal: true,
    group: 'callers',
    needs: 'upstream',
  }),
  option('admin-token', 'string', 'what control asks for as a bearer token; needed off loopback', {
    valueName: 'TOKEN',
    isPersonal: true,
    group: 'callers',
  }),
  option('order', 'string', `which take answers: ${orders.join(', ')}`, {
    valueName: 'ORDER',
    default: 'sequence',
    group: 'recordings',
    needs: 'playing',
  }),
  option('ci-record', 'boolean', 'record where CI is set, too, which is refused otherwise', {
    isPersonal: true,
    group: 'recordings',
    needs: 'recording',
  }),
  option('replace', 'boolean', 'let a recorded error replace a recorded 200', {
    group: 'recordings',
    needs: 'recording',
  }),
  option(
    'record-operation',
    'list',
    `record these answers too, which hold logs: ${operationsRecordedByName.join(', ')}`,
    { valueName: 'NAME', isPersonal: true, group: 'recordings', needs: 'recording' },
  ),
  option('fault', 'list', 'inject a fault: kind[,name=value]…, such as throttle,first=2', {
    valueName: 'SPEC',
    group: 'faults',
  }),
  option('faults', 'string', 'a JSON or YAML file with faults or phases; read again when it changes', {
    valueName: 'FILE',
    group: 'faults',
  }),
  option('preset', 'list', `faults that belong together: ${Object.keys(presets).join(', ')}`, {
    valueName: 'NAME',
    group: 'faults',
  }),
  option('quota', 'string', `throttle as the service does: ${Object.keys(quotaPresets).join(', ')}`, {
    valueName: 'NAME',
    group: 'faults',
  }),
  option('expect', 'list', "what the command must do, as 'attempts<=5'; else exit status 1", {
    valueName: 'EXPECTATION',
    group: 'faults',
  }),
  option('seed', 'number', 'makes every random choice repeatable', { valueName: 'N', group: 'faults' }),
  option(
    'fail-on-miss',
    'boolean',
    'exit with 1 when a call was not recorded, whatever the command made of it',
    { group: 'output', needs: 'playing' },
  ),
  option(
    'fail-on-unused',
    'boolean',
    'exit with 1 when a recording of the cassette was never played, whatever the command made of it',
    { group: 'output', needs: 'playing' },
  ),
  option('log', 'string', `one line a call on stderr: ${logFormats.join(', ')}`, {
    valueName: 'FORMAT',
    default: 'pretty',
    group: 'output',
  }),
  option('no-redact', 'list', `switch a built-in redaction off: ${redactionNames.join(', ')}`, {
    valueName: 'NAME',
    group: 'recordings',
    needs: 'recording',
  }),
];

function option(name: string, type: Option['type'], describes: string, rest: Partial<Option> = {}): Option {
  return { name, type, describes, variable: `RESTAGE_${name.toUpperCase().replaceAll('-', '_')}`, ...rest };
}
