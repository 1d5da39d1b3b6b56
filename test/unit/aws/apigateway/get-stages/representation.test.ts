import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readCollection,
  writeCollection,
} from '../../../../../src/aws/apigateway/get-stages/representation.ts';
import type { Representation } from '../../../../../src/call.ts';
import {
  isJsonObject,
  type Json,
  type JsonObject,
  numberText,
  parseJson,
  sortKeys,
  writeJson,
} from '../../../../../src/json.ts';
import { API_ID, halDocument, plainDocument, stagesOf } from '../../../../support/odd-stages.ts';

const RUNS = { numRuns: 100 };
const ID = 'uycll6xg9a';

/** Reads a document and writes it again; between the two, what is known of it may be put in order. */
function convert(
  document: Json,
  from: Representation,
  to: Representation,
  { restApiId = API_ID, inBetween = (read: Json) => read } = {},
): JsonObject {
  const collection = readCollection(document, from, restApiId);
  if (collection === undefined) throw new Error(`not read: ${writeJson(document)}`);
  const between = inBetween(collection as unknown as JsonObject) as unknown as typeof collection;
  return writeCollection(between, from, to, restApiId);
}

/** Equal when they are the same JSON, numbers by their text; told apart as text, which a failure can show. */
function expectSame(actual: Json, expected: Json): void {
  expect(writeJson(sortKeys(actual), 1)).toBe(writeJson(sortKeys(expected), 1));
}

const throughText = (read: Json): Json => parseJson(writeJson(sortKeys(read)));

describe('a document comes back as it was', () => {
  test('in HAL', () => {
    fc.assert(
      fc.property(halDocument, (document) => {
        expectSame(convert(document, 'hal', 'hal'), document);
      }),
      RUNS,
    );
  });

  test('in plain', () => {
    fc.assert(
      fc.property(plainDocument, (document) => {
        expectSame(convert(document, 'json', 'json'), document);
      }),
      RUNS,
    );
  });

  test('in HAL after it was put in order and written to a file', () => {
    fc.assert(
      fc.property(halDocument, (document) => {
        expectSame(convert(document, 'hal', 'hal', { inBetween: sortKeys }), document);
        expectSame(convert(document, 'hal', 'hal', { inBetween: throughText }), document);
      }),
      RUNS,
    );
  });

  test('in plain after it was put in order and written to a file', () => {
    fc.assert(
      fc.property(plainDocument, (document) => {
        expectSame(convert(document, 'json', 'json', { inBetween: sortKeys }), document);
        expectSame(convert(document, 'json', 'json', { inBetween: throughText }), document);
      }),
      RUNS,
    );
  });

  test.each<[string, Representation, string]>([
    ['nothing at all', 'json', '{}'],
    ['an empty list', 'json', '{"item":[]}'],
    ['no list', 'json', '{"item":null}'],
    ['a bare item', 'json', '{"item":{"stageName":"a"}}'],
    ['a date as text', 'json', '{"item":[{"createdDate":"2016-04-15T17:38:08Z"}]}'],
    ['a fraction of a second', 'json', '{"item":[{"createdDate":1460741888.250}]}'],
    ['a date that looks marked', 'json', '{"item":[{"createdDate":{"verbatim":"2016-04-15T17:38:08Z"}}]}'],
    ['a position', 'json', '{"item":[{"stageName":"a"}],"position":"x"}'],
    ['nothing at all', 'hal', '{}'],
    ['embedded null', 'hal', '{"_embedded":null}'],
    ['embedded nothing', 'hal', '{"_embedded":{}}'],
    ['an item of null', 'hal', '{"_embedded":{"item":null}}'],
    ['an empty list', 'hal', '{"_embedded":{"item":[]}}'],
    ['a list of one', 'hal', '{"_embedded":{"item":[{"stageName":"a"}]}}'],
    ['more that is embedded', 'hal', '{"_embedded":{"item":{"stageName":"a"},"other":[1.0]}}'],
    ['links of null', 'hal', '{"_links":null,"_embedded":{"item":{"stageName":"a","_links":null}}}'],
    ['links of nothing', 'hal', '{"_links":{},"_embedded":{"item":{"stageName":"a","_links":{}}}}'],
    ['a link of null', 'hal', '{"_links":{"self":null},"_embedded":{"item":{"stageName":"a"}}}'],
    [
      'two stages of one name',
      'hal',
      '{"_embedded":{"item":[{"stageName":"a","_links":{"x":1}},{"stageName":"a"}]}}',
    ],
    ['a stage without a name', 'hal', '{"_embedded":{"item":{"_links":{"self":{"href":"/x"}}}}}'],
    ['a stage called __proto__', 'hal', '{"_embedded":{"item":{"stageName":"__proto__","_links":{"x":1}}}}'],
    ['numbers for dates', 'hal', '{"_embedded":{"item":{"stageName":"a","createdDate":1.0}}}'],
  ])('%s in %s', (_, representation, text) => {
    const document = parseJson(text);
    expectSame(convert(document, representation, representation), document);
    expectSame(convert(document, representation, representation, { inBetween: throughText }), document);
  });
});

