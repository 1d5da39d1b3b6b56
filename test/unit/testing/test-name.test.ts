import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CASSETTE_NAME } from '../../../src/cassette/folder.ts';
import { cassetteNameOf } from '../../../src/testing/test-name.ts';

describe('the name of a cassette', () => {
  test.each([
    ['lists', 'lists'],
    ['lists_the-stages', 'lists_the-stages'],
    ['Lists', 'lists.'],
    ['lists > the stages', 'lists-the-stages.'],
    ['../../etc/passwd', 'etc-passwd.'],
    ['..', 'test.'],
    ['', 'test.'],
    ['-', 'test.'],
    ['😀', 'test.'],
    ['con', 'test.'],
    ['COM1', 'test.'],
    ['x'.repeat(48), 'x'.repeat(48)],
    ['x'.repeat(49), `${'x'.repeat(48)}.`],
  ])('of %j begins as its test does', (name, expected) => {
    const given = cassetteNameOf(name);
    expect(expected.endsWith('.') ? given.replace(/[0-9a-f]{12}$/, '') : given).toBe(expected);
  });

  test('is the same in every run', () => {
    expect(cassetteNameOf('survives a throttle')).toBe('survives-a-throttle.094974c17d42');
  });

  const names = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('\ud83d', '\ufffd', 'a.b', 'a b'),
  );

  test('is safe on every file system', () => {
    fc.assert(
      fc.property(names, (name) => {
        const given = cassetteNameOf(name);
        expect(given).toMatch(CASSETTE_NAME);
        expect(given).toMatch(/^[a-z0-9_][a-z0-9_.-]*[a-z0-9_-]$|^[a-z0-9_]$/);
        expect(given).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/);
      }),
    );
  });

  test("is no other test's, nor one that differs from it by capitals", () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(one !== other);
        expect(cassetteNameOf(one).toLowerCase()).not.toBe(cassetteNameOf(other).toLowerCase());
        expect(cassetteNameOf(`x${one}`)).not.toBe(cassetteNameOf(`X${one}`));
      }),
    );
  });
});
