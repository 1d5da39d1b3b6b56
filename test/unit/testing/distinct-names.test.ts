import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distinctNames } from '../../../src/testing/distinct-names.ts';

test.each([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a', 'a', 'b', 'a'],
    ['a', 'a #2', 'b', 'a #3'],
  ],
  // One that is called so of itself keeps its name, wherever it stands.
  [
    ['a', 'a', 'a #2', 'a'],
    ['a', 'a #3', 'a #2', 'a #4'],
  ],
  [
    ['a #2', 'a', 'a'],
    ['a #2', 'a', 'a #3'],
  ],
])('tests called %j are told apart as %j', (names, expected) => {
  expect(distinctNames(names)).toEqual(expected);
});

test('no two tests are called alike, whatever they are called', () => {
  const names = fc.array(fc.constantFrom('a', 'a #2', 'a #3', 'a #2 #2', 'b'), { maxLength: 12 });
  fc.assert(
    fc.property(names, (given) => {
      expect(new Set(distinctNames(given)).size).toBe(given.length);
    }),
  );
});