describe('what HAL becomes in plain', () => {
  test('is a list of the stages without links and nulls, dates in epoch seconds', () => {
    fc.assert(
      fc.property(halDocument, (document) => {
        const embedded = isJsonObject(document._embedded) ? document._embedded : {};
        const plain = convert(document, 'hal', 'json', { inBetween: throughText });
        expectSame(plain.item as Json, stagesOf(embedded.item).map(expectedPlainStage));
        expect(Object.hasOwn(plain, '_links') || Object.hasOwn(plain, '_embedded')).toBe(false);
      }),
      RUNS,
    );
  });

  test.each([
    ['none', '{}'],
    ['null', '{"_embedded":null}'],
    ['an item of null', '{"_embedded":{"item":null}}'],
    ['an empty list', '{"_embedded":{"item":[]}}'],
  ])('is an empty list for %s', (_, hal) => {
    expect(writeJson(convert(parseJson(hal), 'hal', 'json'))).toBe('{"item":[]}');
  });

  test('has no nulls at any depth, but keeps those in lists, where they hold a place', () => {
    const hal = '{"_embedded":{"item":{"a":null,"b":{"c":null,"d":[null,{"e":null}]},"createdDate":null}}}';
    expect(writeJson(convert(parseJson(hal), 'hal', 'json'))).toBe('{"item":[{"b":{"d":[null,{}]}}]}');
  });

  test.each([
    ['"2016-04-15T17:38:08Z"', '1460741888'],
    ['"1969-12-31T23:59:59Z"', '-1'],
    ['"1970-01-01T00:00:00Z"', '0'],
    ['"9999-12-31T23:59:59Z"', '253402300799'],
    ['"2016-04-15T17:38:08.500Z"', '"2016-04-15T17:38:08.500Z"'],
    ['"2016-02-30T00:00:00Z"', '"2016-02-30T00:00:00Z"'],
    ['"yesterday"', '"yesterday"'],
    ['1460741888', '1460741888'],
  ])('has the date %s as %s', (hal, plain) => {
    const document = parseJson(`{"_embedded":{"item":{"createdDate":${hal},"since":${hal}}}}`);
    const expected = `{"item":[{"createdDate":${plain},"since":${hal}}]}`;
    expect(writeJson(convert(document, 'hal', 'json'))).toBe(expected);
  });
});

describe('what plain becomes in HAL', () => {
  test('has the links and the shape that follow from the stages, dates in ISO 8601', () => {
    fc.assert(
      fc.property(plainDocument, (document) => {
        const stages = stagesOf(document.item);
        const hal = convert(document, 'json', 'hal', { inBetween: throughText });
        const items = stages.map(expectedHalStage);
        const embedded = items.length === 0 ? undefined : { item: items.length === 1 ? items[0] : items };
        expectSame((hal._embedded ?? null) as Json, (embedded ?? null) as Json);
        expect(Object.hasOwn(hal, '_embedded')).toBe(stages.length > 0);
        expectSame(hal._links as Json, expectedLinks(stages));
        expect(Object.hasOwn(hal, 'item')).toBe(false);
      }),
      RUNS,
    );
  });

  test.each(['{}', '{"item":[]}', '{"item":null}'])('has links alone for %s', (plain) => {
    const hal = convert(parseJson(plain), 'json', 'hal', { restApiId: 'abc' });
    expect(Object.keys(hal)).toEqual(['_links']);
    expectSame(hal._links as Json, expectedLinks([], 'abc'));
  });

  test.each([
    ['1460741888', '"2016-04-15T17:38:08Z"'],
    ['-1', '"1969-12-31T23:59:59Z"'],
    ['0', '"1970-01-01T00:00:00Z"'],
    ['253402300799', '"9999-12-31T23:59:59Z"'],
    ['253402300800', '253402300800'],
    ['1460741888.5', '1460741888.5'],
    ['1460741888.0', '1460741888.0'],
    ['-0', '-0'],
    ['12345678901234567890', '12345678901234567890'],
    ['"2016-04-15T17:38:08Z"', '"2016-04-15T17:38:08Z"'],
    ['null', 'null'],
  ])('has the date %s as %s', (plain, hal) => {
    const document = parseJson(`{"item":[{"lastUpdatedDate":${plain},"since":${plain}}]}`);
    const { _embedded } = convert(document, 'json', 'hal');
    const { _links, ...stage } = (_embedded as { item: JsonObject }).item;
    expect(writeJson(stage)).toBe(`{"lastUpdatedDate":${hal},"since":${plain}}`);
  });
});

