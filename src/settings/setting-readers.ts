import { operationsRecordedByName } from '../aws/apigateway/recorded-by-name.ts';
import type { Credentials } from '../aws/signing/signature.ts';
import { CASSETTE_NAME } from '../cassette/folder.ts';
import { orders } from '../cassette/order.ts';
import { presets, quotaPresets } from '../chaos/preset.ts';
import { redactionNames } from '../redaction/rule-names.ts';
import { logFormats } from './options.ts';
import { listOf, oneOf, parsed, type Reader, text, wholeNumber, yesOrNo } from './reader.ts';
import type { FaultSpec } from './setting-values.ts';

const NAME_MESSAGE = 'is 1 to 64 letters, digits, dots, dashes and underscores, without a leading dot';
const HOST_MESSAGE = 'is an address or a name';
const ALLOWED_HOST_MESSAGE = 'is a host name without a port';
const UPSTREAM_MESSAGE = 'is an http or https URL without user, query and fragment';
const TUNNEL_MESSAGE = 'is a host name, with a port if it is not 443';
const TOKEN_MESSAGE = 'is 16 to 256 letters, digits and any of . _ ~ + / = -';
const CLIENT_KEY_MESSAGE = 'is ID:SECRET, the ID letters and digits';

const faultSpec: Reader<FaultSpec> = {
  message: 'is a rule like throttle,first=2, or an object',
  read: (value) => (typeof value === 'string' || isRecord(value) ? value : undefined),
};

/** What each setting may be, where it is given. */
export const settingReaders = {
  cassette: text(NAME_MESSAGE, CASSETTE_NAME),
  dir: text('is a path'),
  'follow-links': yesOrNo,
  port: wholeNumber(65_535, 'is a number from 0 to 65535'),
  host: text(HOST_MESSAGE, /^[A-Za-z0-9.:-]{1,253}$/),
  upstream: parsed(UPSTREAM_MESSAGE, toUpstream),
  profile: text('is the name of a profile'),
  'client-key': listOf(parsed(CLIENT_KEY_MESSAGE, toClientKey)),
  'trust-clients': yesOrNo,
  'allow-writes': yesOrNo,
  'allow-host': listOf(text(ALLOWED_HOST_MESSAGE, /^[A-Za-z0-9.-]{1,253}$/)),
  intercept: yesOrNo,
  'ca-dir': text('is a path'),
  tunnel: listOf(text(TUNNEL_MESSAGE, /^[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/)),
  'admin-token': text(TOKEN_MESSAGE, /^[A-Za-z0-9._~+/=-]{16,256}$/),
  order: oneOf(orders),
  'ci-record': yesOrNo,
  replace: yesOrNo,
  'record-operation': listOf(oneOf(operationsRecordedByName)),
  fault: listOf(faultSpec),
  faults: text('is a path'),
  preset: listOf(oneOf(Object.keys(presets))),
  quota: oneOf(Object.keys(quotaPresets)),
  expect: listOf(text("is an expectation like 'attempts<=5'")),
  seed: wholeNumber(Number.MAX_SAFE_INTEGER, 'is a whole number of 0 or more'),
  'fail-on-miss': yesOrNo,
  'fail-on-unused': yesOrNo,
  log: oneOf(logFormats),
  'no-redact': listOf(oneOf(redactionNames)),
};

/** Settings by their names, read. */
export type SettingTypes = {
  readonly [Name in keyof typeof settingReaders]: (typeof settingReaders)[Name] extends Reader<infer T>
    ? T
    : never;
};

/** Whether the value is an object, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toUpstream(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isUsable =
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  return isUsable ? url : undefined;
}

function toClientKey(text: string): Credentials | undefined {
  const [, accessKeyId, secretAccessKey] = /^([A-Za-z0-9]{1,128}):(\S{1,256})$/.exec(text) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey };
}
