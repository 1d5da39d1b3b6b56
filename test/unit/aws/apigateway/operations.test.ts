import { describe, expect, test } from 'vitest';
import { getStages } from '../../../../src/aws/apigateway/get-stages/get-stages.ts';
import { describeKey, quote } from '../../../../src/aws/apigateway/key.ts';
import { findOperation, identify, operationNames } from '../../../../src/aws/apigateway/operations.ts';

describe('identify', () => {
  test('gives the operation of a call and its key', () => {
    expect(identify('GET', '/restapis/a/stages?deployment_id=d')).toEqual({
      name: 'GetStages',
      operation: getStages,
      key: getStages.keyOf('a', { deploymentId: 'd' }),
    });
  });

  test('gives the name of the operation and the reason when it asks for what is not understood', () => {
    expect(identify('GET', '/restapis/a/stages?limit=1')).toEqual({
      name: 'GetStages',
      notUnderstood: "parameter 'limit' is not known",
    });
  });

  test.each([
    ['GET', '/restapis/?limit=1', 'GET /restapis/'],
    ['GET', '/restapis/a/stages/b/c', 'GET /restapis/a/stages/b/c'],
    ['DELETE', '/restapis/a/stages', 'DELETE /restapis/a/stages'],
    ['OPTIONS', '*', 'OPTIONS *'],
  ])('names %s %s by itself, without its parameters', (method, target, name) => {
    expect(identify(method, target)).toEqual({
      name,
      notUnderstood: expect.stringMatching(
        /^it is no operation of API Gateway's control plane that restage knows(?:; nearest: \S+ '\S+ \/\S+')?$/,
      ),
    });
  });
});

test('findOperation finds by name', () => {
  expect(findOperation('GetStages')).toBe(getStages);
  expect(findOperation('getStages')).toBeUndefined();
  expect(findOperation('constructor')).toBeUndefined();
});

test('no two operations have one name', () => {
  expect(new Set(operationNames()).size).toBe(operationNames().length);
});

describe('a key in words', () => {
  test.each([
    [getStages.keyOf('a1b2c3d4e5', {}), "GetStages of API 'a1b2c3d4e5'"],
    [
      getStages.keyOf('a1b2c3d4e5', { deploymentId: 'vakw79' }),
      "GetStages of API 'a1b2c3d4e5' with deploymentId 'vakw79'",
    ],
    [getStages.keyOf('a', { deploymentId: '' }), "GetStages of API 'a' with deploymentId ''"],
  ])('%#', (key, words) => {
    expect(describeKey(key)).toBe(words);
  });

  test.each([
    ['plain', "'plain'"],
    ['say "a"', `'say "a"'`],
    ['a\nb\u001b[2J', "'a\\nb\\u001b[2J'"],
    ['a\u007f\u009bb', "'a??b'"],
    ['é🚀', "'é🚀'"],
  ])('shows %j so that it cannot move the cursor', (value, shown) => {
    expect(quote(value)).toBe(shown);
  });

  test('cuts what is too long', () => {
    expect(quote('a'.repeat(100))).toBe(`'${'a'.repeat(100)}'`);
    expect(quote('a'.repeat(101))).toBe(`'${'a'.repeat(100)}…'`);
  });
});
