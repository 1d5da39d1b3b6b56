import { isJsonObject, type Json, type JsonObject, objectOf } from '../../../json.ts';
import { epochSeconds } from '../date.ts';
import { decodePercent, splitTarget } from '../target.ts';
import type { OperationRow } from './operation-row.ts';
import { mapObjects } from './places.ts';

/** What is embedded as a list of its own, and becomes a map: the member's name, and what tells a value's key. */
const EMBEDDED_MAPS: Readonly<Record<string, readonly [member: string, key: string]>> = {
  'resource:methods': ['resourceMethods', 'httpMethod'],
  'method:responses': ['methodResponses', 'statusCode'],
  'integration:responses': ['integrationResponses', 'statusCode'],
};

/** Whether a document is HAL: all that the service writes so has links. [real recordings, documentation] */
export function isHal(document: JsonObject): boolean {
  return Object.hasOwn(document, '_links') || Object.hasOwn(document, '_embedded');
}

/**
 * A HAL document as plain JSON, by the one rule that nearly all of the service's answers keep: links go, what is embedded
 * becomes a member, a list of one is a list again, dates are epoch seconds, members of structures that are null go.
 * [real recordings, documentation] Nothing for a document with anything else embedded.
 */
export function halToPlain(document: JsonObject, row: OperationRow): JsonObject | undefined {
  const plain = unfold(document, row);
  if (plain === undefined) return undefined;
  const lists = new Set(row.lists);
  const dates = new Set(row.dates);
  const maps = new Set(row.maps);
  return mapObjects(plain, maps, (object, path) => {
    const isMap = maps.has(path);
    const members = Object.entries(object).flatMap(([name, value]): [string, Json][] => {
      if (isMap) return [[name, value]];
      const place = path === '' ? name : `${path}.${name}`;
      if (lists.has(place)) return [[name, listOf(value)]];
      if (value === null) return [];
      return [[name, dates.has(place) ? (epochSeconds(value) ?? value) : value]];
    });
    return objectOf(members);
  });
}

function unfold(object: JsonObject, row: OperationRow | undefined): JsonObject | undefined {
  const { _links: links, _embedded: embedded, ...members } = object;
  const entries: [string, Json][] = Object.entries(members);
  if (embedded !== undefined && embedded !== null && !isJsonObject(embedded)) return undefined;
  for (const [relation, value] of Object.entries(embedded ?? {})) {
    const member = unfoldRelation(relation, value);
    if (member === undefined) return undefined;
    entries.push(member);
  }
  const names = new Set(entries.map(([name]) => name));
  const { list, token } = row ?? {};
  if (list !== undefined && !names.has(list)) entries.push([list, []]);
  const position = token === undefined ? undefined : positionOf(links);
  if (token !== undefined && position !== undefined && !names.has(token)) entries.push([token, position]);
  const methods = isJsonObject(links) ? links['resource:methods'] : undefined;
  if (methods !== undefined && !names.has('resourceMethods'))
    entries.push(['resourceMethods', methodsOf(methods)]);
  return objectOf(entries);
}

function unfoldRelation(relation: string, value: Json): [string, Json] | undefined {
  if (relation === 'item') {
    const items = unfoldAll(value);
    return items && ['item', items];
  }
  if (relation === 'method:integration') {
    const integration = isJsonObject(value) ? unfold(value, undefined) : undefined;
    return integration && ['methodIntegration', integration];
  }
  const [member, key] = (Object.hasOwn(EMBEDDED_MAPS, relation) && EMBEDDED_MAPS[relation]) || [];
  const items = unfoldAll(value);
  if (member === undefined || key === undefined || items === undefined) return undefined;
  const values = items.map((item): [string, Json] | undefined => {
    const name = item[key];
    return typeof name === 'string' ? [name, item] : undefined;
  });
  return values.every((entry) => entry !== undefined) ? [member, objectOf(values)] : undefined;
}

function unfoldAll(value: Json): JsonObject[] | undefined {
  const items = listOf(value).map((item) => (isJsonObject(item) ? unfold(item, undefined) : undefined));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** A list of one is written bare, and one of none may be null. */
function listOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return value === null ? [] : [value];
}

/** The token that a link to the next page carries. */
function positionOf(links: Json | undefined): string | undefined {
  const next = isJsonObject(links) && isJsonObject(links.next) ? links.next.href : undefined;
  if (typeof next !== 'string') return undefined;
  const raw = splitTarget(next).query.find(([name]) => name === 'position')?.[1];
  return raw === undefined ? undefined : decodePercent(raw);
}

/** Of methods that are not embedded, plain tells the names. */
function methodsOf(links: Json): JsonObject {
  const named = listOf(links).flatMap((link): [string, Json][] =>
    isJsonObject(link) && typeof link.name === 'string' ? [[link.name, {}]] : [],
  );
  return objectOf(named);
}
