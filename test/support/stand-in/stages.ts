import { isLosslessNumber, type LosslessNumber, parse, stringify } from 'lossless-json';

/** A JSON value; numbers read from text keep it, so that `10000.0` is written as `10000.0`. */
export type Json = null | boolean | string | number | LosslessNumber | Json[] | { [field: string]: Json };

/** A stage with the fields of the plain answer: dates in epoch seconds. A null is left out of it, and written in HAL. */
export interface StageFields {
  [field: string]: Json;
}

/** Reads stages from JSON text: an array of objects whose numbers keep their text. */
export function parseStages(text: string): StageFields[] {
  return parse(text) as StageFields[];
}

/** Writes the stages of an API the way the service does for `Accept: application/json`. */
export function writePlain(value: Json): string {
  return `${stringify(sortedWithoutNulls(value))}\n`;
}

/** Writes the stages of an API the way the service does when it is not asked for plain JSON. */
export function writeHal(apiId: string, stages: readonly StageFields[]): string {
  const base = `/restapis/${encodeURIComponent(apiId)}/stages`;
  const hrefOf = (stage: StageFields) => `${base}/${encodeURIComponent(String(stage.stageName))}`;
  const links = {
    curies: {
      href: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-stage-{rel}.html',
      name: 'stage',
      templated: true,
    },
    self: { href: `${base}{?deployment_id}`, templated: true },
    item: bareIfSingle(stages.map((stage) => ({ href: hrefOf(stage) }))),
    'stage:by-name': { href: `${base}/{stage_name}`, templated: true },
    'stage:create': { href: base },
  };
  const items = stages.map((stage) => ({ _links: stageLinks(stage, hrefOf(stage)), ...halFields(stage) }));
  const embedded = items.length === 0 ? undefined : { item: bareIfSingle(items) };
  return `${stringify({ _links: links, _embedded: embedded })}\n`;
}

function stageLinks(stage: StageFields, href: string): object {
  return {
    self: { href },
    'stage:delete': { href },
    'stage:flush-authorizer-cache': { href: `${href}/cache/authorizers` },
    'stage:flush-cache': stage.cacheClusterEnabled === true ? { href: `${href}/cache/data` } : undefined,
    'stage:update': { href },
  };
}

/** The quirk of the service's HAL: one element is no array, and without any the key is left out. */
function bareIfSingle<T>(elements: T[]): T | T[] | undefined {
  return elements.length > 1 ? elements : elements[0];
}

function halFields(stage: StageFields): StageFields {
  const names = Object.keys(stage).sort();
  return Object.fromEntries(names.map((name) => [name, halField(name, stage[name] as Json)]));
}

function halField(name: string, value: Json): Json {
  if (name !== 'createdDate' && name !== 'lastUpdatedDate') return value;
  if (typeof value !== 'number' && !isLosslessNumber(value)) return value;
  return new Date(Number(value) * 1000).toISOString().replace('.000Z', 'Z');
}

function sortedWithoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedWithoutNulls);
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return value;
  const names = Object.keys(value).sort();
  const kept = names.filter((name) => value[name] !== null && value[name] !== undefined);
  return Object.fromEntries(kept.map((name) => [name, sortedWithoutNulls(value[name] as Json)]));
}
