import { describe, expect, test } from 'vitest';
import { getStages } from '../../../../src/aws/apigateway/get-stages/get-stages.ts';
import { describeKey, keyOf, quote } from '../../../../src/aws/apigateway/operation.ts';
import { findOperation, identify, operations } from '../../../../src/aws/apigateway/operations.ts';

describe('identify', () => {
  test('gives the operation of a call and its key', () => {
    expect(identify('GET', '/restapis/a/stages?deployment_id=d')).toEqual({
      name: 'GetStages',
      operation: getStages,
      key: keyOf('GetStages', 'a', { deploymentId: 'd' }),
    });
  });

  test('gives the name of the operation and the reason when it asks for what is not understood', () => {
    expect(identify('GET', '/restapis/a/stages?limit=1')).toEqual({
      name: 'GetStages',
      notUnderstood: "parameter 'limit' is not known",
    });
  });

  test.each([
    ['GET', '/restapis?limit=1', 'GET /restapis'],
    ['POST', '/restapis/a/stages', 'POST /restapis/a/stages'],
    ['OPTIONS', '*', 'OPTIONS *'],
  ])('names %s %s by itself, without its parameters', (method, target, name) => {
    expect(identify(method, target)).toEqual({ name, notUnderstood: 'only GetStages can be recorded' });
  });
});

test('findOperation finds by name', () => {
  expect(findOperation('GetStages')).toBe(getStages);
  expect(findOperation('getStages')).toBeUndefined();
  expect(findOperation('constructor')).toBeUndefined();
});

test('no two operations have one name', () => {
  expect(new Set(operations.map(({ name }) => name)).size).toBe(operations.length);
});

describe('keyOf', () => {
  test('has one text for one key, in whatever order its parameters are given', () => {
    expect(keyOf('X', 'a', { b: '1', c: '2' }).text).toBe(keyOf('X', 'a', { c: '2', b: '1' }).text);
  });

  test('tells keys apart that could be run together', () => {
    const keys = [
      keyOf('X', 'a', {}),
      keyOf('X', 'a', { b: '' }),
      keyOf('X', 'a', { b: 'c' }),
      keyOf('X', 'ab', { c: '' }),
      keyOf('X', 'a","b', {}),
      keyOf('X', 'a', { b: 'c","d' }),
      keyOf('X', 'a', { b: 'c', d: '' }),
      keyOf('X', 'A', {}),
      keyOf('Y', 'a', {}),
    ];
    expect(new Set(keys.map(({ text }) => text)).size).toBe(keys.length);
  });
});

describe('a key in words', () => {
  test.each([
    [keyOf('GetStages', 'a1b2c3d4e5', {}), "GetStages of API 'a1b2c3d4e5'"],
    [
      keyOf('GetStages', 'a1b2c3d4e5', { deploymentId: 'vakw79' }),
      "GetStages of API 'a1b2c3d4e5' with deploymentId 'vakw79'",
    ],
    [keyOf('GetStages', 'a', { deploymentId: '' }), "GetStages of API 'a' with deploymentId ''"],
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
