import { LosslessNumber, stringify } from 'lossless-json';
import type { Answer } from './answer.ts';
import { keyOf } from './kinds.ts';
import type { Json } from './stages.ts';
import type { Fields, Store } from './store.ts';

/** The members that show what belongs to a resource, and the relations that HAL embeds it as. */
const RELATIONS: Readonly<Record<string, string>> = {
  resourceMethods: 'resource:methods',
  methodIntegration: 'method:integration',
  methodResponses: 'method:responses',
  integrationResponses: 'integration:responses',
};

/** A resource as the plain answer shows it, with what belongs to it. */
export function viewOf(store: Store, key: string, fields: Fields, query: URLSearchParams): Fields {
  const view: Fields = { ...fields };
  const isMethod = /\/methods\/[^/]+$/.test(key);
  if (isMethod || key.endsWith('/integration')) {
    const responses = store.in(`${key}/responses`);
    const member = isMethod ? 'methodResponses' : 'integrationResponses';
    if (responses.length > 0) view[member] = Object.fromEntries(responses);
  }
  const integration = isMethod ? store.get(`${key}/integration`) : undefined;
  if (integration !== undefined) {
    view.methodIntegration = viewOf(store, `${key}/integration`, integration, query);
  }
  const methods = /\/resources\/[^/]+$/.test(key) ? store.in(`${key}/methods`) : [];
  if (methods.length > 0) {
    const isWhole = query.getAll('embed').includes('methods');
    const shown = ([name, method]: [string, Fields]) =>
      isWhole ? viewOf(store, `${key}/methods/${name}`, method, query) : {};
    view.resourceMethods = Object.fromEntries(methods.map((each) => [each[0], shown(each)]));
  }
  // A key shows its value when that is asked for; the key of a usage plan always does.
  const isAsked = query.get('includeValue') === 'true' || query.get('includeValues') === 'true';
  if (key.startsWith('/apikeys') && !isAsked) delete view.value;
  if (typeof view.policy === 'string') {
    // The text is escaped once more than JSON needs.
    view.policy = JSON.stringify(view.policy).slice(1, -1).replaceAll('/', '\\/');
  }
  return view;
}

/** An answer of version 1: plain JSON, or HAL. */
export function answerOf(value: Fields, href: string, isPlain: boolean, status = 200): Answer {
  const contentType = isPlain ? 'application/json' : 'application/hal+json';
  const text = stringify(written(isPlain ? value : halOf(value, href)));
  return { status, contentType, body: Buffer.from(`${text}\n`) };
}

/** A page of a collection as HAL: the elements are embedded, and what leads on is a link. */
export function halPage(elements: Json[], hrefs: string[], href: string, next: string | undefined): Answer {
  const links = { self: { href }, item: bare(hrefs.map((each) => ({ href: each }))) };
  const document = {
    _links: next === undefined ? links : { ...links, next: { href: next } },
    ...(elements.length > 0 && {
      _embedded: { item: bare(elements.map((each, i) => halOf(each as Fields, hrefs[i] ?? ''))) },
    }),
  };
  const text = stringify(written(document as Json));
  return { status: 200, contentType: 'application/hal+json', body: Buffer.from(`${text}\n`) };
}

/** Plain to HAL: dates as text, a list of one element bare, and what belongs to the resource embedded. */
function halOf(fields: Fields, href: string, name?: string): Fields {
  const title = name === undefined ? {} : { name, title: name };
  const links: Fields = { self: { href, ...title } };
  const embedded: Fields = {};
  const members: Fields = {};
  for (const [member, value] of Object.entries(fields)) {
    const relation = RELATIONS[member];
    if (relation === undefined) members[member] = halValue(member, value);
    else if (relation === 'method:integration')
      embedded[relation] = halOf(value as Fields, `${href}/integration`);
    else {
      const isOfResource = member === 'resourceMethods';
      const entries = Object.entries(value as Record<string, Fields>);
      const hrefTo = (each: string) => `${href}/${isOfResource ? 'methods' : 'responses'}${keyOf([each])}`;
      const linked = bare(entries.map(([each]) => ({ href: hrefTo(each), name: each, title: each })));
      links[relation] = linked as Json;
      const isEmbedded = entries.every(([, each]) => Object.keys(each).length > 0);
      if (isEmbedded) {
        embedded[relation] = bare(entries.map(([each, of]) => halOf(of, hrefTo(each), each))) as Json;
      }
    }
  }
  const isEmpty = Object.keys(embedded).length === 0;
  return { _links: links, ...members, ...(!isEmpty && { _embedded: embedded }) };
}

function halValue(member: string, value: Json): Json {
  if (typeof value === 'number' && /Date$/.test(member)) return isoDate(value);
  if (Array.isArray(value)) return bare(value.map((each) => halValue('', each))) ?? [];
  if (typeof value !== 'object' || value === null || value instanceof LosslessNumber) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, halValue(name, each)]));
}

/** The quirk of the service's HAL: one element is no array. */
function bare<T>(elements: T[]): T | T[] | undefined {
  return elements.length === 1 ? elements[0] : elements.length === 0 ? undefined : elements;
}

/** Epoch seconds as HAL and version 2 write them. */
export function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** The value with its members in order and its doubles with a fraction, as the service writes both; nulls in maps stay. */
export function written(value: Json, member = ''): Json {
  if (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    /RateLimit$|^rateLimit$|^percentTraffic$/.test(member)
  ) {
    return new LosslessNumber(`${value}.0`);
  }
  if (Array.isArray(value)) return value.map((each) => written(each));
  if (typeof value !== 'object' || value === null || value instanceof LosslessNumber) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, written(value[name] as Json, name)]));
}

/** The members with their dates as version 2 writes them. */
export function isoDates(fields: Fields): Fields {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'number' && /Date$/.test(name) ? isoDate(value) : value,
    ]),
  );
}
