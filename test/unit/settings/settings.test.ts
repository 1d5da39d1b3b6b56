import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { options } from '../../../src/settings/options.ts';
import {
  type FaultSettings,
  isLoopbackAddress,
  resolveSettings,
  type Settings,
  type Sources,
} from '../../../src/settings/settings.ts';

const FILE = 'restage.config.json';

function resolve({
  flags = {},
  variables = {},
  values,
}: Partial<Sources> & { values?: unknown } = {}): Settings {
  const file = values === undefined ? undefined : { name: FILE, values };
  return resolveSettings({ flags, variables, file });
}

/** For each option: what to give it, the setting it ends in, and what that is then. */
const faultsWith = (given: Partial<FaultSettings>): FaultSettings => ({
  quota: undefined,
  presets: [],
  rules: [],
  file: undefined,
  ...given,
});

const samples: Readonly<Record<string, readonly [string, keyof Settings, unknown]>> = {
  cassette: ['other', 'cassette', 'other'],
  dir: ['recordings', 'dir', 'recordings'],
  'follow-links': ['true', 'followLinks', true],
  port: ['9000', 'port', 9000],
  host: ['localhost', 'host', 'localhost'],
  upstream: ['http://127.0.0.1:4566/', 'upstream', new URL('http://127.0.0.1:4566/')],
  profile: ['work', 'profile', 'work'],
  'client-key': ['ID:s/e+c:ret=', 'clientKeys', [{ accessKeyId: 'ID', secretAccessKey: 's/e+c:ret=' }]],
  'trust-clients': ['true', 'trustClients', true],
  'allow-writes': ['1', 'allowWrites', true],
  'allow-host': ['restage.test', 'allowedHosts', ['restage.test']],
  intercept: ['true', 'intercept', true],
  'ca-dir': ['here', 'caDir', 'here'],
  tunnel: ['sts.example.test:8443', 'tunnels', ['sts.example.test:8443']],
  'admin-token': ['sixteen-or-more.', 'adminToken', 'sixteen-or-more.'],
  order: ['strict', 'order', 'strict'],
  'ci-record': ['1', 'ciRecord', true],
  replace: ['yes', 'replace', true],
  'record-operation': ['TestInvokeMethod', 'recordedOperations', ['TestInvokeMethod']],
  fault: ['throttle,first=2', 'faults', faultsWith({ rules: ['throttle,first=2'] })],
  faults: ['faults.yaml', 'faults', faultsWith({ file: 'faults.yaml' })],
  preset: ['expired-token', 'faults', faultsWith({ presets: ['expired-token'] })],
  quota: ['aws', 'faults', faultsWith({ quota: 'aws' })],
  expect: ['attempts<=5', 'expectations', [expect.objectContaining({ text: 'attempts<=5' })]],
  seed: ['0', 'seed', 0],
  'fail-on-miss': ['true', 'failOnMiss', true],
  'fail-on-unused': ['yes', 'failOnUnused', true],
  log: ['json', 'log', 'json'],
  'no-redact': ['jwts', 'disabledRedactions', ['jwts']],
};

const personal = [
  'follow-links',
  'upstream',
  'profile',
  'client-key',
  'trust-clients',
  'allow-writes',
  'allow-host',
  'intercept',
  'ca-dir',
  'tunnel',
  'admin-token',
  'ci-record',
  'record-operation',
];

