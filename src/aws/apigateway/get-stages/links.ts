import { documentBounds } from '../../../bounds.ts';
import { equalJson, isJsonObject, type Json, type JsonObject, objectOf } from '../../../json.ts';
import { unwrap, wrap } from './verbatim.ts';

/** Whether the object's `_links` can be told as what differs from the derived ones: they are absent, or some. */
export function isLinks(holder: JsonObject): boolean {
  if (!Object.hasOwn(holder, '_links')) return true;
  return isJsonObject(holder._links) && Object.keys(holder._links).length > 0;
}

export function differingLinks(sent: Json | undefined, derived: JsonObject): JsonObject | undefined {
  const links = isJsonObject(sent) ? sent : {};
  const kept: [string, Json][] = [];
  for (const [rel, link] of Object.entries(links)) {
    if (!Object.hasOwn(derived, rel) || !equalJson(link, derived[rel] as Json)) kept.push([rel, wrap(link)]);
  }
  for (const rel of Object.keys(derived)) if (!Object.hasOwn(links, rel)) kept.push([rel, null]);
  return kept.length > 0 ? objectOf(kept) : undefined;
}

export function mergeLinks(derived: JsonObject, differing: Json | undefined): JsonObject {
  if (!isJsonObject(differing)) return derived;
  const own = Object.entries(differing);
  const merged = new Map(Object.entries(derived));
  for (const [rel, link] of own) {
    if (link === null) merged.delete(rel);
    else merged.set(rel, unwrap(link));
  }
  return objectOf(merged);
}

export function withLinks(links: JsonObject, fields: JsonObject): JsonObject {
  return Object.keys(links).length > 0 ? { _links: links, ...fields } : fields;
}

/** The collection's links. [documentation; GetStages' sample] */
export function deriveLinks(restApiId: string, stages: readonly JsonObject[]): JsonObject {
  const base = stagesPath(restApiId);
  const items = stages.map(({ stageName }) => ({ href: `${base}/${pathSegment(stageName)}` }));
  const [first] = items;
  return {
    curies: {
      href: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-stage-{rel}.html',
      name: 'stage',
      templated: true,
    },
    self: { href: `${base}{?deployment_id}`, templated: true },
    ...(first !== undefined && { item: items.length === 1 ? first : items }),
    'stage:by-name': { href: `${base}/{stage_name}`, templated: true },
    'stage:create': { href: base },
  };
}

/** One stage's links; the cache can be flushed only when there is one. [documentation, real recordings] */
export function deriveStageLinks(restApiId: string, stage: JsonObject): JsonObject {
  const self = `${stagesPath(restApiId)}/${pathSegment(stage.stageName)}`;
  return {
    self: { href: self },
    'stage:delete': { href: self },
    'stage:flush-authorizer-cache': { href: `${self}/cache/authorizers` },
    ...(stage.cacheClusterEnabled === true && { 'stage:flush-cache': { href: `${self}/cache/data` } }),
    'stage:update': { href: self },
  };
}

function stagesPath(restApiId: string): string {
  return `/restapis/${pathSegment(restApiId)}/stages`;
}

/** Nothing of what is no name, or a longer one than any: every link of a stage holds it. */
function pathSegment(name: Json | undefined): string {
  if (typeof name !== 'string' || name.length > documentBounds.linkedName) return '';
  // Not encodeURIComponent alone: it throws on half a surrogate pair, which JSON may hold.
  return encodeURIComponent(name.toWellFormed());
}
