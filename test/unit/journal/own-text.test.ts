import { expect, test } from 'vitest';
import { ownText, ownTexts } from '../../../src/journal/own-text.ts';

test.each(['', 'a', 'a'.repeat(12), 'a'.repeat(13), 'ä€😀\ud800'.repeat(10), 'a'.repeat(200)])(
  'a text of at most 200 characters stays as it is: %j',
  (text) => {
    expect(ownText(text)).toBe(text);
  },
);

test('a longer text is cut', () => {
  expect(ownText('a'.repeat(201))).toBe(`${'a'.repeat(200)}…`);
  expect(ownText('a'.repeat(20), 15)).toBe(`${'a'.repeat(15)}…`);
});

test('a part of a long text does not keep the whole', () => {
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 400 }, (_, i) => ownText(`${i} ${'x'.repeat(500_000)}`.slice(0, 100)));
  expect(kept).toHaveLength(400);
  expect(process.memoryUsage().heapUsed - before, 'of 200 MB').toBeLessThan(100e6);
});

test('short texts stay the very same object, long ones are cut each for itself', () => {
  const short = { a: 'x', b: '' };
  expect(ownTexts(short)).toBe(short);
  expect(ownTexts({ a: 'x', b: 'y'.repeat(1000) })).toEqual({ a: 'x', b: `${'y'.repeat(200)}…` });
});