describe('a setting', () => {
  it('has a default', () => {
    expect(resolve()).toEqual({
      cassette: 'default',
      dir: 'cassettes',
      followLinks: false,
      port: 8480,
      host: '127.0.0.1',
      upstream: undefined,
      profile: undefined,
      clientKeys: [],
      trustClients: false,
      allowWrites: false,
      allowedHosts: [],
      intercept: false,
      caDir: undefined,
      tunnels: [],
      adminToken: undefined,
      order: 'sequence',
      ciRecord: false,
      replace: false,
      recordedOperations: [],
      faults: faultsWith({}),
      expectations: [],
      seed: undefined,
      failOnMiss: false,
      failOnUnused: false,
      log: 'pretty',
      disabledRedactions: [],
      redactions: [],
    });
  });

  it('has a sample here, each of them', () => {
    expect(Object.keys(samples)).toEqual(options.map(({ name }) => name));
  });

  it.each(options.map(({ name, variable, type }) => [name, variable, type] as const))(
    '--%s comes from a flag or from %s',
    (name, variable, type) => {
      const [text, setting, expected] = samples[name] as (typeof samples)[string];
      const flag = type === 'list' ? [text] : text;
      // Without interception there is no tunnel to let pass.
      const besides = name === 'tunnel' ? { intercept: true } : {};
      expect(resolve({ flags: { ...besides, [name]: flag } })[setting]).toEqual(expected);
      expect(resolve({ flags: besides, variables: { [variable]: text } })[setting]).toEqual(expected);
      expect(resolve({ variables: { [variable]: '' } })[setting]).toEqual(resolve()[setting]);
      if (!personal.includes(name)) {
        expect(resolve({ values: { [name]: flag } })[setting]).toEqual(expected);
      }
    },
  );

  it.each<[string, string, string, string]>([
    ['cassette', 'flag', 'variable', 'file'],
    ['order', 'loop', 'last', 'strict'],
    ['seed', '1', '2', '3'],
  ])('%s: a flag beats a variable beats the file', (name, flag, text, value) => {
    const variable = `RESTAGE_${name.toUpperCase()}`;
    const all = { flags: { [name]: flag }, variables: { [variable]: text }, values: { [name]: value } };
    const of = (sources: Parameters<typeof resolve>[0]) => String(resolve(sources)[name as keyof Settings]);
    expect(of(all)).toBe(flag);
    expect(of({ ...all, flags: {} })).toBe(text);
    expect(of({ ...all, flags: { [name]: undefined } })).toBe(text);
    expect(of({ ...all, flags: {}, variables: {} })).toBe(value);
  });

  it('that is false or 0 beats one that is not', () => {
    const { replace, port } = resolve({
      flags: { replace: false, port: 0 },
      variables: { RESTAGE_REPLACE: 'true', RESTAGE_PORT: '1' },
    });
    expect([replace, port]).toEqual([false, 0]);
  });

  it('that is a list is split at blanks in a variable, and beats the other lists as a whole', () => {
    const variables = { RESTAGE_FAULT: ' throttle,first=2  latency,ms=5 ', RESTAGE_ALLOW_HOST: 'a b' };
    const { faults, allowedHosts } = resolve({ variables, values: { fault: ['conflict'] } });
    expect(faults.rules).toEqual(['throttle,first=2', 'latency,ms=5']);
    expect(allowedHosts).toEqual(['a', 'b']);
  });

  it('that is a list may be given as one', () => {
    expect(resolve({ flags: { fault: 'throttle' } }).faults.rules).toEqual(['throttle']);
    const fault = { kind: 'throttle', first: 1 };
    expect(resolve({ values: { fault } }).faults.rules).toEqual([fault]);
  });

  it('comes from no variable that is not declared', () => {
    expect(resolve({ variables: { RESTAGE_REDACT: 'x', RESTAGE_NOPE: 'x', CASSETTE: 'x' } })).toEqual(
      resolve(),
    );
  });
});

