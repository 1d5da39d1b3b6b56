import * as z from 'zod';
import { isRegion } from '../aws/signing/endpoint.ts';
import { listNames } from '../errors.ts';
import { isSecretName, withoutSecrets } from '../secrets.ts';
import type { Documented } from './documented.ts';
import type { Flaw } from './fault-kind.ts';
import { findOperationFlaw, type OperationPattern } from './operation-pattern.ts';
import { severalOf } from './several.ts';

const ATTEMPT_MESSAGE = 'takes the number of an attempt, from 1, or a range such as 1-2 or 3-';
const attempt = z
  .union([z.number(), z.string()], ATTEMPT_MESSAGE)
  .transform(String)
  .pipe(z.string().regex(/^[1-9]\d{0,8}(?:-(?:[1-9]\d{0,8})?)?$/, ATTEMPT_MESSAGE))
  .transform((text) => {
    const [min = '', max = min] = text.split('-');
    return { min: Number(min), max: max === '' ? Number.POSITIVE_INFINITY : Number(max) };
  })
  .refine(({ min, max }) => min <= max, 'takes a range whose end is not below its beginning');

const HEADER_MESSAGE = 'takes NAME:VALUE, a header and the value it must have';
const header = z
  .string(HEADER_MESSAGE)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}:/, HEADER_MESSAGE)
  .transform((text) => {
    const colon = text.indexOf(':');
    return { name: text.slice(0, colon).toLowerCase(), value: text.slice(colon + 1).trim() };
  })
  // Rules are shown, logged and named by what they say.
  .refine(
    ({ name, value }) => !isSecretName(name) && withoutSecrets(value) === value,
    'takes no header that carries a secret',
  );

const OPERATION_MESSAGE = "takes an operation's name, several (A|B), or a pattern such as Get*";

const operation = severalOf(OPERATION_MESSAGE)
  // No operation has a name that is longer.
  .refine((names) => names.every((name) => /^[A-Za-z0-9.*]{1,100}$/.test(name)), OPERATION_MESSAGE)
  .transform(
    (names): OperationPattern => ({
      exact: new Set(names.filter((name) => !name.includes('*'))),
      patterns: names.filter((name) => name.includes('*')).map((name) => name.split(/\*+/)),
    }),
  );

const METHODS = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'HEAD'];
const METHOD_MESSAGE = `takes one or several of ${listNames(METHODS)}, separated by | in a text`;
const method = severalOf(METHOD_MESSAGE).refine(
  (methods) => methods.every((each) => METHODS.includes(each)),
  METHOD_MESSAGE,
);

const THING_MESSAGE = "takes a thing's name";
const thing = z.string(THING_MESSAGE).min(1, THING_MESSAGE).optional();

/** Which calls a rule looks at. */
export const scopeParameters = {
  operation: operation.optional(),
  method: method.optional(),
  api: z.string("takes an API's id").min(1, "takes an API's id").optional(),
  deployment: z.string("takes a deployment's id").optional(),
  region: z.string("takes a region's name").refine(isRegion, "takes a region's name").optional(),
  attempt: attempt.optional(),
  session: z.string("takes a session's name").min(1, "takes a session's name").optional(),
  item: thing,
  stage: thing,
  header: header.optional(),
};

const schema = z.object(scopeParameters);
export type Scope = z.infer<typeof schema>;

/** What each condition of a scope says. */
export const scopeDocs: Readonly<Record<keyof typeof scopeParameters, Documented>> = {
  operation: {
    describes:
      'calls of this operation, of one of several, A|B, or of all like Get*; of HTTP APIs: v2.GetApis, v2.*',
    example: 'throttle,operation=GetStages|Update*',
  },
  method: {
    describes: 'calls with this method, or with one of several',
    example: 'conflict,method=PUT|PATCH',
  },
  api: { describes: 'calls about this REST API', example: 'throttle,api=a1b2c3d4e5' },
  deployment: {
    describes: "calls for this deployment's stages; empty: with an empty deploymentId",
    example: 'throttle,deployment=vakw79',
  },
  region: { describes: 'calls to this region', example: 'throttle,region=eu-west-1' },
  attempt: {
    describes: "this attempt of an SDK's call (`attempt=` of amz-sdk-request), or a range: 1-2, 3-",
    example: 'throttle,attempt=1-2',
  },
  session: { describes: 'calls of this session', example: 'throttle,session=worker-1' },
  item: {
    describes: 'calls whose path names this thing (a stage, an API …), or whose recorded answer lists it',
    example: 'not-found,item=prod',
  },
  stage: { describes: 'the same as item', example: 'not-found,stage=prod' },
  header: {
    describes: 'NAME:VALUE: calls that send this header; a value with a comma only in a file',
    example: 'throttle,header=x-team:blue',
  },
};

/** Why conditions of a scope cannot be meant, fine as each may look for itself, and what to do; nothing when they can. */
export function findScopeFlaw({ item, operation, stage }: Scope): Flaw | undefined {
  const flaw = operation && findOperationFlaw(operation);
  if (flaw !== undefined || item === undefined || stage === undefined) return flaw;
  return { reason: "'item' and 'stage' say the same", remedy: 'Give one of them' };
}

/** What is longer is cut: a message is to be read. */
const MAX_SHOWN = 1000;

/** A rule's text without the values of headers that carry secrets, and whatever stands behind them, to be shown in a message. */
export function withoutSecretHeaders(whole: string): string {
  const text = whole.length > MAX_SHOWN ? `${whole.slice(0, MAX_SHOWN)}…` : whole;
  const secret = [...text.matchAll(/([\w.-]{1,100})\s{0,3}:/g)].find(([, name = '']) => isSecretName(name));
  const rest = secret === undefined ? text : `${text.slice(0, secret.index + secret[0].length)}…`;
  return withoutSecrets(rest);
}
