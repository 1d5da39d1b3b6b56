import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf, idOfFileName } from '../../../src/cassette/file-name.ts';

/** Ids as clients can send them: any well-formed text, also what is awkward for file systems. */
const ids = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('a', 'A', '%', '.', '/', '\\', '-', '4', '1', '\0', ':'), maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('a', '0', 'z', 'A'), minLength: 95, maxLength: 320 }),
  fc.constantFrom('con', 'CON', 'nul', 'aux', 'com1', 'lpt9', 'prn', '..', '.', '', 'con.json', '.lock'),
);

describe('the file of an API', () => {
  it.each([
    ['a1b2c3d4e5', 'a1b2c3d4e5.json'],
    ['my-api', 'my-api.json'],
    ['a'.repeat(100), `${'a'.repeat(100)}.json`],
    ['Abc', '%41bc.json'],
    ['aBC', 'a%42%43.json'],
    ['../../etc/passwd', '%2e%2e%2f%2e%2e%2fetc%2fpasswd.json'],
    ['%2e%2e', '%252e%252e.json'],
    ['a\0b', 'a%00b.json'],
    ['con', '%63on.json'],
    ['CON', '%43%4f%4e.json'],
    ['com1', '%63om1.json'],
    ['☃', '%e2%98%83.json'],
    ['-rf', '%2drf.json'],
    ['_account', '%5faccount.json'],
    ['.lock', '%2elock.json'],
    ['a.', 'a%2e.json'],
  ])('%j is %s', (id, name) => {
    expect(fileNameOf(id)).toBe(name);
    expect(idOfFileName(name)).toBe(id);
  });

  it.each([['x'.repeat(300)], ['X'.repeat(300)], ['☃'.repeat(300)], ['']])(
    'is a hash when the id is as long as %j, or empty, and does not tell the id',
    (id) => {
      expect(fileNameOf(id)).toMatch(/^%sha256-[0-9a-f]{64}\.json$/);
      expect(idOfFileName(fileNameOf(id))).toBeUndefined();
    },
  );

  it('is safe on every file system, whatever the id', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const name = fileNameOf(id);
        expect(name).toMatch(/^[a-z0-9%][a-z0-9%-]*\.json$/);
        expect(Buffer.byteLength(name)).toBeLessThan(200);
        expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)\./);
      }),
      { numRuns: 1000 },
    );
  });

  it('is distinct from that of every other id, also where upper and lower case are the same', () => {
    fc.assert(
      fc.property(fc.uniqueArray(ids, { maxLength: 30 }), (all) => {
        const names = all.map((id) => fileNameOf(id).toLowerCase());
        expect(new Set(names).size).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });

  it('tells the id again, or nothing', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect([id, undefined]).toContain(idOfFileName(fileNameOf(id)));
      }),
    );
  });

  it.each([
    ['Abc.json'],
    ['a.txt'],
    ['.json'],
    ['.a.json.tmp'],
    ['%zz.json'],
    ['%41.JSON'],
    ['%61.json'],
    ['.lock'],
  ])('is never %s, which tells no id', (name) => {
    expect(idOfFileName(name)).toBeUndefined();
  });
});