describe('the config file', () => {
  it.each(personal)('does not set %s', (name) => {
    const values = { [name]: samples[name]?.[0] };
    expect(() => resolve({ values })).toThrow(UsageError);
    expect(() => resolve({ values })).toThrow(
      `Cannot take '${name}' from '${FILE}': a file of a checkout must not decide on it. Use --${name} or RESTAGE_`,
    );
    // Nor when a flag would win.
    expect(() => resolve({ values, flags: { [name]: samples[name]?.[0] } })).toThrow(`Cannot take '${name}'`);
  });

  it.each(['nope', 'Cassette', 'c', 'clientKey', 'constructor'])(
    'does not set %s, which is no setting',
    (name) => {
      expect(() => resolve({ values: { [name]: 1 } })).toThrow(
        new RegExp(
          `there is no setting '${name}'\\. (?:Did you mean 'cassette'\\? )?Known are cassette, dir,`,
        ),
      );
      expect(() => resolve({ values: { [name]: 1 } })).not.toThrow('upstream');
    },
  );

  it.each([[null], [[]], ['text'], [5]])('is refused when it holds %j', (values) => {
    expect(() => resolve({ values })).toThrow(`Cannot use '${FILE}': it does not hold an object.`);
  });

  it('may hold rules of redaction', () => {
    const [rule] = resolve({ values: { redact: [{ match: 'corp-(\\w+)', replace: '$1' }] } }).redactions;
    expect('corp-a corp-b'.replace(rule?.match ?? '', rule?.replace ?? '')).toBe('a b');
    expect(rule?.match.flags).toBe('g');
  });

  it.each([
    ['x', /'redact' in restage\.config\.json: it is not a list/],
    [null, /it is not a list/],
    [[{ match: 'x' }], /it is not a list/],
    [[{ match: '', replace: '' }], /it is not a list/],
    [[{ match: 'x', replace: '', flags: 'i' }], /it is not a list/],
    [[{ match: '(', replace: '' }], /Invalid regular expression.*Correct the expression/],
  ])('does not set redact to %j', (redact, reason) => {
    expect(() => resolve({ values: { redact } })).toThrow(reason);
    expect(() => resolve({ values: { redact } })).toThrow(UsageError);
  });
});

