import type { Representation } from '../../../call.ts';
import { equalJson, isJsonObject, type Json, type JsonObject, numberOf, objectOf } from '../../../json.ts';
import { epochSeconds } from '../date.ts';
import { deriveLinks, deriveStageLinks, differingLinks, isLinks, mergeLinks, withLinks } from './links.ts';
import { dateFromPlain, dateToPlain, mapDates } from './stage-date.ts';
import { unwrap, wrap } from './verbatim.ts';

/**
 * A collection of stages apart from how it was written: the one thing that both representations are read into and
 * written from. Written in the representation it was read from, it is equal to what was read.
 */
export interface Collection {
  /** The fields of each stage, dates in ISO 8601. */
  readonly stages: readonly JsonObject[];
  /** HAL: the collection's links that cannot be derived; `null` stands for one that was not sent. */
  readonly links?: JsonObject;
  /** HAL: the same for each stage, by its name. */
  readonly stageLinks?: JsonObject;
  /** The document around the stages, each stage being its number, when it is not what the service usually sends. */
  readonly envelope?: JsonObject;
}

/** Reads the document of one representation; nothing when it is not a collection of stages. */
export function readCollection(
  document: Json,
  from: Representation,
  restApiId: string,
): Collection | undefined {
  if (!isJsonObject(document)) return undefined;
  return from === 'hal' ? readHal(document, restApiId) : readPlain(document);
}

/** Writes the collection that was read `from` one representation in the representation `to`. */
export function writeCollection(
  collection: Collection,
  from: Representation,
  to: Representation,
  restApiId: string,
): JsonObject {
  return to === 'hal' ? writeHal(collection, from, restApiId) : writePlain(collection, from);
}

function readPlain(document: JsonObject): Collection | undefined {
  const found = takeItems(document.item);
  if (found === undefined) return undefined;
  const stages = found.stages.map((stage) => mapDates(stage, dateFromPlain));
  const envelope = Object.hasOwn(document, 'item') ? { ...document, item: found.place } : document;
  return collectionOf({ stages, envelope, usual: usualPlainEnvelope(stages.length) });
}

function writePlain(collection: Collection, from: Representation): JsonObject {
  if (from === 'json') {
    const stages = collection.stages.map((stage) => mapDates(stage, dateToPlain));
    const envelope = collection.envelope ?? usualPlainEnvelope(stages.length);
    return Object.hasOwn(envelope, 'item')
      ? { ...envelope, item: putItems(envelope.item, stages) }
      : envelope;
  }
  const stages = collection.stages.map((stage) => {
    const fields = objectOf(Object.entries(stage).filter(([name]) => name !== '_links'));
    return withoutNulls(mapDates(fields, (date) => epochSeconds(date) ?? date));
  });
  return { ...withoutNulls(otherFields(collection.envelope)), item: stages };
}

function readHal(document: JsonObject, restApiId: string): Collection | undefined {
  const embedded = document._embedded;
  if (embedded !== undefined && embedded !== null && !isJsonObject(embedded)) return undefined;
  const found = takeItems(embedded?.item);
  if (found === undefined) return undefined;

  const once = namesGivenOnce(found.stages);
  const stageLinks: [string, Json][] = [];
  const stages = found.stages.map((stage) => {
    const { stageName: name, _links: links, ...fields } = stage;
    // Links that have no name to be kept under, or are no links at all, stay where they are.
    if (typeof name !== 'string' || !once.has(name) || !isLinks(stage))
      return { ...stage, _links: links === undefined ? null : wrap(links) };
    const kept = differingLinks(links, deriveStageLinks(restApiId, stage));
    if (kept !== undefined) stageLinks.push([name, kept]);
    return { ...fields, stageName: name };
  });

  const { _links, ...rest } = document;
  const envelope = isLinks(document) ? rest : { ...document };
  if (isJsonObject(embedded) && Object.hasOwn(embedded, 'item')) {
    envelope._embedded = { ...embedded, item: found.place };
  }
  const links = isLinks(document) ? differingLinks(_links, deriveLinks(restApiId, stages)) : undefined;
  return collectionOf({ stages, links, stageLinks, envelope, usual: usualHalEnvelope(stages.length) });
}

