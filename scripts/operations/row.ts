import type { OperationRow } from '../../src/aws/apigateway/model/operation-row.ts';
import { bodyMembers, type Member, membersOf, walk } from './members.ts';
import type { ModelOperation } from './model.ts';

/** What is never stored though no model marks it: members of structures, by their wire names. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  // Whoever has the value of a key may call what it is for.
  ApiKey: ['value'],
  CreateApiKeyRequest: ['value'],
  // The same value once more; the service shows it without being asked.
  UsagePlanKey: ['value'],
  // The key of a certificate for a domain name, uploaded with it.
  CreateDomainNameRequest: ['certificatePrivateKey'],
};

/** The same, where a body is not an object of members. */
const OTHER_SECRETS: Readonly<Record<string, Partial<OperationRow>>> = {
  UpdateDomainName: { patchedSecrets: ['/certificatePrivateKey'] },
  // The developer guide, "API Gateway API key file format": the column `Key` holds the values.
  ImportApiKeys: { secretColumns: ['key'] },
  UpdateIntegration: { patchedStatics: ['/requestParameters/'] },
};

/** Query parameters that clients work out from today's date. [the documentation's samples: the last 30 days] */
const DATED: Readonly<Record<string, readonly string[]>> = { GetUsage: ['endDate', 'startDate'] };

const METHODS = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;
const TOKENS = ['position', 'nextToken'];
/** What a collection may have beside its list and its token. */
const BESIDE_A_LIST = ['warnings', 'ids'];

/** The row of an operation; members that would say nothing are left out. */
export function rowOf(operation: ModelOperation): OperationRow {
  const { version, name, path, fixedQuery, input, output } = operation;
  const method = METHODS.find((known) => known === operation.method);
  if (method === undefined) throw new Error(`${name} has an unknown method: ${operation.method}`);
  const parameters = membersOf(input).map(([, member]) => ({ member, traits: member.getMergedTraits() }));
  const queries = parameters.filter(({ traits }) => traits.httpQuery !== undefined);
  const repeated = queries.filter(({ member }) => member.isListSchema());
  const sent = [...walk(input, 'request')];
  const answer = answerOf(operation);
  const answered = answer.shape === 'file' ? [] : [...walk(output, 'answer')];
  return {
    name: version === 2 ? `v2.${name}` : name,
    method,
    path,
    ...(fixedQuery !== undefined && { fixedQuery }),
    access: accessOf(name, method),
    ...given({
      query: queries.map(({ traits }) => String(traits.httpQuery)).sort(),
      repeated: repeated.map(({ traits }) => String(traits.httpQuery)).sort(),
    }),
    ...(version === 1 && DATED[name] !== undefined && { dated: DATED[name] }),
    ...(parameters.some(({ traits }) => traits.httpQueryParams) && { anyQuery: true }),
    ...(parameters.some(({ traits }) => traits.httpHeader === 'Accept') && { accept: true }),
    ...answer,
    ...given({
      dates: pathsOf(answered, ({ schema }) => schema.isTimestampSchema()),
      // A list of lists has brackets however many it holds: nobody could tell them apart otherwise.
      lists: pathsOf(answered, ({ schema, path }) => schema.isListSchema() && !path.endsWith('[]')),
      maps: pathsOf(answered, ({ schema }) => schema.isMapSchema()),
      secrets: pathsOf(answered, isSecret),
      sentSecrets: pathsOf(sent, isSecret),
      statics: pathsOf(answered, isParameterMapping),
      sentStatics: pathsOf(sent, isParameterMapping),
    }),
    ...(version === 1 && OTHER_SECRETS[name]),
  };
}

function accessOf(name: string, method: OperationRow['method']): OperationRow['access'] {
  if (method === 'GET') return 'read';
  return name.startsWith('TestInvoke') ? 'test' : 'write';
}

function answerOf({ input, output }: ModelOperation): Pick<OperationRow, 'shape' | 'list' | 'token'> {
  if (membersOf(output).some(([, member]) => member.getMergedTraits().httpPayload)) return { shape: 'file' };
  const body = bodyMembers(output, 'answer');
  if (body.size === 0) return { shape: 'empty' };
  const inBody = TOKENS.find((known) => body.has(known));
  const lists = [...body].filter(([, member]) => member.isListSchema()).map(([name]) => name);
  const list = lists.find((name) => name === 'item' || name === 'items') ?? lists[0];
  const others = [...body.keys()].filter((name) => name !== inBody && name !== list);
  const isCollection =
    list !== undefined &&
    (/^items?$/.test(list) || inBody !== undefined) &&
    others.every((name) => BESIDE_A_LIST.includes(name));
  if (!isCollection) return { shape: 'item', ...(inBody !== undefined && { token: inBody }) };
  // The client's model of SdkTypes has lost its position, which the one before it has.
  const asked = membersOf(input).map(([, member]) => member.getMergedTraits().httpQuery);
  const token = inBody ?? TOKENS.find((known) => asked.includes(known));
  return { shape: 'collection', list, ...(token !== undefined && { token }) };
}

function isSecret({ schema, of }: Member): boolean {
  if (schema.getMergedTraits().sensitive) return true;
  return of !== undefined && SECRETS[of.structure]?.includes(of.name) === true;
}

/** Integrations alone: the `requestParameters` of a method or a route say what is required. */
function isParameterMapping({ of }: Member): boolean {
  return of?.name === 'requestParameters' && of.structure.includes('Integration');
}

function pathsOf(members: readonly Member[], isWanted: (member: Member) => boolean): string[] {
  return members
    .filter(isWanted)
    .map(({ path }) => path)
    .sort();
}

/** Those of the lists that have elements. */
function given<Name extends string>(
  lists: Readonly<Record<Name, readonly string[]>>,
): Partial<Record<Name, readonly string[]>> {
  const kept: Partial<Record<Name, readonly string[]>> = {};
  for (const name of Object.keys(lists) as Name[]) if (lists[name].length > 0) kept[name] = lists[name];
  return kept;
}