describe('a value', () => {
  it.each<[string, unknown, string]>([
    ['cassette', '.hidden', 'is 1 to 64 letters'],
    ['cassette', '../x', 'is 1 to 64 letters'],
    ['cassette', '', 'is 1 to 64 letters'],
    ['cassette', 'x'.repeat(65), 'is 1 to 64 letters'],
    ['cassette', 'x\n', 'is 1 to 64 letters'],
    ['cassette', 5, 'is 1 to 64 letters'],
    ['dir', '', 'is a path'],
    ['dir', null, 'is a path'],
    ['port', '65536', 'is a number from 0 to 65535'],
    ['port', '-1', 'is a number from 0 to 65535'],
    ['port', -1, 'is a number from 0 to 65535'],
    ['port', '1.5', 'is a number from 0 to 65535'],
    ['port', 1.5, 'is a number from 0 to 65535'],
    ['port', '0x50', 'is a number from 0 to 65535'],
    ['port', ' 80', 'is a number from 0 to 65535'],
    ['port', '', 'is a number from 0 to 65535'],
    ['port', Number.NaN, 'is a number from 0 to 65535'],
    ['port', [], 'is a number from 0 to 65535'],
    ['host', 'a b', 'is an address or a name'],
    ['host', '', 'is an address or a name'],
    ['upstream', 'host', 'is an http or https URL'],
    ['upstream', 'ftp://host', 'is an http or https URL'],
    ['upstream', 'http://host/?x', 'is an http or https URL'],
    ['upstream', 'http://host/#x', 'is an http or https URL'],
    ['upstream', 5, 'is an http or https URL'],
    ['profile', '', 'is the name of a profile'],
    ['client-key', ['ID'], 'is ID:SECRET'],
    ['client-key', ['a b:x'], 'is ID:SECRET'],
    ['client-key', ['ID:'], 'is ID:SECRET'],
    ['trust-clients', 'maybe', 'is true or false'],
    ['allow-writes', 5, 'is true or false'],
    ['replace', 'maybe', 'is true or false'],
    ['allow-host', ['a:1'], 'is a host name without a port'],
    ['order', 'first', 'there is none of that name. Known are sequence, loop, last, strict.'],
    ['order', 'constructor', 'there is none of that name. Known are sequence, loop, last, strict.'],
    ['order', 5, 'is a known name'],
    ['preset', [5], 'is a known name'],
    ['fault', 5, 'is a rule like throttle,first=2'],
    ['faults', '', 'is a path'],
    ['seed', '-1', 'is a whole number of 0 or more'],
    ['seed', '9007199254740993', 'is a whole number of 0 or more'],
    ['log', 'loud', 'there is none of that name. Known are pretty, json, silent.'],
    [
      'record-operation',
      ['GetStages'],
      'there is none of that name. Known are TestInvokeMethod, TestInvokeAuthorizer.',
    ],
    ['no-redact', ['nope'], 'there is none of that name. Known are account-ids, secret-names, '],
  ])('of --%s cannot be %j', (name, value, reason) => {
    expect(() => resolve({ flags: { [name]: value } })).toThrow(UsageError);
    expect(() => resolve({ flags: { [name]: value } })).toThrow(`Cannot use --${name}`);
    expect(() => resolve({ flags: { [name]: value } })).toThrow(`: ${reason.replace(/^is /, 'it must be ')}`);
    expect(() => resolve({ flags: { [name]: value } })).not.toThrow('Invalid input');
  });

  it('is named with where it came from', () => {
    expect(() => resolve({ variables: { RESTAGE_PORT: 'x' } })).toThrow(
      'Cannot use RESTAGE_PORT "x": it must be',
    );
    expect(() => resolve({ values: { port: 'x' } })).toThrow(`Cannot use 'port' in ${FILE} "x": it must be`);
  });

  it.each(['nope', 'c', 'constructor', '__proto__x'])(
    'for %s is refused, naming the known options',
    (name) => {
      expect(() => resolve({ flags: { [name]: 1 } })).toThrow(
        `Cannot use '${name}': there is no such option. Known are cassette, dir,`,
      );
    },
  );

  it.each<Parameters<typeof resolve>>([
    [{ flags: { 'client-key': ['hunter2'] } }],
    [{ flags: { 'client-key': 'hunter2' } }],
    [{ flags: { 'client-key': ['ID:hunter2 x'] } }],
    [{ variables: { RESTAGE_CLIENT_KEY: 'hunter2' } }],
    [{ values: { 'client-key': 'ID:hunter2' } }],
    [{ flags: { upstream: 'http://user:hunter2@host' } }],
    [{ variables: { RESTAGE_UPSTREAM: 'https://hunter2@host' } }],
    [{ values: { upstream: 'https://u:hunter2@host' } }],
  ])('that may be a secret is not in the message (%j)', (sources) => {
    expect(() => resolve(sources)).toThrow(UsageError);
    expect(() => resolve(sources)).not.toThrow('hunter2');
  });

  it('cannot trust clients where others can reach the port', () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.test', '127.example.test']) {
      expect(() => resolve({ flags: { 'trust-clients': true, host } })).toThrow(
        `Cannot use '--trust-clients' on ${host}`,
      );
    }
    for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1'])
      expect(resolve({ flags: { 'trust-clients': true, host } }).trustClients).toBe(true);
  });

  it('is an admin token where others can reach the port', () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.test']) {
      expect(() => resolve({ flags: { host } })).toThrow(`Cannot listen on ${host}: others can reach it`);
      expect(resolve({ flags: { host, 'admin-token': 'sixteen-or-more.' } }).host).toBe(host);
    }
  });

  it('for tunnels is refused where none are taken', () => {
    expect(() => resolve({ flags: { tunnel: ['a.test'] } })).toThrow("without '--intercept'");
  });

  it('that is an admin token is not repeated', () => {
    expect(() => resolve({ flags: { 'admin-token': 'too-short' } })).toThrow(
      'Cannot use --admin-token: it must be 16 to 256 letters',
    );
  });
});

it.each([
  ['localhost', true],
  ['localhost.', true],
  ['localhost..', false],
  ['127.0.0.1', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['127.0.0.1.example.test', false],
  ['localhost.example.test', false],
  ['', false],
])('%j is an address that only this machine reaches: %s', (host, expected) => {
  expect(isLoopbackAddress(host)).toBe(expected);
});