describe('what is known of a collection', () => {
  // The two stages of the documentation's sample of GetStages.
  const beta = {
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    createdDate: '2016-04-15T17:38:08Z',
    deploymentId: 'vakw79',
    lastUpdatedDate: '2016-04-15T17:45:48Z',
    methodSettings: {},
    stageName: 'beta',
    variables: { version: 'v-beta', url: 'myDomain.com', function: 'HelloWorld' },
  };
  const prod = {
    ...beta,
    createdDate: '2016-04-15T17:53:35Z',
    lastUpdatedDate: '2016-04-15T18:30:10Z',
    stageName: 'prod',
    variables: {
      version: 'v-prod',
      url: 'petstore-demo-endpoint.execute-api.com/petstore/pets',
      function: 'HelloEveryone',
    },
  };
  const linksOf = (name: string) => ({
    self: { href: `/restapis/uycll6xg9a/stages/${name}` },
    'stage:delete': { href: `/restapis/uycll6xg9a/stages/${name}` },
    'stage:flush-authorizer-cache': { href: `/restapis/uycll6xg9a/stages/${name}/cache/authorizers` },
    'stage:update': { href: `/restapis/uycll6xg9a/stages/${name}` },
  });
  const collectionLinks = {
    curies: {
      href: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-stage-{rel}.html',
      name: 'stage',
      templated: true,
    },
    self: { href: '/restapis/uycll6xg9a/stages{?deployment_id}', templated: true },
    item: [{ href: '/restapis/uycll6xg9a/stages/beta' }, { href: '/restapis/uycll6xg9a/stages/prod' }],
    'stage:by-name': { href: '/restapis/uycll6xg9a/stages/{stage_name}', templated: true },
    'stage:create': { href: '/restapis/uycll6xg9a/stages' },
  };
  const two = fromFacts({
    _links: collectionLinks,
    _embedded: {
      item: [
        { _links: linksOf('beta'), ...beta },
        { _links: linksOf('prod'), ...prod },
      ],
    },
  });

  // The stage of the documentation's sample of CreateStage, in a collection of its own.
  const alpha = {
    cacheClusterEnabled: true,
    cacheClusterSize: '0.5',
    cacheClusterStatus: 'CREATE_IN_PROGRESS',
    createdDate: '2016-06-08T20:02:50Z',
    deploymentId: 'vakw79',
    description: 'alpha stage',
    lastUpdatedDate: '2016-06-08T20:02:50Z',
    methodSettings: {},
    stageName: 'alpha',
    variables: { sv_2: 'value_2', sv_1: 'value_1' },
  };
  const one = fromFacts({
    _links: { ...collectionLinks, item: { href: '/restapis/uycll6xg9a/stages/alpha' } },
    _embedded: {
      item: {
        _links: {
          ...linksOf('alpha'),
          'stage:flush-cache': { href: '/restapis/uycll6xg9a/stages/alpha/cache/data' },
        },
        ...alpha,
      },
    },
  });

  test.each<[string, Json, object[]]>([
    ['the sample of two stages', two, [beta, prod]],
    ['the sample with a cache, alone', one, [alpha]],
  ])('is nothing but its stages for %s', (_, hal, stages) => {
    expectSame(readCollection(hal, 'hal', ID) as unknown as Json, fromFacts({ stages }));
  });

  test.each<[string, Json, object[], [number, number][]]>([
    [
      'the sample of two stages',
      two,
      [beta, prod],
      [
        [1460741888, 1460742348],
        [1460742815, 1460745010],
      ],
    ],
    ['the sample with a cache, alone', one, [alpha], [[1465416170, 1465416170]]],
  ])('makes HAL of plain and plain of HAL for %s', (_, hal, stages, dates) => {
    const item = stages.map((stage, at) => ({
      ...stage,
      createdDate: dates[at]?.[0],
      lastUpdatedDate: dates[at]?.[1],
    }));
    const plain = fromFacts({ item });
    expectSame(convert(hal, 'hal', 'json', { restApiId: ID }), plain);
    expectSame(convert(plain, 'json', 'hal', { restApiId: ID }), hal);
  });

  test('is the same from plain and from HAL, so that two recordings of one answer are equal', () => {
    const plain = convert(two, 'hal', 'json', { restApiId: ID });
    expectSame(
      readCollection(plain, 'json', ID) as unknown as Json,
      readCollection(two, 'hal', ID) as unknown as Json,
    );
  });

  test('has the links that cannot be derived alone, null for those that were not sent', () => {
    const document = fromFacts({
      _links: { ...collectionLinks, item: [], extra: null },
      _embedded: {
        item: [
          { ...beta, _links: { self: { href: '/elsewhere' } } },
          { ...prod, _links: linksOf('prod') },
        ],
      },
    });
    expectSame(
      readCollection(document, 'hal', ID) as unknown as Json,
      fromFacts({
        stages: [beta, prod],
        links: { item: [], extra: { verbatim: null } },
        stageLinks: {
          beta: {
            self: { href: '/elsewhere' },
            'stage:delete': null,
            'stage:flush-authorizer-cache': null,
            'stage:update': null,
          },
        },
      }),
    );
  });

  test.each([
    ['hal', '[]'],
    ['hal', 'null'],
    ['hal', '{"_embedded":[]}'],
    ['hal', '{"_embedded":"x"}'],
    ['hal', '{"_embedded":{"item":"x"}}'],
    ['hal', '{"_embedded":{"item":[{},1]}}'],
    ['hal', '{"_embedded":{"item":[null]}}'],
    ['json', '[]'],
    ['json', '"x"'],
    ['json', '{"item":1}'],
    ['json', '{"item":[[]]}'],
    ['json', '{"item":[{},null]}'],
  ] as const)('is nothing for the %s document %s', (representation, text) => {
    expect(readCollection(parseJson(text), representation, ID)).toBeUndefined();
  });
});

