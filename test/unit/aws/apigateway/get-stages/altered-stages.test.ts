import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getStages } from '../../../../../src/aws/apigateway/get-stages/get-stages.ts';
import { readCollection } from '../../../../../src/aws/apigateway/get-stages/representation.ts';
import type { Alteration, Recording } from '../../../../../src/aws/apigateway/operation.ts';
import type { Representation } from '../../../../../src/call.ts';
import {
  isJsonObject,
  type Json,
  type JsonObject,
  numberOf,
  objectOf,
  parseJson,
  sortKeys,
  writeJson,
} from '../../../../../src/json.ts';
import { fieldName, number, text } from '../../../../support/odd-json.ts';
import { API_ID, halDocument, plainDocument, stagesOf } from '../../../../support/odd-stages.ts';

const RUNS = { numRuns: 100 };
const KEY = getStages.keyOf(API_ID, {});
const representations = ['hal', 'json'] as const;

function recordingOf(document: JsonObject, representation: Representation): Recording {
  const collection = readCollection(document, representation, API_ID);
  if (collection === undefined) throw new Error(`not read: ${writeJson(document)}`);
  return { status: 200, representation, content: sortKeys(collection as unknown as JsonObject) };
}

function rendered(recording: Recording, representation: Representation): JsonObject {
  return parseJson(getStages.render(recording, KEY, representation).body) as JsonObject;
}

function textOf(value: Json): string {
  return writeJson(sortKeys(value), 1);
}

