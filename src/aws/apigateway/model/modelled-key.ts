import { isJsonObject, type Json, type JsonObject, objectOf } from '../../../json.ts';
import { withoutSecrets } from '../../../secrets.ts';
import { BODIES, type Key, withAccept, withBody } from '../key.ts';
import { decodePercent } from '../target.ts';
import type { OperationRow } from './operation-row.ts';
import type { Routed } from './router.ts';

type Pairs = ReadonlyArray<readonly [name: string, value: string]>;

/** The parts of a key, decoded. */
interface Parts {
  readonly path: Pairs;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly accept?: string | undefined;
}

/** Path parameters that say which API a call is about. [the service's models] */
const OWNERS: ReadonlySet<string> = new Set(['restapi_id', 'apiId']);
const ARN_PARAMETER = /^resource[_-]arn$/;
/** `arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5/stages/prod`: what tags are of. [AWS General Reference] */
const ARN = /^arn:[^:]*:apigateway:[^:]*:[^:]*:(\/.+)$/;
const API_OF_PATH = /^\/(?:restapis|(?:v2\/)?apis)\/([^/]+)/;
/** The key of a call; a reason when it asks for what the operation does not understand. */
export function identifyModelled({ row, path, query }: Routed): Key | { readonly notUnderstood: string } {
  const decodedPath = path.map(([name, raw]) => [name, decodePercent(raw)] as const);
  const decoded = query.map(([name, value]) => [decodePercent(name), decodePercent(value)] as const);
  if (!areWhole(decodedPath)) return { notUnderstood: 'its path is not percent-encoded UTF-8' };
  if (!areWhole(decoded)) return { notUnderstood: 'a parameter is not percent-encoded UTF-8' };
  const values = new Map<string, string[]>();
  for (const [name, value] of decoded) {
    // A presigned call carries its signature here: never part of a key.
    if (name.toLowerCase().startsWith('x-amz-')) continue;
    if (row.anyQuery !== true && row.query?.includes(name) !== true)
      return { notUnderstood: `parameter '${withoutSecrets(name)}' is not known` };
    const known = values.get(name);
    if (known !== undefined && row.repeated?.includes(name) !== true)
      return { notUnderstood: `parameter '${withoutSecrets(name)}' is given twice` };
    values.set(name, [...(known ?? []), value].sort());
  }
  return keyWith(row, { path: decodedPath, query: values });
}

/** The key of an interaction in a file. @throws Error with the reason when it has none. */
export function readModelledKey(row: OperationRow, restApiId: string | undefined, fields: JsonObject): Key {
  const { query = {}, accept, ...others } = fields;
  const bodies = BODIES.filter((name) => Object.hasOwn(others, name));
  const names = parametersOf(row);
  const given = Object.keys(others).filter((name) => !bodies.some((body) => body === name));
  const unknown = given.find((name) => !names.includes(name) || OWNERS.has(name));
  if (unknown !== undefined)
    throw new Error(`an interaction has a field '${unknown}' that is no parameter of ${row.name}`);
  if (bodies.length > 1 || (bodies.length > 0 && !needsBody(row)))
    throw new Error(`an interaction of ${row.name} has a body that it cannot have`);
  if (accept !== undefined && (typeof accept !== 'string' || row.accept !== true))
    throw new Error(`an interaction of ${row.name} has an 'accept' that it cannot have`);
  const path = names.map((name) => [name, OWNERS.has(name) ? restApiId : textOf(others[name])] as const);
  if (!areWhole(path)) throw new Error(`an interaction of ${row.name} lacks a parameter of its path`);
  const key = keyWith(row, { path, query: readQuery(row, query), accept });
  if (key.restApiId !== restApiId) throw new Error(`an interaction of ${row.name} belongs to another file`);
  const [body] = bodies;
  return body === undefined ? key : withBody(key, { [body]: others[body] as Json });
}

/** Whether a call's body is part of its key. */
export function needsBody({ access }: OperationRow): boolean {
  return access !== 'read';
}

function keyWith(row: OperationRow, { path, query, accept }: Parts): Key {
  const arn = path.find(([name]) => ARN_PARAMETER.test(name))?.[1];
  const resource = arn === undefined ? undefined : ARN.exec(arn)?.[1];
  const own = path.filter(([name]) => !OWNERS.has(name));
  const queries = [...query].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = [...own, ...queries.map(([name, values]) => [name, values.join(',')] as const)];
  const restApiId = path.find(([name]) => OWNERS.has(name))?.[1] ?? apiOf(resource);
  const isDated = queries.some(([name]) => row.dated?.includes(name));
  const textOfKey = (of: typeof queries): string =>
    JSON.stringify([row.name, restApiId ?? null, ...path.map(([, value]) => value), of]);
  const key: Key = {
    operation: row.name,
    restApiId,
    parameters: Object.fromEntries(shown),
    fields: objectOf([
      ...own,
      ...(queries.length === 0
        ? []
        : [
            [
              'query',
              objectOf(queries.map(([name, values]) => [name, queryField(row, name, values)])),
            ] as const,
          ]),
    ]),
    path: resource ?? fill(row.path, path),
    text: textOfKey(queries),
    ...(isDated && {
      undatedText: textOfKey(queries.filter(([name]) => row.dated?.includes(name) !== true)),
    }),
  };
  return withAccept(key, accept);
}

function queryField(row: OperationRow, name: string, values: readonly string[]): Json {
  return row.repeated?.includes(name) === true ? [...values] : (values[0] ?? '');
}

function readQuery(row: OperationRow, query: Json): Map<string, string[]> {
  if (!isJsonObject(query)) throw new Error(`the 'query' of an interaction of ${row.name} is no object`);
  const entries = Object.entries(query).map(([name, value]): [string, string[]] => {
    const values = Array.isArray(value) ? value : [value];
    const texts = values.filter((text) => typeof text === 'string');
    const mayBeThere = row.anyQuery === true || row.query?.includes(name) === true;
    if (!mayBeThere || texts.length < values.length || texts.length === 0)
      throw new Error(`the 'query' of an interaction of ${row.name} has a wrong '${name}'`);
    return [name, texts.sort()];
  });
  return new Map(entries);
}

/** The names of the parameters in the path, in order. */
function parametersOf({ path }: OperationRow): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
}

/** The path with its parameters filled in, each encoded in one way. */
function fill(template: string, values: Pairs): string {
  const byName = new Map(values);
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(byName.get(name) ?? ''));
}

function apiOf(resource: string | undefined): string | undefined {
  const raw = resource === undefined ? undefined : API_OF_PATH.exec(resource)?.[1];
  return raw === undefined ? undefined : decodePercent(raw);
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function areWhole(pairs: ReadonlyArray<readonly [string | undefined, string | undefined]>): pairs is Pairs {
  return pairs.every(([name, value]) => name !== undefined && value !== undefined);
}