function fromFacts(facts: object): Json {
  return parseJson(JSON.stringify(facts));
}

/** The stage that plain has for one of HAL, worked out without the code under test. */
function expectedPlainStage(stage: JsonObject): Json {
  const entries = Object.entries(stage)
    .filter(([name, value]) => name !== '_links' && value !== null)
    .map(([name, value]) => {
      if (name !== 'createdDate' && name !== 'lastUpdatedDate') return [name, withoutNulls(value)] as const;
      return [
        name,
        isWholeSeconds(value) ? parseJson(String(Date.parse(value) / 1000)) : withoutNulls(value),
      ] as const;
    });
  return Object.fromEntries(entries);
}

/** The stage that HAL has for one of plain, worked out without the code under test. */
function expectedHalStage(stage: JsonObject): Json {
  const base = `/restapis/a%20b%2F%C3%A9/stages/${pathOf(stage.stageName)}`;
  const _links = {
    self: { href: base },
    'stage:delete': { href: base },
    'stage:flush-authorizer-cache': { href: `${base}/cache/authorizers` },
    ...(stage.cacheClusterEnabled === true && { 'stage:flush-cache': { href: `${base}/cache/data` } }),
    'stage:update': { href: base },
  };
  const entries = Object.entries(stage).map(([name, value]) => {
    const isDate = name === 'createdDate' || name === 'lastUpdatedDate';
    return [name, isDate ? expectedIsoDate(value) : value] as const;
  });
  return Object.fromEntries([['_links', _links], ...entries]);
}

function expectedLinks(stages: readonly JsonObject[], id = 'a%20b%2F%C3%A9'): Json {
  const base = `/restapis/${id}/stages`;
  const items = stages.map(({ stageName }) => ({ href: `${base}/${pathOf(stageName)}` }));
  return {
    curies: {
      href: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/restapi-stage-{rel}.html',
      name: 'stage',
      templated: true,
    },
    self: { href: `${base}{?deployment_id}`, templated: true },
    ...(items.length > 0 && { item: items.length === 1 ? (items[0] as Json) : items }),
    'stage:by-name': { href: `${base}/{stage_name}`, templated: true },
    'stage:create': { href: base },
  };
}

function pathOf(name: Json | undefined): string {
  return typeof name === 'string' ? encodeURIComponent(name.toWellFormed()) : '';
}

function expectedIsoDate(value: Json): Json {
  const text = numberText(value) ?? '';
  const seconds = Number(text);
  const isConverted = String(seconds) === text && Number.isInteger(seconds);
  if (!isConverted || seconds < -62_167_219_200 || seconds > 253_402_300_799) return value;
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function isWholeSeconds(value: Json): value is string {
  if (typeof value !== 'string' || value.length !== 20) return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value.replace('Z', '.000Z');
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]));
}
