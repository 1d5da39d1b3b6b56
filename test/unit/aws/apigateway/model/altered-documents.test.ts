import { describe, expect, it } from 'vitest';
import type { Alteration, Operation, Recording } from '../../../../../src/aws/apigateway/operation.ts';
import { findOperation } from '../../../../../src/aws/apigateway/operations.ts';
import type { Representation } from '../../../../../src/call.ts';
import type { JsonObject } from '../../../../../src/json.ts';

function operationNamed(name: string): Operation {
  const operation = findOperation(name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation;
}

function recordingOf(document: JsonObject, representation: Representation = 'json'): Recording {
  return { status: 200, representation, content: { document } };
}

/** The altered document as the service would send it in a representation. */
function altered(
  name: string,
  recording: Recording,
  alteration: Alteration,
  representation: Representation = 'json',
) {
  const operation = operationNamed(name);
  const key = operation.keyOf(undefined, {});
  const after = operation.alter(recording, key, alteration);
  if (after === undefined) return undefined;
  expect(operation.findFlaw(after.status, after.content)).toBeUndefined();
  return JSON.parse(String(operation.render(after, key, representation)?.body));
}

const pets = { id: 'a1', name: 'pets' };
const shop = { id: 'a2', name: 'shop' };
const hal = {
  _links: { item: [{ href: '/restapis/a1' }, { href: '/restapis/a2' }], self: { href: '/restapis' } },
  _embedded: { item: [pets, shop] },
};

describe('a listing of an operation that is no more than its row', () => {
  it('is altered as it was recorded, and written in either form', () => {
    const drop: Alteration = { type: 'drop', item: 'pets' };
    expect(altered('GetRestApis', recordingOf({ item: [pets, shop], position: 'p' }), drop)).toEqual({
      item: [shop],
      position: 'p',
    });
    expect(altered('GetRestApis', recordingOf(hal, 'hal'), drop, 'hal')).toEqual({
      _links: { item: { href: '/restapis/a2' }, self: { href: '/restapis' } },
      _embedded: { item: shop },
    });
    expect(altered('GetRestApis', recordingOf(hal, 'hal'), drop)).toEqual({ item: [shop] });
    expect(altered('GetRestApis', recordingOf(hal, 'hal'), { type: 'empty' })).toEqual({ item: [] });
    const field: Alteration = { type: 'set-field', item: 'a2', field: 'name', value: 'x' };
    expect(altered('GetRestApis', recordingOf(hal, 'hal'), field)).toEqual({
      item: [pets, { id: 'a2', name: 'x' }],
    });
    expect(altered('v2.GetApis', recordingOf({ items: [{ apiId: 'a1' }] }), { type: 'empty' })).toEqual({
      items: [],
    });
  });

  it.each<[string, string, Recording]>([
    ['lists nothing', 'GetRestApis', recordingOf({ item: [] })],
    ['lists nothing of that name', 'GetRestApis', recordingOf({ item: [shop] })],
    ['is of one thing', 'GetRestApi', recordingOf(pets)],
    ['has its list elsewhere', 'v2.GetApis', recordingOf({ item: [pets] })],
    [
      'is an error',
      'GetRestApis',
      {
        status: 404,
        representation: 'json',
        content: { error: { type: 'NotFoundException', message: 'no' } },
      },
    ],
  ])('is left alone where it %s', (_, name, recording) => {
    const operation = operationNamed(name);
    const key = { operation: name, restApiId: undefined, parameters: {}, text: '' } as never;
    expect(operation.alter(recording, key, { type: 'drop', item: 'pets' })).toBeUndefined();
    expect(operation.lists(recording, 'pets')).toBe(false);
  });

  it('has its things by their names, in either form', () => {
    const { lists } = operationNamed('GetRestApis');
    for (const recording of [recordingOf({ item: [pets] }), recordingOf(hal, 'hal')])
      expect(['a1', 'pets', 'nope'].map((name) => lists(recording, name))).toEqual([true, true, false]);
  });
});
