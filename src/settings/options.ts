import { orders } from '../cassette/order.ts';
import { redactionNames } from '../cassette/redact.ts';
import { presets, quotaPresets } from '../chaos/preset.ts';

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
}

/** Every option of the command line. */
export const options: readonly Option[] = [
  option('cassette', 'string', 'the cassette to record to or replay from', {
    alias: 'c',
    valueName: 'NAME',
    default: 'default',
  }),
  option('dir', 'string', 'the folder of cassettes', { valueName: 'PATH', default: 'cassettes' }),
  option('follow-links', 'boolean', "read cassettes' files that are links out of their folder", {
    isPersonal: true,
  }),
  option('port', 'number', 'where to listen; 0 takes a free port', {
    alias: 'p',
    valueName: 'N',
    default: '8480',
  }),
  option('host', 'string', 'the address to listen on', { valueName: 'H', default: '127.0.0.1' }),
  option('upstream', 'string', "where to forward to, instead of the region's endpoint", {
    valueName: 'URL',
    isPersonal: true,
  }),
  option('profile', 'string', 'whose credentials sign again, instead of the default chain', {
    valueName: 'NAME',
    isPersonal: true,
  }),
  option('client-key', 'list', 'accept clients that sign with this key of your own making', {
    valueName: 'ID:SECRET',
    isPersonal: true,
  }),
  option('trust-clients', 'boolean', 'sign for every client, unverified (loopback only)', {
    isPersonal: true,
  }),
  option('allow-writes', 'boolean', 'sign more than reads for clients with a --client-key or trusted ones', {
    isPersonal: true,
  }),
  option('allow-host', 'list', 'answer to this name in Host, too', { valueName: 'NAME', isPersonal: true }),
  option(
    'intercept',
    'boolean',
    'take tunnels for API Gateway, with a certificate of a local CA (see restage ca)',
    {
      isPersonal: true,
    },
  ),
  option('ca-dir', 'string', 'the folder of the local CA, instead of one in the data folder', {
    valueName: 'PATH',
    isPersonal: true,
  }),
  option('tunnel', 'list', 'let tunnels to this host pass untouched (forwarding modes only)', {
    valueName: 'HOST',
    isPersonal: true,
  }),
  option('admin-token', 'string', 'what control asks for as a bearer token; needed off loopback', {
    valueName: 'TOKEN',
    isPersonal: true,
  }),
  option('order', 'string', `which take answers: ${orders.join(', ')}`, {
    valueName: 'ORDER',
    default: 'sequence',
  }),
  option('replace', 'boolean', 'let a recorded error replace a recorded 200'),
  option('fault', 'list', 'inject a fault: kind[,name=value]…, such as throttle,first=2', {
    valueName: 'SPEC',
  }),
  option('faults', 'string', 'a JSON or YAML file with faults or phases; read again when it changes', {
    valueName: 'FILE',
  }),
  option('preset', 'list', `faults that belong together: ${Object.keys(presets).join(', ')}`, {
    valueName: 'NAME',
  }),
  option('quota', 'string', `throttle as the service does: ${Object.keys(quotaPresets).join(', ')}`, {
    valueName: 'NAME',
  }),
  option('expect', 'list', "what the command must do, as 'attempts<=5'; else exit status 1", {
    valueName: 'EXPECTATION',
  }),
  option('seed', 'number', 'makes every random choice repeatable', { valueName: 'N' }),
  option('log', 'string', `one line a call on stderr: ${logFormats.join(', ')}`, { valueName: 'FORMAT' }),
  option('no-redact', 'list', `switch a built-in redaction off: ${redactionNames.join(', ')}`, {
    valueName: 'NAME',
  }),
];

function option(name: string, type: Option['type'], describes: string, rest: Partial<Option> = {}): Option {
  return { name, type, describes, variable: `RESTAGE_${name.toUpperCase().replaceAll('-', '_')}`, ...rest };
}
