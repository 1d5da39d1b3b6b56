import fc from 'fast-check';
import { deriveLinks, deriveStageLinks } from '../../src/aws/apigateway/get-stages/links.ts';
import { isJsonObject, type Json, type JsonObject, numberOf, objectOf } from '../../src/json.ts';
import { jsonObject, jsonValue, text } from './odd-json.ts';

/** The API whose stages these are: its id needs encoding in links. */
export const API_ID = 'a b/é';

const ABSENT = Symbol('absent');
type Field = Json | typeof ABSENT;

/** Dates that are right in one representation and wrong in the other, and dates that are right in neither. */
const date: fc.Arbitrary<Field> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }).map(isoDate) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: -99_999_999_999, max: 999_999_999_999 }).map((n) => numberOf(String(n))),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Field>(
      ABSENT,
      null,
      '2016-04-15T17:38:08.500Z',
      '2016-04-15T17:38:08.000Z',
      '2016-04-15T17:38:08+00:00',
      '2016-02-30T00:00:00Z',
      '2016-04-15T24:00:00Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '+010000-01-01T00:00:00Z',
      { verbatim: '2016-04-15T17:38:08Z' },
      { verbatim: { verbatim: null } },
      ...['0', '-0', '253402300799', '253402300800', '1.5', '1460741888.0', '1e9'].map(numberOf),
      numberOf('12345678901234567890'),
    ),
  },
  { weight: 1, arbitrary: jsonValue },
);

const stageName: fc.Arbitrary<Field> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<Field>('prod', 'beta', '__proto__', '', 'a/b', '\ud800', 'toString'),
  },
  { weight: 2, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom<Field>(ABSENT, null) },
  { weight: 1, arbitrary: jsonValue },
);

const flag = fc.constantFrom<Field>(true, false, null, ABSENT, 'true');

/** What stands in `_links`, given what should: all of it, less, other, more, or nothing of the kind. */
type Linker = (derived: JsonObject) => Field;

const linker: fc.Arbitrary<Linker> = fc.oneof(
  fc.constant<Linker>((derived) => derived),
  fc
    .record({ missing: fc.nat(4), changed: fc.nat(4), link: jsonValue, others: jsonObject })
    .map<Linker>(({ missing, changed, link, others }) => (derived) => {
      const links = Object.entries(derived).map(
        ([rel, value], at) => [rel, at === changed ? link : value] as const,
      );
      return objectOf([...links.filter((_, at) => at !== missing), ...Object.entries(others)]);
    }),
  fc
    .constantFrom<Field>(ABSENT, null, {}, [], 'links', true, numberOf('1.0'), { verbatim: null })
    .map<Linker>((links) => () => links),
);

const stageFields: fc.Arbitrary<JsonObject> = fc
  .record({
    stageName,
    createdDate: date,
    lastUpdatedDate: date,
    cacheClusterEnabled: flag,
    variables: fc.oneof(jsonObject, fc.constant<Field>(ABSENT)),
    others: jsonObject,
  })
  .map(({ others, ...known }) => objectOf([...present(known), ...withoutLinks(others)]));

/** A stage as plain has it, with fields and dates of any kind. */
export const plainStage: fc.Arbitrary<JsonObject> = stageFields;

/** A stage as HAL has it. */
export const halStage: fc.Arbitrary<JsonObject> = fc
  .tuple(stageFields, linker)
  .map(([stage, link]) =>
    objectOf([...present({ _links: link(deriveStageLinks(API_ID, stage)) }), ...Object.entries(stage)]),
  );

/** A plain document, whatever `item` is: a list, a bare stage, null, or not there. */
export const plainDocument: fc.Arbitrary<JsonObject> = fc
  .tuple(itemOf(plainStage), fc.oneof(fc.constant<JsonObject>({}), jsonObject))
  .map(([item, others]) => objectOf([...withoutEnvelope(others), ...present({ item })]));

/** A HAL document, whatever is embedded and linked. */
export const halDocument: fc.Arbitrary<JsonObject> = fc
  .record({
    item: itemOf(halStage),
    embedded: fc.oneof(
      { weight: 6, arbitrary: fc.constant<Field>({}) },
      { weight: 1, arbitrary: jsonObject },
      { weight: 1, arbitrary: fc.constantFrom<Field>(null, ABSENT) },
    ),
    link: linker,
    others: fc.oneof(fc.constant<JsonObject>({}), jsonObject),
  })
  .map(({ item, embedded, link, others }) => {
    const filled =
      embedded !== ABSENT && isJsonObject(embedded)
        ? objectOf([...Object.entries(embedded).filter(([name]) => name !== 'item'), ...present({ item })])
        : embedded;
    const stages = stagesOf(item);
    const _links = link(deriveLinks(API_ID, stages));
    return objectOf([...withoutEnvelope(others), ...present({ _links, _embedded: filled })]);
  });

/** The stages of an `item`, however it is written. */
export function stagesOf(item: Field | undefined): JsonObject[] {
  if (item === undefined || item === ABSENT || item === null) return [];
  return (Array.isArray(item) ? item : [item]).filter(isJsonObject);
}

function itemOf(stage: fc.Arbitrary<JsonObject>): fc.Arbitrary<Field> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.array<Field & Json>(stage, { maxLength: 4 }) },
    { weight: 3, arbitrary: stage },
    { weight: 1, arbitrary: fc.constantFrom<Field>(null, ABSENT, []) },
  );
}

function present(fields: Readonly<Record<string, Field>>): [string, Json][] {
  return Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== ABSENT);
}

function withoutLinks(object: JsonObject): [string, Json][] {
  return Object.entries(object).filter(([name]) => name !== '_links');
}

function withoutEnvelope(object: JsonObject): [string, Json][] {
  return withoutLinks(object).filter(([name]) => name !== 'item' && name !== '_embedded');
}

function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