function without(object: JsonObject, ...names: string[]): JsonObject {
  return objectOf(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** The `item` of a document, wherever it stands. */
function itemOf(document: JsonObject, representation: Representation): Json | undefined {
  if (representation === 'json') return document.item;
  return isJsonObject(document._embedded) ? document._embedded.item : undefined;
}

/** What becomes of stages, worked out without the code under test. */
function expectedStages(stages: readonly JsonObject[], alteration: Alteration): JsonObject[] {
  if (alteration.type === 'empty') return [];
  const { item } = alteration;
  if (alteration.type === 'drop') {
    return item === undefined ? stages.slice(0, -1) : stages.filter(({ stageName }) => stageName !== item);
  }
  const { field } = alteration;
  return stages.map((stage) => {
    if (item !== undefined && stage.stageName !== item) return stage;
    const has = Object.keys(stage).includes(field);
    if (has === (alteration.type === 'add-field')) return stage;
    const rest = Object.entries(without(stage, field));
    return alteration.type === 'remove-field'
      ? objectOf(rest)
      : objectOf([...rest, [field, alteration.value]]);
  });
}

/** Whether these are the very stages that there were. */
function isSame(before: readonly JsonObject[], after: readonly JsonObject[]): boolean {
  return before.length === after.length && before.every((stage, index) => stage === after[index]);
}

const item = fc.oneof(fc.constant(undefined), fc.constantFrom('prod', 'beta', '__proto__', '', 'a/b'));
const removal: fc.Arbitrary<Alteration> = fc.oneof(
  fc.constant<Alteration>({ type: 'empty' }),
  item.map<Alteration>((name) => ({ type: 'drop', item: name })),
);

function fieldChange(field: fc.Arbitrary<string>): fc.Arbitrary<Alteration> {
  return fc
    .record({ type: fc.constantFrom('remove-field', 'set-field', 'add-field'), item, field, value: text })
    .map(({ type, value, ...meant }) =>
      type === 'remove-field' ? { type, ...meant } : { type: type as 'set-field', ...meant, value },
    );
}

const anyField = fc.oneof(
  fieldName,
  fc.constantFrom('stageName', 'createdDate', 'cacheClusterEnabled', 'variables', '_links'),
);

describe('an answer of the service, altered, is what the service would send', () => {
  /** Stages as the service has them, by names that are all different. */
  const stages = fc.uniqueArray(
    fc.record(
      {
        stageName: fc.constantFrom('prod', 'beta', 'a/b', '__proto__', 'é'),
        cacheClusterEnabled: fc.boolean(),
        cacheClusterStatus: fc.constant('AVAILABLE'),
        createdDate: fc.integer({ min: 0, max: 2_000_000_000 }).map((n) => numberOf(String(n))),
        deploymentId: text,
        throttlingRateLimit: number,
      },
      { requiredKeys: ['stageName', 'cacheClusterEnabled'] },
    ),
    { selector: ({ stageName }) => stageName, maxLength: 4 },
  ) as fc.Arbitrary<JsonObject[]>;

  const someField = fc.constantFrom('deploymentId', 'cacheClusterStatus', 'throttlingRateLimit', 'other');

  test.each(representations.flatMap((from) => representations.map((to) => [from, to] as const)))(
    'recorded in %s, asked for in %s',
    (from, to) => {
      fc.assert(
        fc.property(stages, fc.oneof(removal, fieldChange(someField)), (before, alteration) => {
          const document = rendered(recordingOf({ item: before }, 'json'), from);
          const altered = getStages.alter(recordingOf(document, from), KEY, alteration);
          const after = expectedStages(before, alteration);
          if (textOf(after) === textOf(before)) fc.pre(altered !== undefined);
          if (altered === undefined) throw new Error('not altered');
          // As if these stages had been all there is.
          expect(textOf(rendered(altered, to))).toBe(
            textOf(rendered(recordingOf({ item: after }, 'json'), to)),
          );
          expect(textOf(altered.content)).toBe(textOf(recordingOf(rendered(altered, from), from).content));
        }),
        RUNS,
      );
    },
  );
});

describe.each([
  ['hal', halDocument],
  ['json', plainDocument],
] as const)('any document in %s', (representation, documents) => {
  function alter(document: JsonObject, alteration: Alteration) {
    const altered = getStages.alter(recordingOf(document, representation), KEY, alteration);
    if (altered === undefined) return undefined;
    expect(getStages.findFlaw(altered.status, altered.content)).toBeUndefined();
    const after = rendered(altered, representation);
    expect(textOf(recordingOf(after, representation).content)).toBe(textOf(altered.content));
    return after;
  }

  test('with fewer stages has the others as they were, and everything around them', () => {
    fc.assert(
      fc.property(documents, removal, (document, alteration) => {
        const before = stagesOf(itemOf(document, representation));
        const expected = expectedStages(before, alteration);
        const after = alter(document, alteration);
        expect(after === undefined).toBe(expected.length === before.length);
        if (after === undefined) return;
        const left = itemOf(after, representation);
        if (representation === 'json') expect(textOf(left as Json)).toBe(textOf(expected));
        else if (expected.length === 0) expect(left).toBeUndefined();
        else
          expect(textOf(left as Json)).toBe(textOf(expected.length === 1 ? (expected[0] as Json) : expected));
        const around = ['item', '_embedded', '_links'];
        expect(textOf(without(after, ...around))).toBe(textOf(without(document, ...around)));
        if (isJsonObject(document._links) && isJsonObject(after._links)) {
          expect(textOf(without(after._links, 'item'))).toBe(textOf(without(document._links, 'item')));
        }
      }),
      RUNS,
    );
  });

  test('with other fields is otherwise the same', () => {
    fc.assert(
      fc.property(documents, fieldChange(anyField), (document, alteration) => {
        const before = stagesOf(itemOf(document, representation));
        const expected = expectedStages(before, alteration);
        const after = alter(document, alteration);
        expect(after === undefined).toBe(isSame(before, expected));
        if (after === undefined) return;
        const left = itemOf(after, representation);
        expect(Array.isArray(left)).toBe(Array.isArray(itemOf(document, representation)));
        expect(textOf(stagesOf(left))).toBe(textOf(expected));
        expect(textOf(without(after, 'item', '_embedded'))).toBe(
          textOf(without(document, 'item', '_embedded')),
        );
      }),
      RUNS,
    );
  });
});

describe('links', () => {
  const ids = (names: string[]) => names.map((stageName) => ({ stageName, _links: { x: stageName } }));

  test.each<[string, Json, string, Json | undefined]>([
    ['follow the stages', ['la', 'lb', 'lc'], 'b', ['la', 'lc']],
    ['are as many as the stages, or nothing of theirs', ['la', 'lb'], 'b', ['la', 'lb']],
    ['are left alone when they are no list', 'x', 'b', 'x'],
  ])('%s', (_, linked, dropped, expected) => {
    const document = { _links: { item: linked, self: 1 }, _embedded: { item: ids(['a', 'b', 'c']) } };
    const altered = getStages.alter(recordingOf(document, 'hal'), KEY, { type: 'drop', item: dropped });
    const after = rendered(altered as Recording, 'hal');
    expect(after).toEqual({
      _links: { item: expected, self: expect.anything() },
      _embedded: { item: ids(['a', 'c']) },
    });
    const empty = getStages.alter(recordingOf(document, 'hal'), KEY, { type: 'empty' });
    expect(Object.keys(rendered(empty as Recording, 'hal'))).toEqual(['_links']);
    expect(rendered(empty as Recording, 'hal')._links).not.toHaveProperty('item');
  });

  test('of a stage stay what they were when its name is taken away', () => {
    const document = rendered(recordingOf({ item: [{ stageName: 'prod' }] }, 'json'), 'hal');
    const altered = getStages.alter(recordingOf(document, 'hal'), KEY, {
      type: 'remove-field',
      item: 'prod',
      field: 'stageName',
    });
    const after = rendered(altered as Recording, 'hal');
    const embedded = document._embedded as { item: JsonObject };
    expect(after).toEqual({ ...document, _embedded: { item: { _links: embedded.item._links } } });
  });
});

test.each<[string, Recording]>([
  ['an error', { status: 404, representation: 'json', content: { error: { type: 'NotFoundException' } } }],
  ['an empty listing', getStages.nothing],
])('%s has nothing to alter', (_, recording) => {
  const alterations: Alteration[] = [
    { type: 'empty' },
    { type: 'drop', item: undefined },
    { type: 'remove-field', item: undefined, field: 'stageName' },
    { type: 'set-field', item: undefined, field: 'stageName', value: 'x' },
    { type: 'add-field', item: undefined, field: 'x', value: 'x' },
  ];
  for (const alteration of alterations) expect(getStages.alter(recording, KEY, alteration)).toBeUndefined();
});