/** The names that one stage alone has: what belongs to it can be kept under them. */
function namesGivenOnce(stages: readonly JsonObject[]): ReadonlySet<Json | undefined> {
  const names = new Set<Json | undefined>();
  const again = new Set<Json | undefined>();
  for (const { stageName } of stages) (names.has(stageName) ? again : names).add(stageName);
  for (const name of again) names.delete(name);
  return names;
}

function writeHal(collection: Collection, from: Representation, restApiId: string): JsonObject {
  const stages = collection.stages.map((stage) => {
    if (from === 'json') {
      return withLinks(deriveStageLinks(restApiId, stage), mapDates(stage, unwrap));
    }
    const { _links: links, ...fields } = stage;
    if (links !== undefined) return links === null ? fields : { _links: unwrap(links), ...fields };
    const name = typeof stage.stageName === 'string' ? stage.stageName : '';
    const kept = collection.stageLinks;
    const differing = kept !== undefined && Object.hasOwn(kept, name) ? kept[name] : undefined;
    return withLinks(mergeLinks(deriveStageLinks(restApiId, fields), differing), fields);
  });
  const usual = usualHalEnvelope(stages.length);
  const envelope =
    from === 'hal' ? (collection.envelope ?? usual) : { ...otherFields(collection.envelope), ...usual };
  const embedded = envelope._embedded;
  const filled =
    isJsonObject(embedded) && Object.hasOwn(embedded, 'item')
      ? { ...envelope, _embedded: { ...embedded, item: putItems(embedded.item, stages) } }
      : envelope;
  if (Object.hasOwn(envelope, '_links')) return filled;
  return withLinks(mergeLinks(deriveLinks(restApiId, collection.stages), collection.links), filled);
}

/** Leaves out what is as usual, so that an ordinary cassette shows stages alone. */
function collectionOf(parts: {
  stages: JsonObject[];
  links?: JsonObject | undefined;
  stageLinks?: [string, Json][];
  envelope: JsonObject;
  usual: JsonObject;
}): Collection {
  const { stages, links, stageLinks = [], envelope, usual } = parts;
  return {
    stages,
    ...(links !== undefined && { links }),
    ...(stageLinks.length > 0 && { stageLinks: objectOf(stageLinks) }),
    ...(!equalJson(envelope, usual) && { envelope }),
  };
}

/** The stages of an `item`, and the same `item` with each stage replaced by its number. */
function takeItems(item: Json | undefined): { stages: JsonObject[]; place: Json } | undefined {
  if (item === undefined || item === null) return { stages: [], place: null };
  if (isJsonObject(item)) return { stages: [item], place: numberOf('0') };
  if (!Array.isArray(item)) return undefined;
  const stages = item.filter(isJsonObject);
  if (stages.length < item.length) return undefined;
  return { stages, place: stages.map((_, index) => numberOf(String(index))) };
}

function putItems(place: Json | undefined, stages: readonly JsonObject[]): Json {
  if (Array.isArray(place)) return [...stages];
  return place === null ? null : (stages[0] ?? null);
}

/** Plain is an array always. [real recordings] */
function usualPlainEnvelope(count: number): JsonObject {
  return { item: Array.from({ length: count }, (_, index) => numberOf(String(index))) };
}

/** HAL writes one element bare [real recordings], and nothing to list without `_embedded` [inferred]. */
function usualHalEnvelope(count: number): JsonObject {
  if (count === 0) return {};
  if (count === 1) return { _embedded: { item: numberOf('0') } };
  return { _embedded: usualPlainEnvelope(count) };
}

/** The top-level fields that no representation gives a meaning. */
function otherFields(envelope: JsonObject | undefined): JsonObject {
  const { item, _embedded, _links, ...others } = envelope ?? {};
  return others;
}

/** HAL's nulls, at any depth, are keys that plain leaves out. [real recordings] */
function withoutNulls<T extends Json>(value: T): T;
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return objectOf(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)] as const),
  );
}
