import type { Representation } from '../../../call.ts';
import { isJsonObject, type Json, type JsonObject, objectOf } from '../../../json.ts';
import type { Alteration } from '../operation.ts';

/**
 * The document of one representation, altered: what the service would have sent if it were so. Nothing when no stage
 * can be altered so.
 */
export function alterDocument(
  document: JsonObject,
  representation: Representation,
  alteration: Alteration,
): JsonObject | undefined {
  const stages = stagesOf(representation === 'hal' ? embeddedIn(document).item : document.item);
  if (alteration.type !== 'empty' && alteration.type !== 'drop') {
    const altered = stages.map((stage) => alterStage(stage, alteration));
    const isAltered = altered.some((stage, index) => stage !== stages[index]);
    return isAltered ? replaceStages(document, representation, altered) : undefined;
  }
  const isKept = stages.map((stage, index) => !isDropped(stage, index === stages.length - 1, alteration));
  if (!isKept.includes(false)) return undefined;
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, index) => isKept[index]);
  if (representation === 'json') return { ...document, item: keep(stages) };
  return keepEmbedded(document, keep);
}

/** A change to the fields of a stage. */
type FieldAlteration = Exclude<Alteration, { type: 'empty' | 'drop' }>;

/** Takes out what no longer stands in a list of as many as there were stages. */
type Keep = <T>(list: readonly T[]) => T[];

function isDropped(stage: JsonObject, isLast: boolean, alteration: Alteration): boolean {
  if (alteration.type === 'empty') return true;
  const item = alteration.type === 'drop' ? alteration.item : undefined;
  return item === undefined ? isLast : stage.stageName === item;
}

/** The same stage when it is not meant, or when there is nothing to alter in it. */
function alterStage(stage: JsonObject, alteration: FieldAlteration): JsonObject {
  const { item, field } = alteration;
  const isMeant = item === undefined || stage.stageName === item;
  if (!isMeant || Object.hasOwn(stage, field) === (alteration.type === 'add-field')) return stage;
  const others = Object.entries(stage).filter(([name]) => name !== field);
  return objectOf(alteration.type === 'remove-field' ? others : [...others, [field, alteration.value]]);
}

/** As many stages as there were, in the place where they were. */
function replaceStages(
  document: JsonObject,
  representation: Representation,
  stages: readonly JsonObject[],
): JsonObject {
  const put = (holder: JsonObject): JsonObject => ({
    ...holder,
    item: Array.isArray(holder.item) ? [...stages] : (stages[0] ?? null),
  });
  return representation === 'json' ? put(document) : { ...document, _embedded: put(embeddedIn(document)) };
}

/** HAL: fewer stages, and links to fewer. */
function keepEmbedded(document: JsonObject, keep: Keep): JsonObject {
  const { _embedded, ...others } = document;
  const { item, ...moreEmbedded } = embeddedIn(document);
  const stages = stagesOf(item);
  const embedded = withItem(moreEmbedded, keep(stages));
  const links = isJsonObject(document._links) ? keepLinks(document._links, stages.length, keep) : undefined;
  return {
    ...others,
    ...(links !== undefined && { _links: links }),
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
  };
}

/** Links that are not one for each stage are nothing that follows the stages, until there is no stage. */
function keepLinks(links: JsonObject, count: number, keep: Keep): JsonObject {
  const { item, ...others } = links;
  if (item === undefined) return links;
  const linked = Array.isArray(item) ? item : [item];
  if (linked.length === count) return withItem(others, keep(linked));
  return keep(Array.from({ length: count })).length > 0 ? links : others;
}

/** HAL writes one element bare [real recordings], and nothing where there is none [inferred]. */
function withItem(others: JsonObject, list: readonly Json[]): JsonObject {
  const [first] = list;
  if (first === undefined) return others;
  return { ...others, item: list.length === 1 ? first : [...list] };
}

function embeddedIn(document: JsonObject): JsonObject {
  return isJsonObject(document._embedded) ? document._embedded : {};
}

function stagesOf(item: Json | undefined): JsonObject[] {
  return (Array.isArray(item) ? item : [item]).filter((stage) => isJsonObject(stage));
}
