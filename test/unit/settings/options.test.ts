import { expect, it } from 'vitest';
import { options } from '../../../src/settings/options.ts';

it('each option has a variable of its own, named after it', () => {
  expect(options.map(({ variable }) => variable)).toEqual([
    'RESTAGE_CASSETTE',
    'RESTAGE_DIR',
    'RESTAGE_FOLLOW_LINKS',
    'RESTAGE_PORT',
    'RESTAGE_HOST',
    'RESTAGE_UPSTREAM',
    'RESTAGE_PROFILE',
    'RESTAGE_CLIENT_KEY',
    'RESTAGE_TRUST_CLIENTS',
    'RESTAGE_ALLOW_WRITES',
    'RESTAGE_ALLOW_HOST',
    'RESTAGE_INTERCEPT',
    'RESTAGE_CA_DIR',
    'RESTAGE_TUNNEL',
    'RESTAGE_ADMIN_TOKEN',
    'RESTAGE_ORDER',
    'RESTAGE_CI_RECORD',
    'RESTAGE_REPLACE',
    'RESTAGE_RECORD_OPERATION',
    'RESTAGE_FAULT',
    'RESTAGE_FAULTS',
    'RESTAGE_PRESET',
    'RESTAGE_QUOTA',
    'RESTAGE_EXPECT',
    'RESTAGE_SEED',
    'RESTAGE_FAIL_ON_MISS',
    'RESTAGE_FAIL_ON_UNUSED',
    'RESTAGE_LOG',
    'RESTAGE_NO_REDACT',
  ]);
});

it('what points restage or its credentials elsewhere, or records what holds logs, is personal, and nothing else', () => {
  expect(options.filter(({ isPersonal }) => isPersonal).map(({ name }) => name)).toEqual([
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
  ]);
});

it('names and aliases are distinct', () => {
  const names = options.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));
  expect(new Set(names).size).toBe(names.length);
  expect(
    options.filter(({ alias }) => alias !== undefined).map(({ name, alias }) => `${alias} ${name}`),
  ).toEqual(['c cassette', 'p port']);
});

it('what can be given again and again is a list', () => {
  expect(options.filter(({ type }) => type === 'list').map(({ name }) => name)).toEqual([
    'client-key',
    'allow-host',
    'tunnel',
    'record-operation',
    'fault',
    'preset',
    'expect',
    'no-redact',
  ]);
});
