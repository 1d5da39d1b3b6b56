import type { Representation } from '../../call.ts';
import { isJsonObject, type Json, type JsonObject, objectOf } from '../../json.ts';
import { isNamed, type Listing } from './listing.ts';
import type { Alteration } from './operation.ts';

/**
 * The document of one representation, altered: what the service would have sent if it were so. Nothing when no item can
 * be altered so.
 */
export function alterDocument(
  document: JsonObject,
  representation: Representation,
  listing: Listing,
  alteration: Alteration,
): JsonObject | undefined {
  const items = itemsOf(document, representation, listing);
  if (alteration.type !== 'empty' && alteration.type !== 'drop') {
    const altered = items.map((item) => alterItem(item, listing, alteration));
    const isAltered = altered.some((item, index) => item !== items[index]);
    return isAltered ? replaceItems(document, representation, listing, altered) : undefined;
  }
  const isKept = items.map(
    (item, index) => !isDropped(item, index === items.length - 1, listing, alteration),
  );
  if (!isKept.includes(false)) return undefined;
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, index) => isKept[index]);
  if (representation === 'json') return { ...document, [listing.list]: keep(items) };
  return keepEmbedded(document, items, keep);
}

/** Whether the document lists a thing of that name. */
export function listsItem(
  document: JsonObject,
  representation: Representation,
  listing: Listing,
  name: string,
): boolean {
  return itemsOf(document, representation, listing).some((item) => isNamed(item, listing, name));
}

/** A change to the fields of an item. */
type FieldAlteration = Exclude<Alteration, { type: 'empty' | 'drop' }>;

/** Takes out what no longer stands in a list of as many as there were items. */
type Keep = <T>(list: readonly T[]) => T[];

function isDropped(
  item: Json,
  isLast: boolean,
  listing: Listing,
  alteration: Extract<Alteration, { type: 'empty' | 'drop' }>,
): boolean {
  if (alteration.type === 'empty') return true;
  return alteration.item === undefined ? isLast : isNamed(item, listing, alteration.item);
}

/** The same item when it is not meant, or when there is nothing to alter in it. */
function alterItem(item: Json, listing: Listing, alteration: FieldAlteration): Json {
  const { field, item: name } = alteration;
  const isMeant = name === undefined || isNamed(item, listing, name);
  if (!isMeant || !isJsonObject(item)) return item;
  if (Object.hasOwn(item, field) === (alteration.type === 'add-field')) return item;
  const others = Object.entries(item).filter(([other]) => other !== field);
  return objectOf(alteration.type === 'remove-field' ? others : [...others, [field, alteration.value]]);
}

/** As many items as there were, in the place where they were. */
function replaceItems(
  document: JsonObject,
  representation: Representation,
  { list }: Listing,
  items: readonly Json[],
): JsonObject {
  const put = (holder: JsonObject, name: string): JsonObject => ({
    ...holder,
    [name]: Array.isArray(holder[name]) ? [...items] : (items[0] ?? null),
  });
  if (representation === 'json') return put(document, list);
  return { ...document, _embedded: put(embeddedIn(document), HAL_LIST) };
}

/** HAL: fewer items, and links to fewer. */
function keepEmbedded(document: JsonObject, items: readonly Json[], keep: Keep): JsonObject {
  const { _embedded, ...others } = document;
  const { [HAL_LIST]: _, ...moreEmbedded } = embeddedIn(document);
  const embedded = withItem(moreEmbedded, keep(items));
  const links = isJsonObject(document._links) ? keepLinks(document._links, items.length, keep) : undefined;
  return {
    ...others,
    ...(links !== undefined && { _links: links }),
    ...(Object.keys(embedded).length > 0 && { _embedded: embedded }),
  };
}

/** Links that are not one for each item are nothing that follows the items, until there is no item. */
function keepLinks(links: JsonObject, count: number, keep: Keep): JsonObject {
  const { [HAL_LIST]: item, ...others } = links;
  if (item === undefined) return links;
  const linked = Array.isArray(item) ? item : [item];
  if (linked.length === count) return withItem(others, keep(linked));
  return keep(Array.from({ length: count })).length > 0 ? links : others;
}

/** HAL writes one element bare [real recordings], and nothing where there is none [inferred]. */
function withItem(others: JsonObject, list: readonly Json[]): JsonObject {
  const [first] = list;
  if (first === undefined) return others;
  return { ...others, [HAL_LIST]: list.length === 1 ? first : [...list] };
}

/** In HAL every collection embeds, and links to, its elements by this name [real recordings]. */
const HAL_LIST = 'item';

function itemsOf(document: JsonObject, representation: Representation, { list }: Listing): readonly Json[] {
  const items =
    representation === 'hal'
      ? embeddedIn(document)[HAL_LIST]
      : Object.hasOwn(document, list)
        ? document[list]
        : undefined;
  if (Array.isArray(items)) return items;
  return isJsonObject(items) ? [items] : [];
}

function embeddedIn(document: JsonObject): JsonObject {
  return isJsonObject(document._embedded) ? document._embedded : {};
}
