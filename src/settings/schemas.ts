import * as z from 'zod';
import type { Credentials } from '../aws/signing/signature.ts';
import { CASSETTE_NAME } from '../cassette/cassette.ts';
import { orders } from '../cassette/player.ts';
import { redactionNames } from '../cassette/redact.ts';
import { presets, quotaPresets } from '../chaos/preset.ts';
import { listNames } from '../errors.ts';
import { logFormats } from './options.ts';

/** A whole number, also as text: everything but the config file gives text. */
function wholeNumber(max: number, message: string) {
  const text = z
    .string()
    .regex(/^\d{1,16}$/, message)
    .transform(Number);
  return z
    .union([z.number(), text], message)
    .refine((value) => Number.isInteger(value) && value >= 0 && value <= max, message);
}

function text(message: string) {
  return z.string(message).min(1, message);
}

function yesOrNo() {
  return z.union([z.stringbool(), z.boolean()], 'is true or false').default(false);
}

const NAME_MESSAGE = 'is 1 to 64 letters, digits, dots, dashes and underscores, without a leading dot';
const HOST_MESSAGE = 'is an address or a name';
const ALLOWED_HOST_MESSAGE = 'is a host name without a port';
const UPSTREAM_MESSAGE = 'is an http or https URL without user, query and fragment';
const TUNNEL_MESSAGE = 'is a host name, with a port if it is not 443';
const TOKEN_MESSAGE = 'is 16 to 256 letters, digits and any of . _ ~ + / = -';
const CLIENT_KEY_MESSAGE = 'is ID:SECRET, the ID letters and digits';

const presetNames = Object.keys(presets);
const quotaNames = Object.keys(quotaPresets);

/** What each setting may be. */
export const schemas = {
  cassette: text(NAME_MESSAGE).regex(CASSETTE_NAME, NAME_MESSAGE).default('default'),
  dir: text('is a path').default('cassettes'),
  port: wholeNumber(65_535, 'is a number from 0 to 65535').default(8480),
  host: text(HOST_MESSAGE)
    .regex(/^[A-Za-z0-9.:-]{1,253}$/, HOST_MESSAGE)
    .default('127.0.0.1'),
  upstream: z.string(UPSTREAM_MESSAGE).transform(toUpstream).optional(),
  profile: text('is the name of a profile').optional(),
  'client-key': z.array(z.string(CLIENT_KEY_MESSAGE).transform(toClientKey)).default([]),
  'trust-clients': yesOrNo(),
  'allow-writes': yesOrNo(),
  'allow-host': z
    .array(text(ALLOWED_HOST_MESSAGE).regex(/^[A-Za-z0-9.-]{1,253}$/, ALLOWED_HOST_MESSAGE))
    .default([]),
  intercept: yesOrNo(),
  'ca-dir': text('is a path').optional(),
  tunnel: z
    .array(text(TUNNEL_MESSAGE).regex(/^[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/, TUNNEL_MESSAGE))
    .default([]),
  'admin-token': text(TOKEN_MESSAGE)
    .regex(/^[A-Za-z0-9._~+/=-]{16,256}$/, TOKEN_MESSAGE)
    .optional(),
  order: z.enum(orders, `is one of ${orders.join(', ')}`).default('sequence'),
  replace: yesOrNo(),
  fault: z
    .array(z.union([z.string(), z.looseObject({})], 'is a rule like throttle,first=2, or an object'))
    .default([]),
  faults: text('is a path').optional(),
  preset: z.array(z.enum(presetNames, `is one of ${listNames(presetNames)}`)).default([]),
  quota: z.enum(quotaNames, `is one of ${listNames(quotaNames)}`).optional(),
  expect: z.array(text("is an expectation like 'attempts<=5'")).default([]),
  seed: wholeNumber(Number.MAX_SAFE_INTEGER, 'is a whole number of 0 or more').optional(),
  log: z.enum(logFormats, `is one of ${logFormats.join(', ')}`).optional(),
  'no-redact': z.array(z.enum(redactionNames, `is one of ${redactionNames.join(', ')}`)).default([]),
};

/** Settings by the names they have on the command line; what can be given again and again is a list, or one alone. */
export type SettingValues = {
  readonly [Name in keyof typeof schemas]?: OneOrMany<z.input<(typeof schemas)[Name]>>;
};

type OneOrMany<T> = T extends readonly (infer Item)[] ? readonly Item[] | Item : T;

function toUpstream(text: string, context: z.RefinementCtx): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isUsable =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (isUsable) return url;
  context.addIssue({ code: 'custom', message: UPSTREAM_MESSAGE });
  return z.NEVER;
}

function toClientKey(text: string, context: z.RefinementCtx): Credentials {
  const [, accessKeyId, secretAccessKey] = /^([A-Za-z0-9]{1,128}):(\S{1,256})$/.exec(text) ?? [];
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  context.addIssue({ code: 'custom', message: CLIENT_KEY_MESSAGE });
  return z.NEVER;
}
