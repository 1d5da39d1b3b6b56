import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  equalJson,
  isJsonObject,
  type Json,
  numberOf,
  numberText,
  objectOf,
  parseJson,
  sortKeys,
  writeJson,
} from '../../src/json.ts';
import { jsonValue } from '../support/odd-json.ts';

describe('parseJson and writeJson', () => {
  test.each(['10000.0', '1e400', '-0', '0', '1E+2', '0.10', '12345678901234567890', '-1.50e-7'])(
    'keep the number %s as it was written',
    (text) => {
      expect(writeJson(parseJson(text))).toBe(text);
      expect(writeJson(parseJson(`{"a":[${text}]}`))).toBe(`{"a":[${text}]}`);
      expect(numberText(parseJson(text))).toBe(text);
    },
  );

  test('keep a field that is named __proto__, constructor or toJSON', () => {
    const text = '{"__proto__":{"a":null},"constructor":1,"toJSON":"x"}';
    expect(writeJson(parseJson(text))).toBe(text);
    expect(Object.getPrototypeOf(parseJson(text))).toBe(Object.prototype);
  });

  test('keep half a surrogate pair', () => {
    expect(writeJson(parseJson('"\\ud800"'))).toBe('"\\ud800"');
  });

  test('indent when asked to', () => {
    expect(writeJson(parseJson('{"a":[1.0]}'), 2)).toBe('{\n  "a": [\n    1.0\n  ]\n}');
  });

  test('agree with JSON on everything but numbers', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        const written = writeJson(parseJson(text));
        expect(JSON.parse(written)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    '[1,]',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
    'nul',
    "{'a':1}",
    '1 2',
    '"\t"',
  ])('refuse %j with a SyntaxError', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test('refuse a key that is repeated with another value', () => {
    expect(() => parseJson('{"a":1,"a":2}')).toThrow(SyntaxError);
    expect(() => parseJson('{"a":1,"a":1.0}')).toThrow(SyntaxError);
    expect(writeJson(parseJson('{"a":1,"a":1}'))).toBe('{"a":1}');
  });

  test('take 200 levels of nesting and no more', () => {
    expect(writeJson(parseJson(nested(200)))).toBe(nested(200));
    expect(() => parseJson(nested(201))).toThrow(new SyntaxError('it nests too deeply'));
  });

  test('refuse what nests so deeply that the parser itself gives up', () => {
    expect(() => parseJson(nested(200_000))).toThrow(new SyntaxError('it nests too deeply'));
  });
});

describe('isJsonObject', () => {
  test.each<[Json | undefined, boolean]>([
    [{}, true],
    [{ value: '1', isLosslessNumber: true }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ['{}', false],
    [true, false],
    [numberOf('1'), false],
  ])('%j: %s', (value, is) => {
    expect(isJsonObject(value)).toBe(is);
  });
});

describe('numberText', () => {
  test.each<Json | undefined>(['1', null, undefined, true, { value: '1' }])('is nothing for %j', (value) => {
    expect(numberText(value)).toBeUndefined();
  });
});

describe('numberOf', () => {
  test('refuses what is no number', () => {
    expect(() => numberOf('1; drop')).toThrow();
  });
});

describe('objectOf', () => {
  test('makes __proto__ a field like any other', () => {
    const object = objectOf([
      ['__proto__', 'x'],
      ['b', null],
    ]);
    expect(Object.keys(object)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  });
});

describe('sortKeys', () => {
  test('sorts by code unit, at any depth, and leaves the order of lists alone', () => {
    const value = parseJson('{"b":[{"d":1.0,"c":2}],"B":null,"é":true,"a":"x","__proto__":{"z":1,"y":2}}');
    expect(writeJson(sortKeys(value))).toBe(
      '{"B":null,"__proto__":{"y":2,"z":1},"a":"x","b":[{"c":2,"d":1.0}],"é":true}',
    );
  });

  test('leaves what it was given as it was', () => {
    const value = parseJson('{"b":1,"a":2}');
    sortKeys(value);
    expect(writeJson(value)).toBe('{"b":1,"a":2}');
  });

  test('changes nothing that is said', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        expect(JSON.parse(writeJson(sortKeys(value)))).toEqual(JSON.parse(writeJson(value)));
        expect(writeJson(sortKeys(sortKeys(value)))).toBe(writeJson(sortKeys(value)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('equalJson', () => {
  test.each([
    ['{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}', true],
    ['1', '1.0', false],
    ['[1,2]', '[2,1]', false],
    ['{"a":null}', '{}', false],
    ['{}', '[]', false],
    ['"1"', '1', false],
    ['{"__proto__":1}', '{}', false],
    ['{"__proto__":1}', '{"__proto__":2}', false],
  ])('%s and %s: %s', (a, b, are) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(are);
    expect(equalJson(parseJson(b), parseJson(a))).toBe(are);
  });
});

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

test('sortKeys takes time by the size of a value, not by its depth', () => {
  let text = '{"b":1,"a":1}';
  for (let depth = 0; depth < 150; depth += 1) text = `{"b":${text},"a":1}`;
  const sorted = writeJson(sortKeys(parseJson(text)));
  expect(sorted.startsWith('{"a":1,"b":{"a":1,"b":{')).toBe(true);
  expect(sorted).toHaveLength(text.length);
});
