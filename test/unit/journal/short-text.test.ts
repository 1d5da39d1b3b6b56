import { expect, test } from 'vitest';
import { shortText, shortTexts } from '../../../src/journal/short-text.ts';

test('a short text stays as it is, a long one is cut', () => {
  expect(shortText('a'.repeat(200))).toBe('a'.repeat(200));
  expect(shortText('a'.repeat(201))).toBe(`${'a'.repeat(200)}…`);
  expect(shortText('abc', 2)).toBe('ab…');
});

test('short texts stay the very same object, long ones are cut each for itself', () => {
  const short = { a: 'x', b: '' };
  expect(shortTexts(short)).toBe(short);
  expect(shortTexts({ a: 'x', b: 'y'.repeat(1000) })).toEqual({ a: 'x', b: `${'y'.repeat(200)}…` });
});
